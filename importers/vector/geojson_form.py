"""The form of GeoJSON: what keeps a file from being it, and one that says what it is too late for its reader."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from layers.sentences import say
from layers.workplace import workplace

DIAGNOSED = 64 << 20
"""What is larger is not read for the sake of a better sentence."""
_PIECE = 1 << 20
GDAL_LOOKS_AT = 6_000
"""Bytes in which GDAL wants to find what a file is."""
_FEATURE = re.compile(rb'"type"\s*:\s*"Feature"')
_FEATURE_LONGEST = 64
_CLUE = re.compile(rb'"(type|features|geometry|coordinates)"\s*:')
_BEGINNING = re.compile(rb"^(\xef\xbb\xbf)?\s*\{")


def says_type_late(path: Path) -> bool:
    """Say whether nothing that GDAL knows a file by stands at its beginning."""
    with path.open("rb") as file:
        head = file.read(GDAL_LOOKS_AT)
    return len(head) == GDAL_LOOKS_AT and head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" and not _CLUE.search(head)


@contextmanager
def type_first(path: Path) -> Iterator[Path]:
    """Make a copy, of the same name, that says at once that it is a collection; the second word on it is its own."""
    with workplace("geojson") as folder, path.open("rb") as source, (folder / path.name).open("wb") as sink:
        begun = _BEGINNING.sub(b'{"type": "FeatureCollection", ', source.read(GDAL_LOOKS_AT), count=1)
        sink.write(begun)
        shutil.copyfileobj(source, sink)
        sink.flush()
        yield folder / path.name


@contextmanager
def numbered(path: Path) -> Iterator[Path]:
    """Make a copy, of the same name, whose features have numbers of their own, from 0.

    GDAL takes a property called ``id`` for the number of a feature where features have none, gives those that have the
    same another, and those without it any.
    """
    numbers = count()
    with rewritten(path, _FEATURE, lambda match: match[0] + b', "id": %d' % next(numbers), _FEATURE_LONGEST) as copy:
        yield copy


@contextmanager
def rewritten(
    path: Path, pattern: re.Pattern[bytes], change: Callable[[re.Match[bytes]], bytes], longest: int
) -> Iterator[Path]:
    """Make a copy, of the same name, with ``change`` in place of what a pattern finds, no match of which is longer."""
    with workplace("geojson") as folder, path.open("rb") as source, (folder / path.name).open("wb") as sink:
        held = b""
        while piece := source.read(_PIECE):
            text = held + piece
            done = max(0, len(text) - longest)
            done -= text[done - 1 : done] == b"\\"  # which belongs to the next
            found = [match for match in pattern.finditer(text) if match.start() < done]
            done = max([done, *(match.end() for match in found[-1:])])
            sink.write(pattern.sub(change, text[:done]))
            held = text[done:]
        sink.write(pattern.sub(change, held))
        sink.flush()
        yield folder / path.name


def is_gb18030(path: Path) -> bool:
    """Say whether a file is text in GB18030 and not in UTF-8."""
    return not _decodes(path, "utf-8") and _decodes(path, "gb18030")


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding) as text:
            while text.read(_PIECE):
                pass
    except UnicodeDecodeError:
        return False
    return True


@contextmanager
def in_utf8(path: Path, encoding: str) -> Iterator[Path]:
    """Make a copy, of the same name, in UTF-8."""
    with workplace("geojson") as folder, path.open(encoding=encoding, newline="") as source:
        with (folder / path.name).open("w", encoding="utf-8", newline="") as sink:
            shutil.copyfileobj(source, sink)
        yield folder / path.name


def what_is_wrong(path: Path) -> str | None:
    """Say why a file is no GeoJSON, where that shows in the JSON itself; None for a large file or another reason."""
    if path.stat().st_size > DIAGNOSED:
        return None
    try:
        whole = json.loads(path.read_bytes().decode("utf-8-sig", "replace"))
    except json.JSONDecodeError as error:
        return say("json-broken", file=path.name, line=error.lineno, column=error.colno, error=error.msg)
    except RecursionError:
        return None
    if isinstance(whole, list):
        return say("geojson-a-list", file=path.name)
    if isinstance(whole, dict) and not isinstance(whole.get("type"), str):
        return say("geojson-no-type", file=path.name)
    if whole.get("type") == "FeatureCollection" and not isinstance(whole.get("features"), list):
        return say("geojson-no-features", file=path.name)
    return None
