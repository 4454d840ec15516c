"""The types of a table's columns, learned from every cell, and the cells as values of those types.

``0101`` stays text because it is a code; a whole number beyond 32 bits makes a bigint column and beyond 64 bits text;
a date without a time zone is UTC.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

import numpy as np

from importers.batch import ColumnType

_WHOLE = re.compile(r"[+-]?(0|[1-9]\d*)")
_DATE = re.compile(r"\d{4}(?:[-/]\d{1,2}[-/]\d{1,2}|年\d{1,2}月\d{1,2}日)")
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?")


def column_types(rows: Iterator[Sequence[Any]], width: int) -> tuple[list[ColumnType | None], int]:
    """Return each column's type, the narrowest that holds every value, and the number of rows.

    None is the type of a column that holds nothing. There are at least ``width`` columns, more where a row has more.
    """
    seen: list[set[str]] = [set() for _ in range(width)]
    count = 0
    for row in rows:
        count += 1
        if len(row) > len(seen):
            seen += [set() for _ in range(len(seen), len(row))]
        for number, value in enumerate(row):
            if value not in (None, "") and "text" not in seen[number]:
                seen[number].add(_type_of(value))
    while len(seen) > width and not seen[-1]:
        seen.pop()
    return [_narrowest(kinds) for kinds in seen], count


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
    if _TIMESTAMP.fullmatch(text):
        return "timestamp" if _timestamp(text) else "text"
    return "float" if _is_float(text) else "text"


_PYTHON_TYPES = {float: "float", date: "date"}


def _whole(number: int, value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "integer" if -(1 << 31) <= number < 1 << 31 else "bigint" if -(1 << 63) <= number < 1 << 63 else "text"


def _is_float(text: str) -> bool:
    if text[:1] == "0" and text[1:2].isdigit():
        return False  # 0101.5 is a code
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def _date(text: str) -> date | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        return date(*(int(part) for part in re.findall(r"\d+", text)))
    except ValueError:
        return None


def _timestamp(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _narrowest(kinds: set[str]) -> ColumnType | None:
    for allowed, kind in _WIDER:
        if kinds and kinds <= allowed:
            return kind
    return "text" if kinds else None


_WIDER: tuple[tuple[set[str], ColumnType], ...] = (
    ({"boolean"}, "boolean"),
    ({"integer"}, "integer"),
    ({"integer", "bigint"}, "bigint"),
    ({"integer", "float"}, "float"),
    ({"date"}, "date"),
    ({"date", "timestamp"}, "timestamp"),
)


def cell_value(value: Any, kind: ColumnType) -> Any:
    """Return a cell as a value of its column's type; an empty cell is None."""
    if value is None or value == "":
        return None
    if kind == "text":
        return str(value).replace("\0", "")
    if kind == "date":
        return _date(value) if isinstance(value, str) else value.date() if isinstance(value, datetime) else value
    if kind == "timestamp":
        return _as_timestamp(value)
    return _NUMBERS[kind](value)


def _as_timestamp(value: Any) -> datetime | None:
    if isinstance(value, str):
        day = _date(value)
        return _timestamp(value) if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_NUMBERS: dict[str, Callable[[Any], Any]] = {
    "integer": int, "bigint": int, "float": float, "boolean": bool,
}  # fmt: skip
