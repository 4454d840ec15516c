"""Columns of a MapInfo interchange file whose values, in its ``.mid``, are not of the type that its head declares.

GDAL makes 0 of a text in a column of numbers, 12 of ``12 mu``, 1 March of 20240230, and the largest number that fits of
a larger one. Such a column is declared one of texts.
"""

import csv
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

_DELIMITER = re.compile(rb"^\s*delimiter\s+\"(.)\"", re.IGNORECASE | re.MULTILINE)
_COLUMNS = re.compile(rb"^[ \t]*columns[ \t]+(\d+)[ \t]*\r?\n", re.IGNORECASE | re.MULTILINE)
_COLUMN = re.compile(rb"^(\s*)(\S+)(\s+)(\w+)(\s*\([^)]*\))?", re.IGNORECASE)
_WHOLE = re.compile(r"[+-]?\d{1,19}")
_REAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
LONGEST = 254
"""Characters of a column of texts."""


def _whole(bits: int) -> Callable[[str], bool]:
    most = 1 << (bits - 1)
    return lambda text: _WHOLE.fullmatch(text) is not None and -most <= int(text) < most


def _is_day(text: str) -> bool:
    try:
        return len(text) == 8 and datetime.strptime(text, "%Y%m%d") is not None
    except ValueError:
        return False


_FITS: Final[dict[str, Callable[[str], object]]] = {
    "smallint": _whole(32),  # GDAL reads both as 32 bits
    "integer": _whole(32),
    "largeint": _whole(64),
    "float": _REAL.fullmatch,
    "decimal": _REAL.fullmatch,
    "date": _is_day,
    "logical": lambda text: text.lower() in ("t", "f", "true", "false", "y", "n", "0", "1"),
}


def misfits(head: bytes, mid: Path) -> set[int]:
    """Return the numbers, from 0, of the columns whose values are not of the type that the head of a ``.mif`` declares.

    Nothing of a ``.mid`` whose quotes are no pairs: GDAL has its own say on it.
    """
    checked = {number: _FITS[kind] for number, kind in _types(head).items() if kind in _FITS}
    found: set[int] = set()
    sign = _DELIMITER.search(head)
    with mid.open(encoding="latin-1", newline="") as text, suppress(csv.Error):
        for row in csv.reader(text, delimiter=sign[1].decode("latin-1") if sign else "\t") if checked else ():
            misfit = {number for number, fits in checked.items() if not _is_fit(row, number, fits)}
            found |= misfit
            checked = {number: fits for number, fits in checked.items() if number not in misfit}
    return found


def _is_fit(row: list[str], number: int, fits: Callable[[str], object]) -> bool:
    value = row[number].strip() if number < len(row) else ""
    return not value or bool(fits(value))


def _types(head: bytes) -> dict[int, str]:
    """Return the type of each column of a head."""
    begun = _COLUMNS.search(head)
    if begun is None:
        return {}
    matches = [_COLUMN.match(line) for line in head[begun.end() :].splitlines()[: int(begun[1])]]
    return {number: found[4].decode("latin-1").lower() for number, found in enumerate(matches) if found is not None}


def as_texts(mif: bytes, numbers: set[int]) -> bytes:
    """Return a ``.mif`` that declares some of its columns ones of texts."""
    begun = _COLUMNS.search(mif)
    if begun is None:
        return mif
    lines = mif[begun.end() :].split(b"\n", int(begun[1]))
    for number in numbers:
        lines[number] = _COLUMN.sub(rb"\g<1>\g<2>\g<3>Char(%d)" % LONGEST, lines[number], count=1)
    return mif[: begun.end()] + b"\n".join(lines)
