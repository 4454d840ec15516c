"""The types of a table's columns, learned from every cell, and the cells as values of those types.

``0101`` and ``12E3`` stay text because they are codes; a whole number beyond 32 bits makes a bigint column and beyond
64 bits text; a date without a time zone is UTC. Words for nothing (``-``, ``无``, ``NULL``) among numbers or dates are
empty cells; among texts they stay what they are. Numbers as no program writes them are ``importers.table.numerals``.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

import numpy as np

from importers.batch import ColumnType
from importers.table import numerals
from importers.table.ordinates import is_none

_WHOLE = re.compile(r"[+-]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[+-]?(((0|[1-9][0-9]*)\.[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|(0|[1-9][0-9]*)[eE][+-][0-9]+)")
"""A number as programs write it; without a point an exponent has its sign: 1E+05, but 1E5 is a code."""
_DATE = re.compile(r"\d{4}(?:[-/]\d{1,2}[-/]\d{1,2}|年\d{1,2}月\d{1,2}日)")
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?")
_MOMENT = re.compile(r"(\d{4}[-/]\d{1,2}[-/]\d{1,2}) +(\d{1,2}):(\d{2})(?::(\d{2}))?")
"""A date and a time as Excel writes them in China: 2024/3/5 8:05."""
KEPT_DIGITS = 15
"""A spreadsheet keeps so many digits of a number: of a longer one the rest is lost, unless it is written as text."""
TYPED_WITHIN = 100
"""Within so many rows a workbook has a cell that is no text."""
ROUNDED = 10.0**KEPT_DIGITS


@dataclass
class Column:
    """What the cells of a column are: their types, how often which word for nothing, one number that was rounded, and
    whether one of more digits than a spreadsheet keeps is written as text.

    ``comma``: the table's decimal sign is the comma. ``odd`` is one number that no program writes so, ``wide`` how many
    have digits of full width.
    """

    kinds: set[str] = field(default_factory=set)
    nothing: Counter[str] = field(default_factory=Counter)
    rounded: Any = None
    long_text: bool = False
    comma: bool = False
    odd: str = ""
    wide: int = 0

    @property
    def type(self) -> ColumnType | None:
        """The narrowest type that holds every value; None when there is none."""
        if self.nothing and not self.kinds:
            return "text"
        return _narrowest(self.kinds, self.comma)

    @property
    def numbers_as_text(self) -> bool:
        """Whether it is of numbers only and stays text for how some of them are written."""
        return self.odd != "" and "text" not in self.kinds and self.type == "text"

    @property
    def written_oddly(self) -> bool:
        """Whether it is of numbers some of which are written as no program does."""
        return self.odd != "" and self.type == "float"

    def add(self, value: Any) -> None:
        """Take one cell that is not empty into account."""
        if value in self.nothing:
            self.nothing[value] += 1
            return
        kind = _type_of(value)
        if kind == "text" and is_none(str(value)):
            self.nothing[str(value).strip()] += 1
            return
        if kind == "text" and isinstance(value, str):
            kind = self._odd(value)
        self.kinds.add(kind)
        if kind == "bigint" and isinstance(value, str):
            self.long_text = self.long_text or len(value.strip()) > KEPT_DIGITS
        elif kind == "float" and not self.wide and self.rounded is None and abs(float(value)) >= ROUNDED:
            self.rounded = value

    def _odd(self, value: str) -> str:
        """Return the type of a text that no program takes for a number: of people's, or text."""
        text = value.strip()
        bare = numerals.narrow(text)
        kind = _type_of(bare) if bare != text else "text"
        if kind == "text":
            kind = numerals.writing_of(bare) or "text"
            self.odd = self.odd or (text if kind != "text" else "")
        elif kind not in ("integer", "float"):
            return "text"
        self.wide += bare != text and kind != "text"
        return kind


