"""What a polygon holds of a raster: heights, slopes, values of bands, classes, each with its true area.

The polygon is filled with pixels in degrees, whose area on the ellipsoid depends on their row only. A pixel counts when
its centre lies inside. Pixels are the layer's own size unless there would be too many; the result says which.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import shapely
from rasterio.features import rasterize
from rasterio.transform import from_bounds
from shapely.geometry.base import BaseGeometry

from layers.crs.area import cell_area
from layers.crs.names import parse_crs
from layers.errors import BadQuery
from layers.frame import Bounds
from layers.layer import Layer, RasterFacts
from layers.sentences import say
from layers.storage import Storage
from tiles.height.elevation import read_heights
from tiles.height.terrain import MARGIN, Ground, gradient, slope_degrees
from tiles.raster.imagery import raster_facts, sampler
from tiles.raster.mosaic import choose_files
from tiles.raster.options import RenderOptions
from tiles.raster.sampling import Reading
from tiles.raster.warp import Canvas, ground_size
from tiles.raster.window import read_patch

Floats = npt.NDArray[np.float64]
Measure = Literal["value", "slope"]

MOST_PIXELS = 64 * 2**20
"""Pixels in the polygon's box; a larger one is read in coarser pixels."""
BLOCK = 1024
"""Pixels read at once, in each direction."""
SLOPE_BREAKS = (2.0, 6.0, 15.0, 25.0)
"""Degrees between the five slope classes of the national land survey (TD/T 1055-2019)."""
MOST_BREAKS = 50
MOST_CLASSES = 256


@dataclass
class Summary:
    """Values of one band inside, weighted by area: ``area_m2`` of those pixels that have a value."""

    name: str
    unit: str | None = None
    count: int = 0
    area_m2: float = 0.0
    low: float = math.inf
    high: float = -math.inf
    _sum: float = 0.0
    _squares: float = 0.0
    _origin: float | None = None

    def add(self, values: Floats, areas: Floats) -> None:
        """Count pixels: their values and areas, both 1-D."""
        if not values.size:
            return
        if self._origin is None:
            self._origin = float(values[0])  # sums about a value in their midst keep their digits
        about = values - self._origin
        self.count += values.size
        self.area_m2 += float(areas.sum())
        self.low, self.high = min(self.low, float(values.min())), max(self.high, float(values.max()))
        self._sum += float((about * areas).sum())
        self._squares += float((about * about * areas).sum())

    @property
    def mean(self) -> float | None:
        """The mean by area; None without pixels."""
        return None if self._origin is None else self._origin + self._sum / self.area_m2

    @property
    def deviation(self) -> float | None:
        """The standard deviation by area; None without pixels."""
        if self._origin is None:
            return None
        share = self._sum / self.area_m2
        return math.sqrt(max(0.0, self._squares / self.area_m2 - share * share))


@dataclass
class Zone:
    """A raster inside a polygon.

    ``classes`` maps a class to its square metres: a value of a classified image, or the number of the interval between
    ``breaks``, counted from 0. ``pixel_m`` is the ground size of the pixels counted, ``coarser`` whether they are
    larger than the layer's own; ``inside_m2`` is the area of all pixels inside, with or without a value.
    """

    bands: list[Summary]
    pixel_m: float
    coarser: bool
    breaks: tuple[float, ...] = ()
    classes: dict[int, float] = field(default_factory=dict)
    inside_m2: float = 0.0


def zone_of(
    layer: Layer,
    storage: Storage,
    polygon: BaseGeometry,
    *,
    measure: Measure = "value",
    breaks: Sequence[float] = (),
    step: Callable[[float], None] = lambda share: None,
) -> Zone:
    """Summarise a raster layer inside a polygon in degrees of its storage CRS.

    ``measure`` slope and ``breaks`` are for elevation. ``step`` is told the share done before each block; what it
    raises ends the work.

    Raises:
        BadQuery: slope of an image, breaks that do not rise.
        BadRendering, NoDatumOperation, RasterUnreadable.
    """
    facts = raster_facts(layer)
    limits = _breaks(layer, measure, breaks)
    canvas, coarser = _canvas(layer, facts, polygon)
    size = ground_size(canvas)
    zone = Zone(_bands(layer, facts, measure), float(size.dy.mean()), coarser, limits)
    classified = facts.colormap is not None
    blocks = list(_blocks(canvas))
    shapely.prepare(polygon)
    for done, block in enumerate(blocks):
        step(done / len(blocks))
        if not polygon.intersects(shapely.box(*block.bounds)):
            continue
        inside = _inside(polygon, block)
        areas = _row_areas(block)[:, None] * inside
        zone.inside_m2 += float(areas.sum())
        values = _values(layer, facts, storage, block, measure)
        if values is not None:
            _count(zone, values, areas, inside, classified)
    return zone


