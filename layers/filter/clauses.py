"""Pieces of an SQL condition: typed expressions, the values bound to them, the fields they may name.

Everything a stranger writes ends as a bound value; the SQL text is put together only from our own words and from
identifiers quoted by `layers.tables`.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from shapely.geometry.base import BaseGeometry

from layers.errors import BadFilter
from layers.sentences import say

ValueType = Literal["boolean", "number", "text", "date", "timestamp", "geometry", "array"]


@dataclass(frozen=True)
class Field:
    """A property that may be asked for by name: its SQL expression and the type of its values."""

    name: str
    sql: str
    type: ValueType


@dataclass(frozen=True)
class Expression:
    """An SQL expression and its type.

    ``literal`` is the value when it is nothing but a bound value. ``area`` is set on a condition that only features
    meeting this geometry (storage CRS) can fulfil; ``near`` on a distance of the feature from this geometry.
    """

    sql: str
    type: ValueType
    literal: Any = None
    area: BaseGeometry | None = None
    near: BaseGeometry | None = None


@dataclass(frozen=True)
class Clause:
    """A condition with ``%(name)s`` placeholders, and the values bound to them; ``area`` as in `Expression`."""

    text: str
    params: Mapping[str, Any] = field(default_factory=dict)
    area: BaseGeometry | None = None


class Binder:
    """Names the values bound to a statement: ``p0``, ``p1``, …; another ``prefix`` for what is joined later.

    Every placeholder stands with its type, ``%(p0)s::text``: the server would guess it from what stands beside it, and
    the driver that reads pages takes the server's word.
    """

    def __init__(self, prefix: str = "p") -> None:
        self.prefix = prefix
        self.params: dict[str, Any] = {}

    def bind(self, value: Any) -> str:
        """Keep the value and return its placeholder."""
        name = f"{self.prefix}{len(self.params)}"
        self.params[name] = value
        return f"%({name})s"

    def literal(self, value: Any, parameter: str = "filter") -> Expression:
        """Return the expression of a plain value: bool, number, text, date or datetime.

        Raises:
            BadFilter: the value is not finite, holds a NUL, or is of no type we know.
        """
        if isinstance(value, bool):
            return Expression("true" if value else "false", "boolean", value)
        if isinstance(value, int | float):
            number = _number(value, parameter)
            return Expression(f"{self.bind(number)}::{_number_type(number)}", "number", value)
        if isinstance(value, datetime):
            return Expression(f"{self.bind(value)}::timestamptz", "timestamp", value)
        if isinstance(value, date):
            return Expression(f"{self.bind(value)}::date", "date", value)
        if isinstance(value, str):
            if "\x00" in value:
                raise BadFilter(say("text-nul"), parameter)
            return Expression(f"{self.bind(value)}::text", "text", value)
        raise BadFilter(say("filter-no-value", given=str(value)[:40]), parameter)


def _number(value: int | float, parameter: str) -> int | float:
    """Return whole numbers as int, so that an index on an integer column is used."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise BadFilter(say("filter-number-not-finite"), parameter)
        if value.is_integer() and abs(value) < 2**53:
            return int(value)
    elif abs(value) >= 10**40:
        raise BadFilter(say("number-too-long"), parameter)
    return value


def _number_type(value: int | float) -> str:
    """Return the narrowest SQL type of a number: an index on an integer column serves an integer only."""
    if isinstance(value, float):
        return "float8"
    return "int4" if -(2**31) <= value < 2**31 else "int8" if -(2**63) <= value < 2**63 else "numeric"


def parse_number(text: str, parameter: str = "filter") -> int | float:
    """Read a number written in ASCII, whole ones exactly.

    Raises:
        BadFilter: it is none, or not finite.
    """
    plain = text.strip()
    if re.fullmatch(r"[+-]?[0-9]{1,40}", plain):
        return int(plain)
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", plain) or len(plain) > 400:
        raise BadFilter(say("not-a-number", given=text[:40]), parameter)
    return _number(float(plain), parameter)


def parse_instant(text: str, parameter: str = "filter") -> date | datetime:
    """Read an RFC 3339 date or date-time; a time without zone is UTC. GDAL's ``2020-02-29T`` is the date.

    A zone's plus sign that was not escaped in an address came as a blank. A leap second is the instant it ends in.

    Raises:
        BadFilter: it is neither.
    """
    try:
        written = text.upper().removesuffix("T")
        if len(written) == 10:
            return date.fromisoformat(written)
        if len(written) < 16 or written[10] not in "T ":
            raise ValueError("no time after the date")
        leap = timedelta(seconds=written[16:19] == ":60")
        written = f"{written[:16]}:59{written[19:]}" if leap else written
        instant = datetime.fromisoformat(written[:11] + written[11:].replace(" ", "+"))
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC) + leap
    except (ValueError, OverflowError) as error:
        raise BadFilter(say("no-instant", given=text[:40]), parameter) from error


def coerce(binder: Binder, expression: Expression, wanted: ValueType, parameter: str = "filter") -> Expression:
    """Return the expression as another type where that is plain: a text literal as a date, a date as a time.

    Raises:
        BadFilter: the two types cannot be compared.
    """
    if expression.type == wanted:
        return expression
    if wanted in ("date", "timestamp") and isinstance(expression.literal, str):
        expression = binder.literal(parse_instant(expression.literal, parameter), parameter)
    if expression.type == "date" and wanted == "timestamp":
        return Expression(f"({expression.sql}::timestamp AT TIME ZONE 'UTC')", "timestamp")
    if expression.type == wanted:
        return expression
    raise BadFilter(say("filter-other-type", found=expression.type, wanted=wanted), parameter)


def common_type(expressions: Iterable[Expression]) -> ValueType:
    """Return the type in which values can be compared: times win over dates, dates over text literals."""
    types = {expression.type for expression in expressions if not isinstance(expression.literal, str)}
    if {"date", "timestamp"} & types and all(
        isinstance(e.literal, str) or e.type in ("date", "timestamp") for e in expressions
    ):
        instants = [e for e in expressions if isinstance(e.literal, str)]
        with_time = any(len(e.literal) > 10 for e in instants)
        return "timestamp" if "timestamp" in types or with_time else "date"
    first: ValueType = next(iter(expressions)).type
    return first
