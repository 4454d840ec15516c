"""What is inside: one polygon put to layers, answered by counts, areas, lengths, heights, or the parts cut out.

Areas and lengths are ellipsoidal. A layer is asked at its storage CRS, edges run straight in degrees.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geoservice.analysis.account import area_units, layer_account, polygon_account
from geoservice.analysis.asking import Asking, about
from layers.crs.area import geodesic_area
from layers.errors import BadQuery
from layers.frame import Bounds
from layers.layer import Layer
from layers.overlay import features_in, statistics_in
from layers.query import LayerQuery
from layers.sentences import say
from layers.style.hints import completed
from tiles.raster.zonal import Measure, Summary, Zone, zone_of

MOST_FEATURES = 10_000
LARGEST_KM2 = 200_000.0
METHOD = "ellipsoidal, geodesic edges"


async def area_statistics(
    asking: Asking,
    polygon: BaseGeometry,
    names: Sequence[str] | None = None,
    by: Mapping[str, str] | None = None,
    *,
    rasters: bool = True,
    measure: Measure = "value",
    breaks: Sequence[float] = (),
) -> dict[str, Any]:
    """Return what each layer holds inside a polygon (degrees).

    A vector layer answers with counts, areas, lengths for each value of a column: ``by`` names it, else the layer's
    class. A raster answers with minimum, mean, maximum of its bands, and the area of each class. Vector layers that
    hold nothing there are named, too: ``empty`` reach there and hold nothing, ``elsewhere`` do not reach there.

    Raises:
        BadQuery, LayerNotFound, TookTooLong.
    """
    answers, empty = [], []
    layers = asking.layers(names, Bounds(*map(float, shapely.bounds(polygon))))
    asked_about = polygon_account(polygon)
    for done, layer in enumerate(layers):
        asking.progress(done / len(layers), layer.name)
        if layer.kind == "vector":
            column = (by or {}).get(layer.name) or class_column(layer)
            rows = await asking.rows(statistics_in(layer, polygon, column))
            if rows:
                answers.append(about(layer) | {"by": column} | layer_account(layer, rows, asked_about["area_m2"]))
            else:
                empty.append(about(layer))
        elif rasters:
            asked: dict[str, Any] = {"measure": measure, "breaks": breaks} if layer.kind == "elevation" else {}
            zone = await asking.work(zone_of, layer, asking.storage, polygon, step=asking.step, **asked)
            if any(band.count for band in zone.bands):
                answers.append(about(layer) | _zone(layer, zone))
    reached = {layer.name for layer in layers}
    others = [] if names else [one for one in asking.catalogue.visible(asking.view) if one.name not in reached]
    elsewhere = [about(layer) for layer in others if layer.kind == "vector"]
    return {"polygon": asked_about, "answers": answers, "empty": empty, "elsewhere": elsewhere, "method": METHOD}


async def intersection(
    asking: Asking, layer: Layer, polygon: BaseGeometry, query: LayerQuery, *, clip: bool, limit: int
) -> dict[str, Any]:
    """Return the features a polygon cuts, each clipped to it unless ``clip`` is false, as a GeoJSON collection.

    Each says its area and length inside; ``truncated`` is true when there are more than ``limit``.
    """
    rows = await asking.rows(features_in(layer, polygon, limit, query, clip=clip))
    features = [_feature(*row) for row in rows[:limit]]
    total = [sum(f["properties"][name] for f in features) for name in ("area_inside_m2", "length_inside_m")]
    return {
        "type": "FeatureCollection", "features": features, "numberReturned": len(features),
        "truncated": len(rows) > limit, "area_m2": round(total[0], 2), "length_m": round(total[1], 2),
        "layer": about(layer), "method": METHOD,
    }  # fmt: skip


def check_area(polygon: BaseGeometry) -> None:
    """Refuse a polygon too large to ask with.

    Raises:
        BadQuery: it is.
    """
    square_metres = float(geodesic_area(np.array([polygon], dtype=object))[0])
    if square_metres > LARGEST_KM2 * 1e6:
        raise BadQuery(say("polygon-area", area=f"{square_metres / 1e6:,.0f}", most=f"{LARGEST_KM2:,.0f}"), "polygon")


def class_column(layer: Layer) -> str | None:
    """Return the column the layer is classified by, if it says one that it has."""
    names = [known.name for known in layer.version.columns]
    column = completed(layer.style, names).get("class")
    return column if column in names else None


def _feature(
    fid: int, properties: dict[str, Any] | None, geometry: str, area: float, length: float, whole: bool
) -> dict[str, Any]:
    inside = {"area_inside_m2": round(area, 3), "length_inside_m": round(length, 3), "wholly_inside": whole}
    return {
        "type": "Feature", "id": fid, "geometry": json.loads(geometry), "properties": {**(properties or {}), **inside}
    }  # fmt: skip


def _zone(layer: Layer, zone: Zone) -> dict[str, Any]:
    raster = layer.version.raster
    assert raster is not None
    found: dict[str, Any] = {
        "bands": [_band(band) for band in zone.bands],
        "covered": round(zone.bands[0].area_m2 / zone.inside_m2, 6) if zone.inside_m2 else 0.0,
        "pixel_m": round(zone.pixel_m, 3),
        "coarser_than_the_layer": zone.coarser,
    }
    if layer.kind == "elevation":
        found["height_system"] = raster.height_system
    if zone.classes:
        found["parts"] = [
            {"value": number, **_interval(zone.breaks, number), **area_units(area)}
            for number, area in sorted(zone.classes.items())
        ]
    return found


def _band(band: Summary) -> dict[str, Any]:
    mean, deviation = band.mean, band.deviation
    known = mean is not None and deviation is not None
    return {
        "name": band.name, "unit": band.unit, "pixels": band.count, **area_units(band.area_m2),
        "minimum": band.low if known else None, "maximum": band.high if known else None,
        "mean": round(mean, 6) if mean is not None else None,
        "deviation": round(deviation, 6) if deviation is not None else None,
    }  # fmt: skip


def _interval(breaks: Sequence[float], number: int) -> dict[str, float | None]:
    """Return the bounds of an interval between breaks; the first and last are open."""
    if not breaks:
        return {}
    return {"from": breaks[number - 1] if number else None, "to": breaks[number] if number < len(breaks) else None}
