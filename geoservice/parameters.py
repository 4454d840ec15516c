"""Query parameters: known ones only, read strictly. A repeated parameter counts by its last value."""

import math
import re
from collections.abc import Iterable, Mapping

from layers.errors import BadQuery
from layers.filter.periods import read_period
from layers.frame import Bounds
from layers.query import Period
from layers.sentences import LANGUAGES, either, say

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def known(given: Mapping[str, str], allowed: Iterable[str]) -> None:
    """Refuse a parameter that this resource does not have. Every resource has ``lang``: pages and refusals are in it.

    Raises:
        BadQuery: naming the parameter.
    """
    names = frozenset(allowed)
    for name in given:
        if name == "lang" and name not in names:  # else it is the resource's own
            if given[name] not in LANGUAGES:
                raise BadQuery(say("lang-offered", given=given[name][:20]), name)
        elif name not in names:
            taken = ", ".join(sorted(names)) or {"en": "none", "zh": "没有"}
            raise BadQuery(say("parameter-unknown", name=name[:60], taken=taken), name[:60])


def one_form(given: Mapping[str, str], form: str = "json") -> None:
    """Refuse ``f`` where it asks for another form than the one there is.

    Raises:
        BadQuery: it does.
    """
    if given.get("f", form) != form:
        raise BadQuery(say("form-not-here", given=given["f"][:40], offered=form), "f")


def number(given: Mapping[str, str], name: str, default: float | None = None) -> float:
    """Return a finite number.

    Raises:
        BadQuery: it is missing without a default, or no finite number.
    """
    text = given.get(name)
    if text is None:
        if default is None:
            raise BadQuery(say("parameter-needed", name=name), name)
        return default
    return parse_number(text, name)


def integer(given: Mapping[str, str], name: str, default: int, low: int, high: int | None = None) -> int:
    """Return a whole number of at least ``low``; more than ``high`` becomes ``high``.

    Raises:
        BadQuery: it is no whole number, or less than ``low``.
    """
    text = given.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"\+?[0-9]{1,40}", text.strip()) or int(text) < low:
        raise BadQuery(say("parameter-whole", name=name, given=text[:40], low=low), name)
    return int(text) if high is None else min(int(text), high)


def parse_number(text: str, name: str) -> float:
    """Read a finite number written in ASCII.

    Raises:
        BadQuery: it is none.
    """
    plain = text.strip()
    if len(plain) > 60 or not _NUMBER.fullmatch(plain) or not math.isfinite(float(plain)):
        raise BadQuery(say("parameter-number", name=name, given=text[:40]), name)
    return float(plain)


def numbers(given: Mapping[str, str], name: str, counts: Iterable[int]) -> tuple[float, ...] | None:
    """Return numbers divided by commas, as many as one of ``counts`` says; None when the parameter is not there.

    Raises:
        BadQuery: one is no number, or there are too few or too many.
    """
    text = given.get(name)
    if text is None:
        return None
    wanted = tuple(counts)
    parts = text.split(",")
    if len(parts) not in wanted:
        raise BadQuery(say("parameter-numbers", name=name, wanted=either(wanted), count=len(parts)), name)
    return tuple(parse_number(part, name) for part in parts)


def period(given: Mapping[str, str], name: str) -> Period | None:
    """Return the ends of an instant or of ``start/end``, ``..`` or nothing for open; None when it is not there.

    Raises:
        BadQuery: an end is no RFC 3339 time, or the second lies before the first.
    """
    text = given.get(name)
    return None if text is None else read_period(text, name)


def box(given: Mapping[str, str], name: str = "bbox") -> tuple[Bounds, ...]:
    """Return a box in CRS84 degrees: none when it is not there, two where it crosses the antimeridian.

    Raises:
        BadQuery: it is no box.
    """
    found = numbers(given, name, (4, 6))
    if found is None:
        return ()
    west, south, east, north = found if len(found) == 4 else (found[0], found[1], found[3], found[4])
    if south > north or not (-90 <= south and north <= 90) or max(abs(west), abs(east)) > 360:
        raise BadQuery(say("parameter-box", name=name), name)
    if west <= east:
        return (Bounds(west, south, east, north),)
    return Bounds(west, south, 180, north), Bounds(-180, south, east, north)


def pairs_of(options: Iterable[str] | None) -> dict[str, str]:
    """Read NAME=VALUE options.

    Raises:
        BadQuery: one is not of that form.
    """
    pairs = [option.partition("=") for option in options or ()]
    for name, equals, _ in pairs:
        if not (name and equals):
            raise BadQuery(say("option-form", given=name), "option")
    return {name: value for name, _, value in pairs}
