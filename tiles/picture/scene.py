"""A picture of vector layers: which shapes it needs, the zoom its styles are drawn at, and the job that paints it.

``plan`` says what to ask the database, ``Plan.job`` makes the job from the answers: between the two lies the caller's
own way of reading, which keeps rights and time limits. Shapes come as for a vector tile, from the same levels, clipped
to the picture and a margin: a name or a thick line that begins outside is drawn to the edge.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyproj

from layers.crs.mercator import WORLD
from layers.crs.names import crs_uri
from layers.errors import NoDatumOperation
from layers.filter.clauses import Clause
from layers.frame import Bounds
from layers.layer import Layer
from layers.sentences import say
from layers.style.documents import style_layers
from layers.tables import Statement
from tiles.errors import PictureTooLarge
from tiles.grid import Grid, Tile
from tiles.picture.evaluate import columns_of, greatest
from tiles.picture.job import Box, Job, Row, Shapes
from tiles.picture.symbolizers import OUTLINE_WIDTH
from tiles.raster.warp import Canvas
from tiles.vector.place import Plane, Seen, VectorTile, in_mercator
from tiles.vector.statement import LABELS, check_grid, shape_statements

MARGIN = 128
"""CSS pixels around a picture in which names may begin."""
UNITS_A_PIXEL = 16
PAPER_MARK = "geoservice:paper"
WHOLE = Bounds(-WORLD / 2, -WORLD / 2, WORLD / 2, WORLD / 2)
"""The world in EPSG:3857."""
MOST_FEATURES = 100_000
"""Features of one layer in one picture."""
MOST_PIXELS = 4096 * 4096
LONGEST_SIDE = 8192
STANDARD_DPI = 25.4 / 0.28
"""Pixels to the inch that scales are counted with (OGC 06-042, 7.2.4.6.9)."""


@dataclass(frozen=True)
class Question:
    """One statement, and which rows of the picture its answer is."""

    source: str
    columns: tuple[str, ...]
    statement: Statement


@dataclass(frozen=True)
class Plan:
    """A picture before its shapes are read; ``margin`` pixels around it names may begin."""

    canvas: Canvas
    margin: int
    ratio: float
    zoom: float
    layers: list[dict[str, Any]]
    questions: tuple[Question, ...]

    @property
    def frame(self) -> Box:
        """The canvas in the units of the shapes, whose origin is the margin's corner."""
        left = float(UNITS_A_PIXEL * self.margin)
        return left, -left - UNITS_A_PIXEL * self.canvas.height, left + UNITS_A_PIXEL * self.canvas.width, -left

    def job(self, answers: Sequence[Sequence[Row]], background: str | None = None) -> Job:
        """Return the job, from the rows that answer the questions, in their order.

        Raises:
            PictureTooLarge: a layer has more features here than one picture may hold.
        """
        shapes = {}
        for question, rows in zip(self.questions, answers, strict=True):
            if len(rows) > MOST_FEATURES:
                raise PictureTooLarge(say("picture-features", source=question.source, most=MOST_FEATURES))
            shapes[question.source] = Shapes(question.columns, rows)
        size = self.canvas.width, self.canvas.height
        layers = self._sourced(shapes)
        return Job(*size, self.frame, self.margin, self.ratio, self.zoom, layers, shapes, background)

    def _sourced(self, shapes: dict[str, Shapes]) -> list[dict[str, Any]]:
        """Names of areas sit on label points; where a narrowed layer has none, on the areas themselves."""
        found = []
        for layer in self.layers:
            source = layer["source-layer"]
            if source not in shapes and source.endswith(LABELS):
                layer = {**layer, "source-layer": source.removesuffix(LABELS)}
            found.append(layer)
        return found


def check_size(width: int, height: int) -> None:
    """Raise PictureTooLarge for a picture that is too large to be drawn."""
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise PictureTooLarge(say("picture-large", width=width, height=height, most=MOST_PIXELS, side=LONGEST_SIDE))


def plan(
    layers: Sequence[Layer],
    canvas: Canvas,
    *,
    language: str = "zh",
    dpi: float = STANDARD_DPI,
    where: Mapping[str, Clause] | None = None,
    over_picture: bool = False,
) -> Plan:
    """Plan the picture of vector layers, the lowest first, on a canvas whose CRS has an EPSG code.

    ``where`` narrows the features of layers, by name. At another ``dpi`` than the standard pixel's everything is drawn
    larger, and the style is that of the scale the picture has on paper. ``over_picture`` leaves out what is only paper,
    and would cover the imagery or relief below.

    Raises:
        BadQuery: a layer holds no features, or is on another datum than the canvas.
        PictureTooLarge: too many pixels.
    """
    check_size(canvas.width, canvas.height)
    ratio = dpi / STANDARD_DPI
    margin, zoom = math.ceil(MARGIN * ratio), style_zoom(canvas, ratio)
    grid, styled, questions = _grid(canvas), [], []
    for layer in layers:
        own = [one for one in style_layers(layer, language) if _is_drawn(one, zoom, over_picture)]
        styled += own
        if own:
            check_grid(layer.version, grid)
            narrowed = (where or {}).get(layer.name)
            around = partial(_asked, canvas, grid, margin, zoom, narrowed)
            questions += _questions(layer, own, around, ratio)
    return Plan(canvas, margin, ratio, zoom, styled, tuple(questions))


