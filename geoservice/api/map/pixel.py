"""What lies under a pixel of a picture: features of vector layers, values of rasters, in the forms clients read."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from geoservice.analysis.here import at_point
from geoservice.api.callers import caller_of
from geoservice.api.links import HTML
from geoservice.api.map.painting import Part
from geoservice.api.processes import asking_of
from layers.crs.names import CRS84, parse_crs
from layers.crs.operations import find_transform
from layers.crs.output import offered_crs
from layers.errors import NoDatumOperation
from layers.features import page_statement
from layers.frame import Bounds
from layers.layer import Layer
from layers.overlay import Point
from layers.style.hints import column_title
from tiles.raster.warp import Canvas

TEXT = "text/plain"
REACH_PIXELS = 3
"""How far around a pixel features are found: a line and a point are drawn wider than they are."""


@dataclass(frozen=True)
class Found:
    """The GeoJSON features of one layer under a pixel."""

    layer: Layer
    features: list[dict[str, Any]]


async def under_pixel(
    request: Request, parts: Sequence[Part], canvas: Canvas, col: int, row: int, limit: int
) -> list[Found]:
    """Return what each layer has under a pixel (column and row from the north-west corner), at most ``limit`` each.

    That is what the picture shows: filter and time are kept.
    """
    dx, dy = canvas.pixel
    x, y = canvas.bounds.west + (col + 0.5) * dx, canvas.bounds.north - (row + 0.5) * dy
    around = Bounds(*(x - REACH_PIXELS * dx, y - REACH_PIXELS * dy), *(x + REACH_PIXELS * dx, y + REACH_PIXELS * dy))
    found = []
    for part in parts:
        features = await (_features if part.layer.kind == "vector" else _values)(request, part, canvas, around, limit)
        if features:
            found.append(Found(part.layer, features))
    return found


async def _features(request: Request, part: Part, canvas: Canvas, around: Bounds, limit: int) -> list[dict[str, Any]]:
    layer = part.layer
    try:
        box = find_transform(canvas.crs, parse_crs(layer.version.srid)).bounds(around, densify=3)
    except NoDatumOperation:
        return []
    crs = offered_crs(request.app.state.frame, layer.version.srid)[CRS84]
    statement = page_statement(layer, replace(part.shown, limit=limit, box=(box,), may_lack_geometry=False), crs)
    rows = await request.app.state.database.prepared_rows(statement)
    return [{**orjson.loads(row[0]), "collection": layer.name} for row in rows[:limit]]


async def _values(request: Request, part: Part, canvas: Canvas, around: Bounds, limit: int) -> list[dict[str, Any]]:
    layer = part.layer
    x, y = (around.west + around.east) / 2, (around.south + around.north) / 2
    lon, lat = (float(part[0]) for part in find_transform(canvas.crs, parse_crs(CRS84)).points([x], [y]))
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return []
    asking = asking_of(request, await caller_of(request))
    answers = (await at_point(asking, Point(lon, lat, 1.0), [layer.name], part.options.datetime))["answers"]
    return [
        {
            "type": "Feature", "id": None, "collection": layer.name,
            "geometry": {"type": "Point", "coordinates": [round(lon, 9), round(lat, 9)]},
            "properties": {**answer["values"], "unit": answer.get("unit")},
        }
        for answer in answers
    ]  # fmt: skip


def info_response(found: Sequence[Found], media_type: str) -> Response:
    """Answer as GeoJSON, as a table for people or as plain text."""
    if media_type == HTML:
        return Response(_page(found), media_type=HTML)
    if media_type == TEXT:
        return Response(_text(found), media_type=TEXT)
    features = [feature for part in found for feature in part.features]
    body = {"type": "FeatureCollection", "features": features, "numberReturned": len(features)}
    return Response(orjson.dumps(body), media_type=media_type)


def _shown(layer: Layer, feature: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The columns a feature has a value in, by their titles."""
    shown = []
    for name, value in feature["properties"].items():
        if value is not None:
            title = column_title(layer, name)
            shown.append((title.get("zh") or name, str(value)))
    return shown


def _text(found: Sequence[Found]) -> str:
    lines = []
    for part in found:
        for feature in part.features:
            lines.append(f"{part.layer.name} {feature.get('id') or ''}".strip())
            lines += [f"  {name} = {value}" for name, value in _shown(part.layer, feature)]
    return "\n".join(lines) + "\n"


def _page(found: Sequence[Found]) -> str:
    parts = []
    for part in found:
        parts.append(f"<h3>{html.escape(part.layer.title.get('zh') or part.layer.name)}</h3>")
        for feature in part.features:
            rows = "".join(
                f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>"
                for name, value in _shown(part.layer, feature)
            )
            parts.append(f"<table>{rows}</table>")
    style = "body{font:13px sans-serif}th{text-align:left;padding-right:1em;color:#555;font-weight:normal}"
    return f'<!doctype html><html><meta charset="utf-8"><style>{style}</style><body>{"".join(parts)}</body></html>'
