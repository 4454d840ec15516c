"""``f=pdf`` of a map: a page to scale for the printer, in the frame's plane, with sources and accuracy below it."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import shapely
from starlette.requests import Request
from starlette.responses import Response

from geoservice.api.directory.layer_document import legend_of
from geoservice.api.map.background import BACKGROUND
from geoservice.api.map.painting import Part, read_language, read_shapes
from geoservice.parameters import number, numbers
from layers.crs.names import CRS84, parse_crs
from layers.crs.operations import find_transform
from layers.crs.words import both
from layers.errors import BadQuery
from layers.frame import Bounds
from layers.layer import Layer
from layers.sentences import say
from layers.style.hints import hints
from tiles.picture.compose import overlay, paint_raster
from tiles.picture.job import Row
from tiles.picture.page import PAPERS, PIXEL_MM, Orientation, Page, Trust, canvas_of
from tiles.picture.page_job import page_job
from tiles.picture.scene import MOST_PIXELS, STANDARD_DPI, Plan, plan
from tiles.raster.encode import picture
from tiles.raster.warp import Canvas

PDF = "application/pdf"
PARAMETERS = ("paper", "orientation", "title")
LONGEST_TITLE = 80
FINEST_DPI = 160.0
LARGEST, SMALLEST = 50.0, 20_000_000.0


async def print_map(request: Request, parts: Sequence[Part]) -> Response:
    """Answer the page: around ``center`` at ``scale-denominator``, or at the first scale of the series that shows
    ``bbox``.

    Raises:
        BadQuery: a parameter is wrong.
    """
    state, given = request.app.state, request.query_params
    for name in ("crs", "subset", "width", "height", "mm-per-pixel", *BACKGROUND):
        if name in given:
            raise BadQuery(say("not-for-page", name=name), name)
    layers = [part.layer for part in parts]
    page, canvas = _place(request, layers)
    where = {part.layer.name: part.where for part in parts if part.where is not None}
    vectors = [part.layer for part in parts if part.layer.kind == "vector"]
    loop = asyncio.get_running_loop()
    rasters = [part for part in parts if part.layer.kind != "vector"]
    bitmap = await loop.run_in_executor(state.raster_pool, _bitmap, state, rasters, canvas) if rasters else None
    over = bitmap is not None
    planned = plan(vectors, canvas, language=page.language, where=where, over_picture=over)
    answers = await read_shapes(state, planned)
    page = await loop.run_in_executor(state.raster_pool, _with_legends, page, layers, planned, answers)
    job = await loop.run_in_executor(state.raster_pool, page_job, page, planned, answers, bitmap, None)
    body = await state.studio.paint(job)
    headers = {"Content-Disposition": 'attachment; filename="map.pdf"', "Cache-Control": "no-store"}
    return Response(body, 200, headers, PDF)


def _place(request: Request, layers: Sequence[Layer]) -> tuple[Page, Canvas]:
    """Read paper, scale and place."""
    frame, given = request.app.state.frame, request.query_params
    crs = parse_crs(frame.metric_srid)
    language = read_language(given.get("lang"))
    paper, orientation = given.get("paper", "a4").lower(), given.get("orientation", "landscape")
    if paper not in PAPERS:
        raise BadQuery(say("paper-offered", offered=", ".join(PAPERS)), "paper")
    if orientation not in ("landscape", "portrait"):
        raise BadQuery(say("orientation-offered"), "orientation")
    facing: Orientation = "portrait" if orientation == "portrait" else "landscape"
    name = frame.title.get(language) or frame.title.get("zh") or frame.name
    titles = [layer.title.get(language) or layer.title.get("zh") or layer.name for layer in layers]
    title = given.get("title") or (f"{name} · {titles[-1]}" if len(titles) == 1 else name)
    page = Page(
        title="".join(character for character in title if character.isprintable())[:LONGEST_TITLE],
        paper=paper,
        orientation=facing,
        scale=1000.0,
        language=language,
        system=f"{both(crs.name)[language]} · EPSG:{frame.metric_srid}",
        date=date.today().isoformat(),
        publisher=name,
        trusts=[_trust(layer, title) for layer, title in zip(layers, titles, strict=True)],
    )
    scale = number(request.query_params, "scale-denominator", 0.0)
    if "scale-denominator" in given and not LARGEST <= scale <= SMALLEST:
        raise BadQuery(say("scale-range", low=LARGEST, high=SMALLEST), "scale-denominator")
    box = _box(request, layers, crs)
    page = replace(page, scale=scale or _fitting(page, frame.scales, box))
    east, north = _centre(request, crs) or ((box.west + box.east) / 2, (box.south + box.north) / 2)
    return page, canvas_of(page, crs, east, north)


def _fitting(page: Page, scales: Sequence[int], box: Bounds) -> float:
    """The largest scale of the series at which the box fits the page's map; a round one where none does."""
    _, _, width, height = page.frame
    needed = max((box.east - box.west) / width, (box.north - box.south) / height) / (PIXEL_MM / 1000)
    fits = [scale for scale in scales if scale >= needed]
    if fits:
        return float(min(fits))
    power = 10.0 ** math.floor(math.log10(needed))
    return min(SMALLEST, next(factor * power for factor in (1, 2, 5, 10) if factor * power >= needed))