def columns_of(rows: Iterator[Sequence[Any]], width: int, comma: bool = False) -> tuple[list[Column], int]:
    """Return what each column holds, and the number of rows.

    There are at least ``width`` columns, more where a row has more. ``comma``: the decimal sign is the comma. In a
    workbook, whose numbers are numbers, a long one that was written as text is a code.
    """
    seen = [Column(comma=comma) for _ in range(width)]
    count, typed = 0, False
    for row in rows:
        count += 1
        if count <= TYPED_WITHIN and not typed:
            typed = any(not isinstance(value, str | None) for value in row)
        if len(row) > len(seen):
            seen += [Column(comma=comma) for _ in range(len(seen), len(row))]
        for column, value in zip(seen, row, strict=False):
            if value not in (None, "") and "text" not in column.kinds:
                column.add(value)
    for column in seen if typed else ():
        if column.long_text:
            column.kinds.add("text")
    while len(seen) > width and seen[-1].type is None:
        seen.pop()
    return seen, count


def _type_of(value: Any) -> str:
    if isinstance(value, datetime):
        return "timestamp" if value.tzinfo or value.time() != time() else "date"  # how a workbook keeps a day
    if not isinstance(value, str):
        return _PYTHON_TYPES.get(type(value), "text") if not isinstance(value, int) else _whole(int(value), value)
    text = value.strip()
    if _WHOLE.fullmatch(text):
        return _whole(int(text), None) if len(text) < 20 else "text"
    if _DATE.fullmatch(text):
        return "date" if _date(text) else "text"
    if _TIMESTAMP.fullmatch(text) or _MOMENT.fullmatch(text):
        return "timestamp" if _timestamp(text) else "text"
    return "float" if _FLOAT.fullmatch(text) and np.isfinite(float(text)) else "text"


_PYTHON_TYPES = {float: "float", date: "date"}


def _whole(number: int, value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "integer" if -(1 << 31) <= number < 1 << 31 else "bigint" if -(1 << 63) <= number < 1 << 63 else "text"


def _date(text: str) -> date | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        return date(*(int(part) for part in re.findall(r"\d+", text)))
    except ValueError:
        return None


def _timestamp(text: str) -> datetime | None:
    if found := _MOMENT.fullmatch(text):
        day, hour, minute, second = found.groups()
        year, month, number = re.split("[-/]", day)
        text = f"{year}-{month:0>2}-{number:0>2} {hour:0>2}:{minute}:{second or '00'}"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _narrowest(kinds: set[str], comma: bool) -> ColumnType | None:
    for allowed, kind in _WIDER:
        if kinds and kinds <= allowed:
            return kind
    return (numerals.type_of(kinds, comma) or "text") if kinds else None


_WIDER: tuple[tuple[set[str], ColumnType], ...] = (
    ({"boolean"}, "boolean"),
    ({"integer"}, "integer"),
    ({"integer", "bigint"}, "bigint"),
    ({"integer", "float"}, "float"),
    ({"date"}, "date"),
    ({"date", "timestamp"}, "timestamp"),
)


def cell_value(value: Any, kind: ColumnType, comma: bool = False) -> Any:
    """Return a cell as a value of its column's type; an empty cell is None. ``comma``: it is the decimal sign."""
    if value is None or value == "":
        return None
    if kind == "text":
        return str(value).replace("\0", "")
    if isinstance(value, str):
        value = value.strip()
        if is_none(value):
            return None
    if kind == "date":
        return _date(value) if isinstance(value, str) else value.date() if isinstance(value, datetime) else value
    if kind == "timestamp":
        return _as_timestamp(value)
    try:
        return _NUMBERS[kind](value)
    except ValueError:
        return _NUMBERS[kind](numerals.number(value, comma))


def _as_timestamp(value: Any) -> datetime | None:
    if isinstance(value, str):
        day = _date(value)
        return _timestamp(value) if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_NUMBERS: dict[str, Callable[[Any], Any]] = {
    "integer": int, "bigint": int, "float": float, "boolean": bool,
}  # fmt: skip
