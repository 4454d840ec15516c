"""Values at points: what a raster says at a place, and heights along a line.

Heights are interpolated between the pixels of the finest data; other bands are read as they are, from the pixel that
the point lies in. Where several files overlap the one on top answers, and the next one where it has nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyproj
from rasterio.windows import Window

from layers.crs.names import parse_crs
from layers.frame import Bounds
from layers.layer import Layer, RasterFacts, RasterFile
from layers.sentences import say
from layers.storage import Storage
from tiles.errors import BadRendering
from tiles.raster.handles import POOL, file_name
from tiles.raster.imagery import raster_facts
from tiles.raster.missing import fill_edges
from tiles.raster.mosaic import choose_files
from tiles.raster.open_raster import OpenRaster
from tiles.raster.options import Span
from tiles.raster.sampling import PADDING, Level, Reading
from tiles.raster.warp import Canvas, Floats, remap, transform_between

Flags = npt.NDArray[np.bool_]

MOST_SAMPLES = 5000
"""Heights along one line."""
MOST_VERTICES = 10_000
WINDOW = 1024
"""Pixels of a file read at once along a line, in each direction."""


class Sample(NamedTuple):
    """A height on a line: metres along it from its start, place in degrees, height or None."""

    distance_m: float
    lon: float
    lat: float
    height: float | None


@dataclass(frozen=True)
class Profile:
    """Heights along a line; ``accuracy_m`` is what the layer states of itself, ``resolution_m`` its ground pixel."""

    samples: tuple[Sample, ...]
    length_m: float
    climb: float
    descent: float
    unit: str | None
    height_system: str | None
    accuracy_m: float | None
    resolution_m: float


def point_answer(
    layer: Layer, storage: Storage, lon: float, lat: float, spans: Sequence[Span] = ()
) -> tuple[tuple[float | None, ...], RasterFile | None]:
    """Each band's value at a place in degrees of the storage CRS, by its scale and offset (None where it has none), and
    the file of the mosaic whose pixel answers; None where there is none.

    ``spans`` are those of capture dates that files are chosen by, all where there is none. Raises BadRendering for a
    layer without pixels, RasterUnreadable.
    """
    facts = raster_facts(layer)
    reading = _reading(layer, facts, tuple(range(1, max(1, len(facts.bands)) + 1)))
    values, files = _values_at(layer, facts, storage, np.array([lon]), np.array([lat]), reading, spans)
    known = files[0] is not None
    return tuple(float(value) if known and np.isfinite(value) else None for value in values[0]), files[0]


def height_profile(
    layer: Layer, storage: Storage, line: Sequence[tuple[float, float]], spacing_m: float | None = None
) -> Profile:
    """Heights along a line of (longitude, latitude) in degrees of the storage CRS, at equal geodesic distances.

    ``spacing_m`` is the wish for their distance, one pixel by default; it grows where there would be more than 5000.
    Raises BadRendering for a line of no length or too many vertices, RasterUnreadable.
    """
    facts = raster_facts(layer)
    lon, lat, distances = _along(layer, line, spacing_m or facts.resolution_m)
    values, files = _values_at(layer, facts, storage, lon, lat, _reading(layer, facts, (1,)))
    found = np.array([file is not None for file in files])
    heights = np.where(found, values[:, 0], np.nan)
    known = heights[np.isfinite(heights)]
    steps = np.diff(known)
    return Profile(
        samples=tuple(
            Sample(round(float(d), 3), float(x), float(y), round(float(h), 3) if math.isfinite(h) else None)
            for d, x, y, h in zip(distances, lon, lat, heights, strict=True)
        ),
        length_m=float(distances[-1]),
        climb=float(steps[steps > 0].sum()),
        descent=float(-steps[steps < 0].sum()),
        unit=facts.unit,
        height_system=facts.height_system,
        accuracy_m=layer.version.facts.accuracy_m,
        resolution_m=facts.resolution_m,
    )


def _reading(layer: Layer, facts: RasterFacts, bands: tuple[int, ...]) -> Reading:
    if layer.kind == "elevation":
        return Reading(bands, "bilinear", facts.nodata, "float32")  # OpenCV is exact in single precision only
    return Reading(bands, "nearest", facts.nodata, "float64")


def _along(layer: Layer, line: Sequence[tuple[float, float]], spacing: float) -> tuple[Floats, Floats, Floats]:
    """Places at equal distances along a line, and the distances (metres on the ellipsoid)."""
    if not 2 <= len(line) <= MOST_VERTICES:
        raise BadRendering("line", say("profile-line", most=MOST_VERTICES, count=len(line)))
    lon, lat = np.array(line, dtype=np.float64).T
    geod = parse_crs(layer.version.srid).get_geod() or pyproj.Geod(ellps="GRS80")
    azimuths, _, parts = geod.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    ends = np.concatenate([[0.0], np.cumsum(parts)])
    if not np.isfinite(ends[-1]) or ends[-1] <= 0:
        raise BadRendering("line", say("line-no-length"))
    count = int(min(MOST_SAMPLES, max(2, math.ceil(ends[-1] / max(spacing, 1e-3)) + 1)))
    distances = np.linspace(0.0, ends[-1], count)
    part = np.clip(np.searchsorted(ends, distances, side="right") - 1, 0, len(parts) - 1)
    x, y, _ = geod.fwd(lon[part], lat[part], np.asarray(azimuths)[part], distances - ends[part])
    return np.asarray(x), np.asarray(y), distances


def _values_at(
    layer: Layer, facts: RasterFacts, storage: Storage, lon: Floats, lat: Floats, reading: Reading,
    spans: Sequence[Span] = (),
) -> tuple[Floats, list[RasterFile | None]]:  # fmt: skip
    """Values at places, shape (places, bands), and the file that each place has them from."""
    values = np.full((len(lon), len(reading.bands)), np.nan)
    found = np.zeros(len(lon), bool)
    owners: list[RasterFile | None] = [None] * len(lon)
    degrees = parse_crs(layer.version.srid)
    around = Bounds(float(lon.min()) - 1e-4, float(lat.min()) - 1e-4, float(lon.max()) + 1e-4, float(lat.max()) + 1e-4)
    for file in choose_files(facts, Canvas(degrees, around, 16, 16), spans=spans, sheets_only=True):
        x, y = transform_between(degrees, parse_crs(file.crs)).points(lon, lat)
        with POOL.borrow(file_name(storage, file.key)) as raster:
            before = found.copy()
            _read_places(raster, x, y, reading, values, found)
            for place in np.flatnonzero(found & ~before):
                owners[place] = file
        if found.all():
            break
    for column, band in enumerate(reading.bands):
        if band <= len(facts.bands):
            values[:, column] = values[:, column] * facts.bands[band - 1].scale + facts.bands[band - 1].offset
    return values, owners


def _read_places(raster: OpenRaster, x: Floats, y: Floats, reading: Reading, values: Floats, found: Flags) -> None:
    """Fill in what one file knows of the places not yet found, window by window along them."""
    inverse = raster.inverse
    px, py = inverse.a * x + inverse.b * y + inverse.c, inverse.d * x + inverse.e * y + inverse.f
    level = Level(raster, 0, reading)
    open_places = np.flatnonzero(~found & (px >= 0) & (px < raster.width) & (py >= 0) & (py < raster.height))
    start = 0
    while start < len(open_places):
        stop = _window_end(px[open_places], py[open_places], start)
        places = open_places[start:stop]
        start = stop
        x0, y0 = max(0, int(px[places].min()) - PADDING), max(0, int(py[places].min()) - PADDING)
        x1 = min(raster.width, int(px[places].max()) + PADDING + 1)
        y1 = min(raster.height, int(py[places].max()) + PADDING + 1)
        window, mask = level.read(Window(x0, y0, x1 - x0, y1 - y0))
        if mask is not None:
            there = mask[py[places].astype(int) - y0, px[places].astype(int) - x0] > 0
            places, window = places[there], fill_edges(window, mask)
        if len(places):
            at = (px[places] - x0 - 0.5).astype(np.float32)[None], (py[places] - y0 - 0.5).astype(np.float32)[None]
            values[places] = remap(window, *at, reading.resampling)[0]
            found[places] = True


def _window_end(px: Floats, py: Floats, start: int) -> int:
    """The first place after ``start`` that no longer fits into one window with those before it."""
    wide = np.maximum.accumulate(px[start:]) - np.minimum.accumulate(px[start:])
    high = np.maximum.accumulate(py[start:]) - np.minimum.accumulate(py[start:])
    beyond = np.flatnonzero((wide > WINDOW) | (high > WINDOW))
    return start + int(beyond[0]) if beyond.size else len(px)
