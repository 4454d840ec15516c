"""How Chinese characters are read: toneless pinyin syllables, and the ways a Latin word can be cut into them.

A syllable is a number too: its letters in base 27, six places, so that what is kept in a database depends on the
spelling alone and not on a list that may grow. A character has up to three readings here (单 is dan, chan and shan): a
name is found under any of them, so that nobody has to know which one holds in which name.
"""

import os
import threading
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import numpy.typing as npt

READINGS = 3
_LETTERS = 6
_BASE = 27
_HIGHEST = _BASE ** (_LETTERS - 1)
_MOST_CUTS = 4
_LOADING = threading.Lock()
"""The library's modules import each other in a ring: Python calls two threads that load it at once a deadlock."""

Numbers = npt.NDArray[np.int64]


def syllable_number(syllable: str) -> int:
    """Return a syllable of up to six letters a-z as a number; 0 is none."""
    number = 0
    for letter in syllable[:_LETTERS].ljust(_LETTERS, "`"):
        number = number * _BASE + ord(letter) - ord("`")
    return number


def initial(syllables: Numbers) -> Numbers:
    """Return the first letters of syllables as numbers 1 to 26; 0 of none."""
    letters: Numbers = syllables // _HIGHEST
    return letters


def readings(points: npt.NDArray[np.uint32]) -> Numbers:
    """Return the syllables of characters given by code point, one row each: the commonest first, 0 for none."""
    places = np.where(points < len(_TABLE), points, 0)
    used = np.zeros(len(_TABLE), dtype=bool)
    used[places] = True
    for point in np.flatnonzero(used & ~_LOOKED_UP).tolist():
        for reading, number in enumerate(_numbers(_spoken().get(point, ""))):
            _TABLE[point, reading] = number
        _LOOKED_UP[point] = True
    found: Numbers = _TABLE[places]
    return found


def cuts(word: str) -> list[tuple[tuple[str, ...], str]]:
    """Return ways to cut a Latin word into syllables, each with what is left: the beginning of one, or nothing.

    ``xian`` is xian or xi an, ``shangq`` is shang and a q still to be written. The longest first syllables come first.
    """
    found: list[tuple[tuple[str, ...], str]] = []
    _cut(word, (), found)
    return found[:_MOST_CUTS]


def _cut(rest: str, before: tuple[str, ...], found: list[tuple[tuple[str, ...], str]]) -> None:
    if len(found) >= _MOST_CUTS:
        return
    if not rest:
        found.append((before, ""))
        return
    known, beginnings = _syllables()
    for length in range(min(_LETTERS, len(rest)), 0, -1):
        if rest[:length] in known:
            _cut(rest[length:], (*before, rest[:length]), found)
    if before and rest in beginnings and rest not in known:
        found.append((before, rest))


@lru_cache(maxsize=1)
def _spoken() -> Mapping[int, str]:
    """Return the readings of every character, with tones, the commonest first; the table is large and read once."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # its phrases, not used here, take half a second to load
    with _LOADING:
        import pypinyin.contrib.tone_convert  # noqa: F401  (for _plain)
        from pypinyin.pinyin_dict import pinyin_dict

    return pinyin_dict


_TABLE: Numbers = np.zeros((0x10000, READINGS), dtype=np.int64)
_LOOKED_UP = np.zeros(0x10000, dtype=bool)
"""Readings of the characters met so far: a city's names use a few hundred of forty thousand."""


def _numbers(spoken: str) -> list[int]:
    """Return a character's readings as numbers, the commonest first, each once."""
    plain = dict.fromkeys(_plain(one) for one in spoken.split(","))
    return [syllable_number(syllable) for syllable in filter(None, plain)][:READINGS]


@lru_cache(maxsize=1)
def _syllables() -> tuple[frozenset[str], frozenset[str]]:
    """Return every syllable some common character is read as, and every beginning of one."""
    known = frozenset(
        _plain(spoken.split(",")[0]) for point, spoken in _spoken().items() if 0x4E00 <= point <= 0x9FFF
    ) - {""}
    return known, frozenset(syllable[:length] for syllable in known for length in range(1, len(syllable) + 1))


@lru_cache(maxsize=4096)
def _plain(spoken: str) -> str:
    """Return a syllable without its tone, ü as v; nothing for what has no vowel of a-z."""
    from pypinyin.contrib.tone_convert import to_normal

    plain: str = to_normal(spoken)
    return plain if plain.isascii() and plain.isalpha() and any(vowel in plain for vowel in "aeiouv") else ""
