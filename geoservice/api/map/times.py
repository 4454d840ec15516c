"""TIME as WMS and WMTS write it (ISO 8601: also a year or a month), read into ``datetime`` of the API."""

import calendar
import re

from layers.errors import BadQuery
from layers.sentences import say

MOST_TIMES = 100
_SHORT = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2]))?")


def read_time(text: str) -> str | None:
    """Return what a tile is narrowed to, as `read_times` does.

    Raises:
        BadQuery: several values, where a tile has one.
    """
    times = read_times(text)
    if len(times) > 1:
        raise BadQuery(say("map-time-one"), "time")
    return times[0] if times else None


def read_times(text: str) -> tuple[str, ...]:
    """Return instants and ``start/end``; nothing for ``current`` and for nothing said, which is all there is.

    A year or a month is the whole of it; a period behind two ends says nothing more.

    Raises:
        BadQuery: there are too many.
    """
    times = [part.strip() for part in text.split(",")]
    if len(times) > MOST_TIMES:
        raise BadQuery(say("map-times", most=MOST_TIMES), "time")
    return () if times[0].lower() in ("", "current") and len(times) == 1 else tuple(_time(part) for part in times)


def _time(text: str) -> str:
    ends = text.split("/")[:2]
    if len(ends) == 1 and not _SHORT.fullmatch(ends[0]):
        return text
    return f"{_end(ends[0], last=False)}/{_end(ends[-1], last=True)}"


def _end(text: str, *, last: bool) -> str:
    found = _SHORT.fullmatch(text)
    if not found or text == "0000" or text.startswith("0000-"):
        return text
    year, month = int(found[1]), int(found[2] or (12 if last else 1))
    return f"{year:04d}-{month:02d}-{calendar.monthrange(year, month)[1] if last else 1:02d}"
