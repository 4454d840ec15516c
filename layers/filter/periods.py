"""A period as clients write it: one instant, or two with a slash between, an end open or told by how long it lasts."""

import calendar
import re
from datetime import UTC, datetime, time, timedelta

from layers.errors import BadQuery
from layers.filter.clauses import parse_instant
from layers.query import Instant, Period
from layers.sentences import say

_OPEN = ("", "..")
# ISO 8601, without its alternative format. OGC API Features has no durations, but its official suite sends one.
_DURATION = re.compile(
    r"P(?=.)(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?"
    r"(?:T(?=.)(?:(\d{1,7})H)?(?:(\d{1,9})M)?(?:(\d{1,10}(?:\.\d{1,6})?)S)?)?",
    re.ASCII,
)


def read_period(text: str, parameter: str) -> Period:
    """Return the first and the last instant of a period, None for open. ``2020-01-01/P2D`` ends on 2020-01-03.

    Raises:
        BadFilter: an end is no RFC 3339 date or time.
        BadQuery: there is no end, there are more than two, or the second lies before the first.
    """
    ends = text.split("/")
    if len(ends) > 2 or text in _OPEN:
        raise BadQuery(say("period-form", name=parameter), parameter)
    if len(ends) == 1:
        instant = parse_instant(text, parameter)
        return instant, instant
    first, last = ends
    if lasting := _DURATION.fullmatch(last):
        start = parse_instant(first, parameter)
        return start, _moved(start, lasting, 1, parameter)
    if lasting := _DURATION.fullmatch(first):
        end = parse_instant(last, parameter)
        return _moved(end, lasting, -1, parameter), end
    opened, closed = (None if end in _OPEN else parse_instant(end, parameter) for end in ends)
    if opened is not None and closed is not None and _moment(opened, time.min) > _moment(closed, time.max):
        raise BadQuery(say("period-ends-first", name=parameter, given=text[:60]), parameter)
    return opened, closed


def _moved(instant: Instant, duration: "re.Match[str]", sign: int, parameter: str) -> Instant:
    """Return an instant later by a duration, or earlier; a month ends on its last day at the latest."""
    years, months, weeks, days, hours, minutes, seconds = (float(part or 0) * sign for part in duration.groups())
    try:
        year, month = divmod(instant.year * 12 + instant.month - 1 + int(12 * years + months), 12)
        day = min(instant.day, calendar.monthrange(year, month + 1)[1])
        moved = instant.replace(year=year, month=month + 1, day=day) + timedelta(days=7 * weeks + days)
        if not any((hours, minutes, seconds)):
            return moved
        return _moment(moved, time.min) + timedelta(hours=hours, minutes=minutes, seconds=seconds)
    except (ValueError, OverflowError) as error:
        raise BadQuery(say("period-too-long", name=parameter), parameter) from error


def _moment(instant: Instant, at: time) -> datetime:
    return instant if isinstance(instant, datetime) else datetime.combine(instant, at, UTC)
