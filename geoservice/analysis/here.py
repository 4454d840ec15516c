"""What is here: one point put to every layer the caller may see."""

import logging
from collections.abc import Sequence
from typing import Any

from geoservice.analysis.asking import Asking, about
from layers.errors import StorageAway
from layers.layer import Layer
from layers.overlay import Point, features_at
from layers.query import Period, day_of
from layers.sentences import reason
from tiles.errors import RasterUnreadable
from tiles.height.profile import point_answer
from tiles.raster.options import Span

_log = logging.getLogger("geoservice")


async def at_point(
    asking: Asking, point: Point, names: Sequence[str] | None = None, periods: Sequence[Period] = ()
) -> dict[str, Any]:
    """Return each layer's answer at a point: attributes of the features there, heights, pixel values.

    ``periods`` are those any of which a feature meets, and a raster's file was captured in; what has no time is there
    at any.
    A layer whose file is away or damaged is ``unread``, with the sentence that says why, and takes no other's answer
    with it.

    Raises:
        LayerNotFound, TookTooLong.
        StorageAway, RasterUnreadable: of the only layer that was named.
    """
    answers, unread = [], []
    for layer in asking.layers(names, point.bounds):
        try:
            answer = await _answer(asking, layer, point, periods)
        except (StorageAway, RasterUnreadable) as error:
            if names and len(names) == 1:
                raise
            _log.warning("what is here, %s: %s", layer.name, error)
            unread.append(about(layer) | {"why": reason(error)})
            continue
        if answer:
            answers.append(about(layer) | answer)
    place = {"lon": point.lon, "lat": point.lat, "tolerance_m": point.tolerance_m}
    return {**place, "answers": answers, "unread": unread}


async def _answer(asking: Asking, layer: Layer, point: Point, periods: Sequence[Period]) -> dict[str, Any]:
    if layer.kind == "vector":
        return await _features(asking, layer, point, periods)
    spans = [(day_of(first), day_of(last)) for first, last in periods]
    return await asking.work(_values, asking, layer, point, spans)


async def _features(asking: Asking, layer: Layer, point: Point, periods: Sequence[Period]) -> dict[str, Any]:
    rows = await asking.rows(features_at(layer, point, periods))
    found = [{"id": fid, "properties": properties, "metres_away": round(away, 2)} for fid, properties, away in rows]
    return {"features": found} if found else {}


def _values(asking: Asking, layer: Layer, point: Point, spans: Sequence[Span]) -> dict[str, Any]:
    values, file = point_answer(layer, asking.storage, point.lon, point.lat, spans)
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
