"""What is here: one point put to every layer the caller may see."""

from collections.abc import Sequence
from typing import Any

from geoservice.analysis.asking import Asking, about
from layers.layer import Layer
from layers.overlay import Point, features_at
from tiles.height.profile import point_answer


async def at_point(asking: Asking, point: Point, names: Sequence[str] | None = None) -> dict[str, Any]:
    """Return each layer's answer at a point: attributes of the features there, heights, pixel values.

    Raises:
        LayerNotFound, TookTooLong, RasterUnreadable.
    """
    answers = []
    for layer in asking.layers(names, point.bounds):
        if layer.kind == "vector":
            answer = await _features(asking, layer, point)
        else:
            answer = await asking.work(_values, asking, layer, point)
        if answer:
            answers.append(about(layer) | answer)
    return {"lon": point.lon, "lat": point.lat, "tolerance_m": point.tolerance_m, "answers": answers}


async def _features(asking: Asking, layer: Layer, point: Point) -> dict[str, Any]:
    rows = await asking.rows(features_at(layer, point))
    found = [{"id": fid, "properties": properties, "metres_away": round(away, 2)} for fid, properties, away in rows]
    return {"features": found} if found else {}


def _values(asking: Asking, layer: Layer, point: Point) -> dict[str, Any]:
    values, file = point_answer(layer, asking.storage, point.lon, point.lat)
    if all(value is None for value in values):
        return {}
    raster = layer.version.raster
    assert raster is not None
    names = [band.name for band in raster.bands]
    answer: dict[str, Any] = {"values": dict(zip(names, values, strict=False)), "value": values[0], "unit": raster.unit}
    if file is not None:
        captured = file.captured.isoformat() if file.captured else None
        answer["pixel"] = {"source": file.source, "captured": captured, "resolution_m": round(file.resolution_m, 4)}
    return answer | ({"height_system": raster.height_system} if layer.kind == "elevation" else {})
