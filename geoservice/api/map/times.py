"""TIME as WMS and WMTS write it (ISO 8601: also a year or a month), read into ``datetime`` of the API."""

import calendar
import re

from layers.errors import BadQuery
from layers.sentences import say

_SHORT = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2]))?")


def read_time(text: str) -> str | None:
    """Return an instant or ``start/end``; None for ``current`` and for nothing said, which is all there is.

    A year or a month is the whole of it; a period behind two ends says nothing more.

    Raises:
        BadQuery: several values, where the capabilities offer one.
    """
    text = text.strip()
    if not text or text.lower() == "current":
        return None
    if "," in text:
        raise BadQuery(say("map-time-one"), "time")
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
