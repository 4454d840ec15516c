"""What is along: heights on a line."""

from collections.abc import Sequence
from typing import Any

from geoservice.analysis.asking import Asking
from layers.layer import Layer
from tiles.height.profile import height_profile


async def elevation_profile(
    asking: Asking, layer: Layer, line: Sequence[tuple[float, float]], spacing_m: float | None
) -> dict[str, Any]:
    """Return heights along a line of (lon, lat), with what is known of their accuracy.

    Raises:
        BadRendering: the line has no length or too many vertices.
        RasterUnreadable.
    """
    profile = await asking.work(height_profile, layer, asking.storage, line, spacing_m)
    return {
        "samples": [sample._asdict() for sample in profile.samples],
        "length_m": profile.length_m, "climb": profile.climb, "descent": profile.descent, "unit": profile.unit,
        "height_system": profile.height_system, "accuracy_m": profile.accuracy_m, "resolution_m": profile.resolution_m,
    }  # fmt: skip
