"""What is told to people, in English and Chinese: a sentence is a code and its values, worded where it is read.

Whoever finds something out says ``say("all-read", read=12)`` and knows no language. The value is a ``str``, the English
text, so that logs, exceptions and plain callers need nothing more; it keeps its code and values, is stored with them,
and ``worded`` puts it into the reader's language. Each package registers its table of sentences (``add``); a value may
be a sentence itself, a text in two languages (``{"zh": …, "en": …}``), or a tuple, which is read out one by one.
"""

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any, Final, Literal, Self

from layers.crs.words import in_chinese

Language = Literal["en", "zh"]
Table = Mapping[str, tuple[str, str]]
"""Sentences by code, in the order of ``LANGUAGES``; ``{name}`` stands for a value, formatted as Python does."""
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")
BETWEEN: Mapping[Language, str] = {"en": "; ", "zh": "；"}

_table: dict[str, tuple[str, str]] = {
    "both": ("{first}{then}", "{first}{then}"),
    "list": ("{parts}", "{parts}"),
    "json-fault": ("not well-formed (line {line}, character {column})", "第{line}行第{column}个字符处不合语法"),
}
_CODE, _VALUES, _TEXT, _TALLY = "said", "with", "text", "tally"


class Sentence(str):
    """An English sentence that remembers its ``code`` and its ``values``."""

    code: str
    values: Mapping[str, Any]

    def __new__(cls, code: str, values: Mapping[str, Any]) -> Self:
        """Word the code in English.

        Raises:
            KeyError: no table has the code, or a value it needs is missing.
        """
        plain = {name: _plain(value) for name, value in values.items()}
        sentence = super().__new__(cls, _format(code, plain, "en"))
        sentence.code, sentence.values = code, plain
        return sentence

    def __add__(self, other: str) -> "Sentence":
        """Go on with another sentence or a text, without a space of its own."""
        return Sentence("both", {"first": self, "then": other}) if other else self

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how a copy is made: readers of files work in processes of their own."""
        return type(self), (self.code, dict(self.values))


def add(table: Table) -> None:
    """Register the sentences of a package.

    Raises:
        ValueError: a code is already another sentence's.
    """
    for code, texts in table.items():
        if _table.setdefault(code, texts) != texts:
            raise ValueError(f"two sentences have the code {code!r}")


def say(code: str, /, **values: Any) -> str:
    """Return the ``Sentence`` of a code. A value is text, a number, a sentence, a text in two languages, or a tuple.

    Of a path only the name is told, for sentences reach clients; where an operator needs all of it, give its text.
    """
    return Sentence(code, values)


def either(options: Iterable[object]) -> Mapping[str, str]:
    """Return options as a value of a sentence: ``a or b``."""
    texts = tuple(options)
    return {"en": " or ".join(map(str, texts)), "zh": "或".join(str(worded(text, "zh")) for text in texts)}


def listed(parts: Iterable[str]) -> str:
    """Return sentences one after the other, as a list is read out; nothing for none."""
    told = tuple(parts)
    return "" if not told else told[0] if len(told) == 1 else say("list", parts=told)


def reason(error: BaseException) -> str:
    """Return what an error says: the sentence it was raised with, if it is one of ours; a parser's with the place."""
    if isinstance(error, json.JSONDecodeError):
        return say("json-fault", line=error.lineno, column=error.colno)
    return error.args[0] if error.args and isinstance(error.args[0], Sentence) else str(error)


def stored(sentence: Sentence) -> dict[str, Any]:
    """Return a sentence as it is kept in JSON: code, values, and its English text for when its code is no more."""
    return {_CODE: sentence.code, _VALUES: {k: _kept(v) for k, v in sentence.values.items()}, _TEXT: str(sentence)}


def stored_tally(counts: Mapping[str, Any]) -> Any:
    """Return counts by sentence as they are kept in JSON; counts by plain text as they are."""
    if not any(isinstance(key, Sentence) for key in counts):
        return dict(counts)
    return {_TALLY: [[_kept(key), value] for key, value in counts.items()]}


def worded(value: Any, language: Language) -> Any:
    """Put every sentence of a value, or of a JSON document that keeps sentences, into a language.

    What was kept as plain text by earlier releases stays as it is, but for the names of coordinate systems.
    """
    if isinstance(value, Sentence):
        return _format(value.code, value.values, language)
    if isinstance(value, Mapping):
        if _CODE in value and _TEXT in value:
            return _of_stored(value, language)
        if set(value) == {_TALLY}:
            return {worded(key, language): worded(item, language) for key, item in value[_TALLY]}
        return {worded(key, language): worded(item, language) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [worded(item, language) for item in value]
    return in_chinese(value) if language == "zh" and isinstance(value, str) else value


def choose(text: Mapping[str, str], language: Language) -> str:
    """Return a text in a language, or in the other where it has but one."""
    return next((text[name] for name in (language, *LANGUAGES) if text.get(name)), "")


def codes() -> Table:
    """Return every registered sentence."""
    return _table


def _format(code: str, values: Mapping[str, Any], language: Language) -> str:
    template = _table[code][LANGUAGES.index(language)]
    return template.format_map({name: _read_out(value, language) for name, value in values.items()})


def _of_stored(kept: Mapping[str, Any], language: Language) -> str:
    try:
        return _format(kept[_CODE], kept[_VALUES], language)
    except (KeyError, ValueError, IndexError, TypeError):  # of another release: another code, other values
        return str(kept[_TEXT])


def _read_out(value: Any, language: Language) -> Any:
    if isinstance(value, Mapping) and _CODE not in value:
        return choose(value, language)
    if isinstance(value, list | tuple):
        return BETWEEN[language].join(str(_read_out(item, language)) for item in value)
    return "" if value is None else worded(value, language)


def _plain(value: Any) -> Any:
    """Return a value JSON can hold."""
    if isinstance(value, str) and not isinstance(value, Sentence):
        return value.replace("\0", "")  # which JSON in a database cannot hold
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if callable(item := getattr(value, "item", None)):  # a number of numpy's
        return item()
    if isinstance(value, BaseException):
        return reason(value)
    if isinstance(value, Mapping):
        return {str(key): str(text) for key, text in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(_plain(item) for item in value)
    return value.name if isinstance(value, PurePath) else str(value)


def _kept(value: Any) -> Any:
    if isinstance(value, Sentence):
        return stored(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no word for it; where a format asks for a number the English text is told
    return [_kept(item) for item in value] if isinstance(value, tuple) else value