def _box(request: Request, layers: Sequence[Layer], crs: Any) -> Bounds:
    """The place asked for, else all of the layers, in the plane."""
    given = numbers(request.query_params, "bbox", (4,))
    frame = request.app.state.frame
    if given is None:
        extents = [layer.version.extent for layer in layers if layer.version.extent] or [frame.extent]
        box = extents[0]
        for extent in extents[1:]:
            box = box.union(extent)
        west, south, east, north = box
    else:
        west, south, east, north = given
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadQuery(say("page-bbox"), "bbox")
    around = Bounds(west - 1e-4, max(south - 1e-4, -89), east + 1e-4, min(north + 1e-4, 89))
    return find_transform(parse_crs(CRS84), crs).bounds(around)


def _centre(request: Request, crs: Any) -> tuple[float, float] | None:
    given = numbers(request.query_params, "center", (2,))
    if given is None:
        return None
    east, north = find_transform(parse_crs(CRS84), crs).points([given[0]], [given[1]])
    if not (abs(given[0]) <= 180 and abs(given[1]) <= 90 and math.isfinite(east[0]) and math.isfinite(north[0])):
        raise BadQuery(say("page-center"), "center")
    return float(east[0]), float(north[0])


def _trust(layer: Layer, title: str) -> Trust:
    facts = layer.version.facts
    return Trust(title, layer.attribution, facts.accuracy_m, facts.largest_scale)


def _bitmap(state: Any, parts: Sequence[Part], canvas: Canvas) -> bytes | None:
    """The rasters of a page as PNG, as fine as a printer shows them and the most pixels allow."""
    finer = min(FINEST_DPI / STANDARD_DPI, math.sqrt(MOST_PIXELS / (canvas.width * canvas.height)))
    fine = Canvas(canvas.crs, canvas.bounds, round(canvas.width * finer), round(canvas.height * finer))
    drawn = [paint_raster(part.layer, state.storage, fine, part.options) for part in parts]
    pictures = [one for one in drawn if one is not None]
    return picture(overlay(pictures, fine, None), None, "png").body if pictures else None


def _with_legends(page: Page, layers: Sequence[Layer], planned: Plan, answers: Sequence[list[Row]]) -> Page:
    """Put the legends on the page, of a classified layer only the classes that are on the map."""
    legends = []
    for layer in reversed(layers):
        entries, column = legend_of(layer), hints(layer).class_ if layer.kind == "vector" else None
        if column is not None and any("value" in entry for entry in entries):
            entries = _present(entries, _values(layer.name, column, planned, answers))
        if entries and layer.kind != "imagery":
            legends.append((layer.title.get(page.language) or layer.title.get("zh") or layer.name, entries))
    return replace(page, legends=legends)


def _values(name: str, column: str, planned: Plan, answers: Sequence[list[Row]]) -> set[str]:
    """The values of a column among the shapes that lie in the map."""
    frame = shapely.box(*planned.frame)
    values: set[str] = set()
    for question, rows in zip(planned.questions, answers, strict=True):
        if question.source == name and column in question.columns:
            place = question.columns.index(column) + 1
            there = [row for row in rows if row[0] is not None and row[place] is not None]
            shapes = shapely.from_wkb([bytes(row[0]) for row in there])
            values |= {str(row[place]) for row, met in zip(there, frame.intersects(shapes), strict=True) if met}
    return values


def _present(entries: Sequence[dict[str, Any]], values: set[str]) -> list[dict[str, Any]]:
    """The entries of the classes there are: a value's own, or that of the longest code it begins with."""
    codes = {str(entry["value"]) for entry in entries if "value" in entry}
    chosen = {max((code for code in codes if value.startswith(code)), key=len, default="") for value in values}
    return [entry for entry in entries if str(entry.get("value", "")) in chosen]
