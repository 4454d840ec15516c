"""TIME as WMS and WMTS write it (ISO 8601: also a year or a month), read into ``datetime`` of the API."""

import calendar
import re

from layers.errors import BadQuery
from layers.sentences import say

MOST_TIMES = 100
_HOUR = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2})Z?")
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

    A year, a month or an hour is the whole of it; a period behind two ends says nothing more.

    Raises:
        BadQuery: there are too many.
    """
    times = [part.strip() for part in text.split(",")]
    if len(times) > MOST_TIMES:
        raise BadQuery(say("map-times", most=MOST_TIMES), "time")
    return () if times[0].lower() in ("", "current") and len(times) == 1 else tuple(_written(part) for part in times)


def _written(text: str) -> str:
    ends = text.split("/")[:2]
    return spelled_out(ends[0]) if len(ends) == 1 else f"{end_of(ends[0])}/{end_of(ends[1], last=True)}"


def spelled_out(text: str) -> str:
    """Return a time of ISO 8601 as ``datetime`` has it: a year, a month or an hour by its first and last moment."""
    first, last = end_of(text), end_of(text, last=True)
    return text if first == last else f"{first}/{last}"


def end_of(text: str, *, last: bool = False) -> str:
    """Return the first or the last moment of such a time."""
    if hour := _HOUR.fullmatch(text):
        return f"{hour[1]}:{'59:59.999999' if last else '00:00'}Z"
    found = _SHORT.fullmatch(text)
    if not found or text == "0000" or text.startswith("0000-"):
        return text
    year, month = int(found[1]), int(found[2] or (12 if last else 1))
    return f"{year:04d}-{month:02d}-{calendar.monthrange(year, month)[1] if last else 1:02d}"
