"""Query parameters: known ones only, read strictly. A repeated parameter counts by its last value."""

import math
import re
from collections.abc import Iterable

from starlette.requests import Request

from layers.errors import BadQuery
from layers.frame import Bounds
from layers.periods import read_period
from layers.query import Period

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def known(request: Request, allowed: Iterable[str]) -> None:
    """Refuse a parameter that this resource does not have.

    Raises:
        BadQuery: naming the parameter.
    """
    names = frozenset(allowed)
    for name in request.query_params:
        if name not in names:
            listed = ", ".join(sorted(names)) or "none"
            raise BadQuery(f"there is no parameter {name[:60]!r} here; this resource takes {listed}", name[:60])


def number(request: Request, name: str, default: float | None = None) -> float:
    """Return a finite number.

    Raises:
        BadQuery: it is missing without a default, or no finite number.
    """
    text = request.query_params.get(name)
    if text is None:
        if default is None:
            raise BadQuery(f"{name} is needed, a number", name)
        return default
    return parse_number(text, name)


def integer(request: Request, name: str, default: int, low: int, high: int | None = None) -> int:
    """Return a whole number of at least ``low``; more than ``high`` becomes ``high``.

    Raises:
        BadQuery: it is no whole number, or less than ``low``.
    """
    text = request.query_params.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"\+?[0-9]{1,40}", text.strip()) or int(text) < low:
        raise BadQuery(f"{name}={text[:40]!r} is not a whole number of at least {low}", name)
    return int(text) if high is None else min(int(text), high)


def parse_number(text: str, name: str) -> float:
    """Read a finite number written in ASCII.

    Raises:
        BadQuery: it is none.
    """
    plain = text.strip()
    if len(plain) > 60 or not _NUMBER.fullmatch(plain) or not math.isfinite(float(plain)):
        raise BadQuery(f"{name} has {text[:40]!r}, which is not a number", name)
    return float(plain)


def numbers(request: Request, name: str, counts: Iterable[int]) -> tuple[float, ...] | None:
    """Return numbers divided by commas, as many as one of ``counts`` says; None when the parameter is not there.

    Raises:
        BadQuery: one is no number, or there are too few or too many.
    """
    text = request.query_params.get(name)
    if text is None:
        return None
    wanted = tuple(counts)
    parts = text.split(",")
    if len(parts) not in wanted:
        raise BadQuery(f"{name} takes {' or '.join(map(str, wanted))} numbers, not {len(parts)}", name)
    return tuple(parse_number(part, name) for part in parts)


def period(request: Request, name: str) -> Period | None:
    """Return the ends of an instant or of ``start/end``, ``..`` or nothing for open; None when it is not there.

    Raises:
        BadQuery: an end is no RFC 3339 time, or the second lies before the first.
    """
    text = request.query_params.get(name)
    return None if text is None else read_period(text, name)


def box(request: Request, name: str = "bbox") -> tuple[Bounds, ...]:
    """Return a box in CRS84 degrees: none when it is not there, two where it crosses the antimeridian.

    Raises:
        BadQuery: it is no box.
    """
    given = numbers(request, name, (4, 6))
    if given is None:
        return ()
    west, south, east, north = given if len(given) == 4 else (given[0], given[1], given[3], given[4])
    if south > north or not (-90 <= south and north <= 90) or max(abs(west), abs(east)) > 360:
        raise BadQuery(f"{name} is west,south,east,north in degrees, longitude first", name)
    if west <= east:
        return (Bounds(west, south, east, north),)
    return Bounds(west, south, 180, north), Bounds(-180, south, east, north)