def _breaks(layer: Layer, measure: Measure, breaks: Sequence[float]) -> tuple[float, ...]:
    if layer.kind != "elevation" and (measure == "slope" or breaks):
        raise BadQuery(say("zonal-elevation", layer=layer.name, kind=say(f"kind-{layer.kind}")), "measure")
    limits = tuple(map(float, breaks)) or (SLOPE_BREAKS if measure == "slope" else ())
    if len(limits) > MOST_BREAKS or any(low >= high for low, high in itertools.pairwise(limits)):
        raise BadQuery(say("zonal-breaks", most=MOST_BREAKS), "breaks")
    return limits


def _bands(layer: Layer, facts: RasterFacts, measure: Measure) -> list[Summary]:
    if layer.kind == "elevation":
        return [Summary("slope", "°")] if measure == "slope" else [Summary("height", facts.unit)]
    return [Summary(band.name, band.unit) for band in facts.bands]


def _canvas(layer: Layer, facts: RasterFacts, polygon: BaseGeometry) -> tuple[Canvas, bool]:
    """Return pixels of the layer's ground size over the polygon's box, or as many coarser ones as are allowed."""
    west, south, east, north = map(float, polygon.bounds)
    crs = parse_crs(layer.version.srid)
    probe = ground_size(Canvas(crs, Bounds(west, south, east, north), 16, 16))
    width = float(probe.dx.mean()) * 16 / facts.resolution_m
    height = float(probe.dy.mean()) * 16 / facts.resolution_m
    shrink = max(1.0, math.sqrt(width * height / MOST_PIXELS))
    size = max(1, round(width / shrink)), max(1, round(height / shrink))
    return Canvas(crs, Bounds(west, south, east, north), *size), shrink > 1


def _blocks(canvas: Canvas) -> Iterator[Canvas]:
    dx, dy = canvas.pixel
    west, north = canvas.bounds.west, canvas.bounds.north
    for top in range(0, canvas.height, BLOCK):
        for left in range(0, canvas.width, BLOCK):
            right, bottom = min(left + BLOCK, canvas.width), min(top + BLOCK, canvas.height)
            box = Bounds(west + left * dx, north - bottom * dy, west + right * dx, north - top * dy)
            yield Canvas(canvas.crs, box, right - left, bottom - top)


def _inside(polygon: BaseGeometry, block: Canvas) -> npt.NDArray[np.bool_]:
    where = from_bounds(*block.bounds, block.width, block.height)
    shape = (block.height, block.width)
    burnt: npt.NDArray[np.uint8] = rasterize([(polygon, 1)], shape, 0, transform=where, dtype="uint8")
    return burnt.astype(bool)


def _row_areas(block: Canvas) -> Floats:
    dx, dy = block.pixel
    north = block.bounds.north
    return np.array([cell_area(0.0, north - (row + 1) * dy, dx, north - row * dy) for row in range(block.height)])


def _values(layer: Layer, facts: RasterFacts, storage: Storage, block: Canvas, measure: Measure) -> Floats | None:
    """Values on a block, shape (height, width, bands), NaN where there are none; None when there is nothing at all."""
    options = RenderOptions()
    if layer.kind == "elevation":
        patch = read_heights(facts, storage, block.with_margin(MARGIN) if measure == "slope" else block, options)
        if patch is None:
            return None
        if measure == "value":
            return patch.values.astype(np.float64)
        inner = slice(MARGIN, -MARGIN)
        dx, dy, turn = patch.ground
        ground = Ground(dx[inner], dy[inner], turn if isinstance(turn, float) else turn[inner, inner])
        steep = slope_degrees(gradient(patch.values[..., 0], ground)).astype(np.float64)
        steep[~np.isfinite(patch.values[inner, inner, 0])] = np.nan
        return steep[..., None]
    bands = tuple(range(1, max(1, len(facts.bands)) + 1))
    reading = Reading(bands, sampler(facts, options), facts.nodata)
    patch = read_patch(choose_files(facts, block), storage, block, reading)
    if patch is None:
        return None
    values = patch.values.astype(np.float64)
    for column, band in enumerate(facts.bands):
        values[..., column] = values[..., column] * band.scale + band.offset
    if patch.mask is not None:
        values[patch.mask == 0] = np.nan
    return values


def _count(zone: Zone, values: Floats, areas: Floats, inside: npt.NDArray[np.bool_], classified: bool) -> None:
    for column, summary in enumerate(zone.bands):
        plane: Any = values[..., column]
        there = inside & np.isfinite(plane)
        found, weights = plane[there], areas[there]
        summary.add(found, weights)
        if column == 0 and (classified or zone.breaks):
            numbers = np.digitize(found, zone.breaks) if zone.breaks else found.astype(np.int64)
            for number in np.unique(numbers)[:MOST_CLASSES]:
                share = float(weights[numbers == number].sum())
                zone.classes[int(number)] = zone.classes.get(int(number), 0.0) + share