def _questions(
    layer: Layer, own: Sequence[dict[str, Any]], around: Callable[[int], VectorTile], ratio: float
) -> list[Question]:
    """What to ask for the style layers of one layer: its shapes, and the points of its names from further off."""
    columns = tuple(dict.fromkeys(columns_of(own_values(own))))
    reach = {one["source-layer"]: 0 for one in own}
    for one in own:
        reach[one["source-layer"]] = max(reach[one["source-layer"]], math.ceil(_beyond(one) * ratio))
    widest = max(reach.values())
    found = shape_statements(layer, around(widest), columns, MOST_FEATURES)
    least = reach.get(layer.name, 0)
    if least < widest and len(found) > 1:  # names lie on points of their own
        nearer = shape_statements(layer, around(least), columns, MOST_FEATURES)
        found = [*(one for one in nearer if one[0] == layer.name), *(one for one in found if one[0] != layer.name)]
    return [Question(*one) for one in found]


def _asked(canvas: Canvas, grid: Grid, margin: int, zoom: float, where: Clause | None, around: int) -> VectorTile:
    """The canvas and pixels ``around`` it as what statements read; the origin of shapes is ``margin`` pixels off."""
    bounds, origin = canvas.with_margin(around).bounds, canvas.with_margin(margin).bounds
    plane = Plane(origin.west, origin.north, *(UNITS_A_PIXEL / size for size in canvas.pixel))
    detail = max(0, min(24, math.ceil(zoom - 0.25)))
    return VectorTile(grid, Tile(grid.id, 0, 0, 0), bounds, _reach(grid.crs, bounds), detail, where, plane)


def _beyond(style: dict[str, Any]) -> float:
    """CSS pixels from its shape that a style layer may draw; names are read as far as they may push each other."""
    drawn: dict[str, Any] = {**style.get("layout", {}), **style.get("paint", {})}
    if style["type"] == "line":
        joint = 0.5 if drawn.get("line-join") == "round" else 2.5
        reach = greatest(drawn.get("line-width", 1)) * joint
    elif style["type"] == "circle":
        reach = greatest(drawn.get("circle-radius", 5)) + greatest(drawn.get("circle-stroke-width", 0))
    else:
        reach = 2.5 * OUTLINE_WIDTH if style["type"] == "fill" else MARGIN
    return min(reach + 1, MARGIN)


def seen_in(canvas: Canvas) -> Seen:
    """Where edits may be seen in a picture at the standard resolution: names come from as far as its margin."""
    return _asked(canvas, _grid(canvas), MARGIN, style_zoom(canvas, 1.0), None, MARGIN).seen


def _is_drawn(style: dict[str, Any], zoom: float, over_picture: bool) -> bool:
    if over_picture and style.get("metadata", {}).get(PAPER_MARK):
        return False
    return bool(style.get("minzoom", 0) <= zoom < style.get("maxzoom", 99))


def style_zoom(canvas: Canvas, ratio: float) -> float:
    """Return the MapLibre zoom (512-pixel tiles) at which a canvas shows its ground; 0 where it is smaller still."""
    box = _reach(canvas.crs, canvas.bounds)
    if box is WHOLE:
        return max(0.0, math.log2(WORLD / 512 / (canvas.pixel[0] * ratio)))
    across = max(box.east - box.west, 1e-9) / canvas.width
    along = max(box.north - box.south, 1e-9) / canvas.height
    return max(0.0, math.log2(WORLD / 512 / (min(across, along) * ratio)))


def _reach(crs: pyproj.CRS, bounds: Bounds) -> Bounds:
    """A box in EPSG:3857; everything where the box is larger than what its projection can express."""
    try:
        return in_mercator(crs, bounds)
    except NoDatumOperation:
        return WHOLE


def own_values(layers: Sequence[dict[str, Any]]) -> list[Any]:
    """Return every expression of some style layers."""
    parts = (layer.get(part) for layer in layers for part in ("layout", "paint"))
    return [*(value for part in parts if part for value in part.values()), *(layer.get("filter") for layer in layers)]


def _grid(canvas: Canvas) -> Grid:
    """The canvas as a grid of one tile: what a statement reads the CRS from."""
    srid = 4326 if canvas.crs.to_authority() == ("OGC", "CRS84") else canvas.crs.to_epsg() or 0
    title = {"zh": "画面", "en": "canvas"}
    return Grid("canvas", title, canvas.crs, srid, crs_uri(srid), ("E", "N"), ())
