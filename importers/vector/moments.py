"""Dates with a time of day as GDAL tells them in text: each with the zone it was written with, or without one.

As numbers, GDAL's Arrow streams forget the zone of formats whose values may each have another (KML, GPX, GeoJSON).
"""

import re
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

OGR_TYPE, DATE_TIME = b"GDAL:OGR:type", b"DateTime"
UTC_MOMENTS = pa.timestamp("us", "UTC")
_ZONE = r"(Z|[+-]\d{2}:?\d{2})$"


def is_moment(field: pa.Field) -> bool:
    """Say whether a field of text holds dates with a time of day."""
    return bool((field.metadata or {}).get(OGR_TYPE) == DATE_TIME)


def moments(texts: pa.Array) -> tuple[pa.Array, int]:
    """Return moments in UTC and how many of them were written without a zone; what is no moment becomes null."""
    zoned = pc.match_substring_regex(texts, _ZONE)
    try:
        with_zone = pc.if_else(zoned, texts, None).cast(UTC_MOMENTS)
        without = pc.if_else(zoned, None, texts).cast(pa.timestamp("us")).cast(UTC_MOMENTS)
        read = pc.coalesce(with_zone, without)
    except pa.ArrowInvalid:
        read = pa.array([_moment(text) for text in texts.to_pylist()], UTC_MOMENTS)
    return read, pc.sum(pc.invert(zoned)).as_py() or 0


def _moment(text: str | None) -> datetime | None:
    try:
        read = datetime.fromisoformat(re.sub(r"([+-]\d{2})(\d{2})$", r"\1:\2", text or ""))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
