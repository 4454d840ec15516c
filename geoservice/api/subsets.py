"""Parts of axes as OGC APIs write them: ``subset=Lat(34:35),Lon(115:116)``, ``subset=time("2020-01-01":"2020-12-31")``.

An end may be ``*``; several axes stand in one parameter or in several of them.
"""

import re

from starlette.requests import Request

from geoservice.api.map.times import end_of, spelled_out
from geoservice.parameters import parse_number
from layers.errors import BadQuery
from layers.sentences import say

Range = tuple[float | None, float | None]
TIME = ("time", "datetime")
LATEST = "*"
"""The last time there is, as ``time(*)``."""
_AXIS = re.compile(r"\s*([A-Za-z]{1,20})\(([^()]{1,80})\)\s*(?:,|$)")
_INSTANTS = re.compile(r'(?:"([^"]+)"|\*)(:(?:"([^"]+)"|\*))?')


def subset_axes(request: Request) -> dict[str, Range]:
    """Return the parts of the axes in space, low and high, by the axis' name in small letters; None for an open end.

    Raises:
        BadQuery: it is not written so, an axis is said twice, or an end is no number.
    """
    found: dict[str, Range] = {}
    for name, text in _parts(request).items():
        if name in TIME:
            continue
        low, colon, high = text.partition(":")
        if not colon:
            raise BadQuery(say("subset-point", axis=name), "subset")
        found[name] = (_end(low), _end(high))
    return found


def subset_time(request: Request) -> str | None:
    """Return the part of the time axis as ``datetime`` writes it, `LATEST`, or None where none is asked for.

    A year, a month or an hour is the whole of it.

    Raises:
        BadQuery: it is not written so.
    """
    for name, text in _parts(request).items():
        if name not in TIME:
            continue
        written = _INSTANTS.fullmatch(text)
        first, interval, last = written.groups() if written else (None, None, None)
        if written is None:
            raise BadQuery(say("subset-time"), "subset")
        if interval:
            return f"{end_of(first or '..')}/{end_of(last or '..', last=True)}" if first or last else None
        return spelled_out(first) if first else LATEST
    return None


def _parts(request: Request) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in request.query_params.getlist("subset"):
        at = 0
        while at < len(text):
            axis = _AXIS.match(text, at)
            if axis is None:
                raise BadQuery(say("subset-form", given=text[:60]), "subset")
            name = axis[1].lower()
            if name in found:
                raise BadQuery(say("subset-twice", axis=axis[1]), "subset")
            found[name], at = axis[2].strip(), axis.end()
    return found


def _end(text: str) -> float | None:
    return None if text.strip() == "*" else parse_number(text, "subset")
