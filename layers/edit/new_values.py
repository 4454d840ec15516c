"""Values of properties that a client sends, read strictly: a column's type, and its code list where it has one."""

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from layers.domains import code_of
from layers.errors import BadQuery
from layers.filter.clauses import parse_instant
from layers.layer import Column
from layers.sentences import say

_LONG = re.compile(r"-?[0-9]{16,19}")


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError("no text")
    return value


def _whole(low: int, high: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, str) and _LONG.fullmatch(value):  # a browser keeps its digits only as text
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
            raise ValueError("no whole number")
        if not low <= value <= high:
            raise ValueError("too large")
        return int(value)

    return read


def _float(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("no number")
    return float(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("neither true nor false")
    return value


def _date(value: Any) -> date:
    read = parse_instant(_text(value), "properties")
    if isinstance(read, datetime):
        raise ValueError("a time, not a date")
    return read


def _json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).replace("\\u0000", "")


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "text": _text,
    "integer": _whole(-(2**31), 2**31 - 1),
    "bigint": _whole(-(2**63), 2**63 - 1),
    "float": _float,
    "boolean": _boolean,
    "date": _date,
    "timestamp": lambda value: parse_instant(_text(value), "properties"),
    "json": _json_text,
}


def read_value(column: Column, value: Any, domain: Mapping[str, str] | None) -> Any:
    """Return a value in its column's type and, where the column has a code list, of it.

    Raises:
        ValueError: it does not fit.
    """
    if value is None:
        return None
    try:
        read = _READERS[column.type](value)
    except (ValueError, TypeError, BadQuery) as error:
        raise ValueError(say("value-not-type", value=str(value)[:40], type=column.type)) from error
    if domain and code_of(read) not in domain:
        known = ", ".join(list(domain)[:8]) + (", …" if len(domain) > 8 else "")
        raise ValueError(say("value-not-in-list", value=str(value)[:40], known=known))
    return read
