"""When a layer is: what the time dimension of its map declares (OGC 06-042, annexes C and D), and what lies in it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from geoservice.api.feature.extent import Span, period_of
from layers.layer import Layer
from layers.query import Instant, Period, day_of


@dataclass(frozen=True)
class Moments:
    """The days that a raster's files were captured on, or the first and last moment of features, None for open."""

    days: tuple[date, ...] = ()
    ends: Span = (None, None)

    @property
    def default(self) -> str | None:
        """What is drawn without TIME: all of it. None where an end is open, which a dimension cannot say."""
        first, last = (self.days[0].isoformat(), self.days[-1].isoformat()) if self.days else self.ends
        if not first or not last:
            return None
        return first if first == last else f"{first}/{last}"

    @property
    def extent(self) -> str | None:
        """The values to be asked for: each day, or a period without a step (PT0S): features are of any instant."""
        if self.days:
            return ",".join(day.isoformat() for day in self.days)
        return f"{self.default}/PT0S" if self.default and "/" in self.default else self.default

    @property
    def latest(self) -> str | None:
        """The last of them; None where that is open."""
        return self.days[-1].isoformat() if self.days else self.ends[1]

    @property
    def whole(self) -> str:
        """All of it in words, ``..`` for an open end."""
        return self.default or "/".join(end or ".." for end in self.ends)

    def meet(self, period: Period) -> bool:
        """Say whether anything of the extent lies in a period. Moments are declared, and compared, by the second."""
        first, last = period
        if self.days:
            low, high = day_of(first) or date.min, day_of(last) or date.max
            return any(low <= day <= high for day in self.days)
        start, end = (datetime.fromisoformat(text) if text else None for text in self.ends)
        begins_late = first is not None and end is not None and _moment(first, time.min).replace(microsecond=0) > end
        ends_early = last is not None and start is not None and _moment(last, time.max) < start
        return not (begins_late or ends_early)


async def moments_of(state: Any, layer: Layer) -> Moments | None:
    """Return when a layer is; None for one whose files or features have no time."""
    if layer.version.raster is not None:
        days = {file.captured for file in layer.version.raster.files if file.captured}
        return Moments(days=tuple(sorted(days))) if days else None
    ends = await period_of(state, layer)
    return Moments(ends=ends) if ends else None


def _moment(instant: Instant, at: time) -> datetime:
    return instant if isinstance(instant, datetime) else datetime.combine(instant, at, UTC)
