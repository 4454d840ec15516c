"""Where a raster lies: its coordinate system settled with the evidence, its outline, its pieces of the world.

Longitudes may run from 0 to 360 and pictures may lie across the antimeridian; neither may smear around the world. So
the outline is followed around the raster point by point, unrolled, and cut at 180 degrees into pieces, each with the
shift that leads back to the source's own longitudes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyproj
import shapely
from affine import Affine
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from importers.batch import ReadOptions
from importers.crs.placement import Placement, degrees
from importers.crs.transform import storage_transform
from importers.errors import UnsupportedSource
from importers.raster.file import RasterSource
from importers.raster.ground_points import GroundFit
from importers.raster.outline import ground_fit, ground_of, outline
from importers.raster.picture import way_between
from importers.raster.plausible import check_affine, check_area, check_pixel, check_range, doubts, told
from importers.scale import ground_pixel
from layers.crs.names import parse_crs
from layers.crs.transform import Floats, Transform
from layers.frame import Bounds, Frame
from layers.sentences import say

Kind = Literal["metric", "mercator", "degrees"]


@dataclass(frozen=True)
class Piece:
    """A part of a raster's outline within -180..180: polygon in degrees of the storage CRS, and the shift back.

    ``shift`` is added to x in the raster's own CRS to find its pixels (0 for projected CRSs).
    """

    outline: BaseGeometry
    shift: float


@dataclass(frozen=True)
class Place:
    """Where a raster lies. ``pixel_m`` is its pixel on the ground in metres, the coarser side, at the middle."""

    crs: pyproj.CRS
    to_frame: Transform
    affine: Affine
    fit: GroundFit | None
    pieces: tuple[Piece, ...]
    area: Bounds
    pixel_m: float
    mercator_m: float
    """The finest pixel in metres of EPSG:3857."""
    warnings: tuple[str, ...] = ()
    doubts: tuple[tuple[str, str], ...] = ()
    """What makes the outcome conditional: the check's name and the detail."""

    @property
    def extent(self) -> Bounds:
        """The box of all pieces in degrees; the whole width of the world when the antimeridian is crossed."""
        return Bounds(*shapely.union_all([piece.outline for piece in self.pieces]).bounds)

    @property
    def city(self) -> Transform | None:
        """The city's own operation that placed it, if one did: its pixels are found by the same."""
        return self.to_frame if self.to_frame.kind == "city" else None

    @property
    def is_upright(self) -> bool:
        """Say whether rows run north to south and columns west to east, as stored."""
        a = self.affine
        return self.fit is None and a.b == 0 and a.d == 0 and a.a > 0 and a.e < 0


def place_raster(
    source: RasterSource, crs: pyproj.CRS, frame: Frame, options: ReadOptions, city: Sequence[Transform] = ()
) -> Place:
    """Find where a raster lies in the frame.

    Raises:
        NoDatumOperation: its CRS cannot be brought onto the frame.
        UnreadableSource: its numbers are not in that CRS's range.
        UnsupportedSource: web-map shifts are not taken off pictures.
    """
    if options.datum:
        raise UnsupportedSource(say("shift-vectors-only", file=source.path.name, datum=options.datum))
    fit = ground_fit(source)
    affine = source.affine if fit is None and source.affine is not None else Affine.identity()
    check_affine(source, affine)
    x, y = outline(source, affine, fit)
    where = degrees(np.column_stack([x, y]), Placement(crs))
    to_frame = storage_transform(Placement(crs), where, frame, options, city)
    east, north = to_frame.points(x, y)
    check_range(source, crs, (x, y), (east, north), frame)
    check_area(source, crs, east, north, frame)
    pieces = _pieces(east, np.clip(north, -90, 90), crs.is_geographic)
    area = around(Bounds(*shapely.union_all([piece.outline for piece in pieces]).bounds))
    supplied = to_frame if to_frame.kind == "city" else None
    kind: Kind = "degrees" if crs.is_geographic else "mercator" if "Pseudo-Mercator" in crs.name else "metric"
    width, height = _pixel(source, affine, fit, crs)
    check_pixel(source, crs, max(width, height))
    return Place(
        crs, to_frame, affine, fit, pieces, area, ground_pixel(width, height, float(np.median(north)), kind),
        _mercator_pixel(source, affine, fit, way_between(crs, parse_crs("EPSG:3857"), supplied, area)),
        told(source, fit, len(pieces)), doubts(source, affine, fit),
    )  # fmt: skip


def around(box: Bounds) -> Bounds:
    """Return a box in degrees rounded outwards, so that neighbouring sheets ask PROJ the same question."""
    return Bounds(
        float(np.floor(box.west * 2) / 2), float(np.floor(box.south * 2) / 2),
        float(np.ceil(box.east * 2) / 2), float(np.ceil(box.north * 2) / 2),
    )  # fmt: skip


def _pieces(east: Floats, north: Floats, keeps_longitude: bool) -> tuple[Piece, ...]:
    """Cut an outline at 180 degrees; ``keeps_longitude`` when the raster's x are these longitudes, unwrapped."""
    steps = np.diff(east, append=east[:1])
    turns = (
        np.where(steps > 180, -360.0, np.where(steps < -180, 360.0, 0.0))
        if not keeps_longitude
        else np.zeros_like(steps)
    )
    unrolled = east + np.concatenate([[0.0], np.cumsum(turns)[:-1]])
    if abs(turns.sum()) > 180:  # the outline goes around a pole
        top, bottom = (90.0, north.min()) if north.mean() > 0 else (north.max(), -90.0)
        return (Piece(shapely.box(-180, bottom, 180, top), 0.0),)
    shape = shapely.make_valid(shapely.Polygon(np.column_stack([unrolled, north])))
    found = []
    for turn in (-360.0, 0.0, 360.0):
        part = shapely.intersection(translate(shape, turn), shapely.box(-180, -90, 180, 90))
        if part.area > 1e-6 * shape.area:
            found.append(Piece(part, -turn if keeps_longitude else 0.0))
    return tuple(found)


def _pixel(source: RasterSource, affine: Affine, fit: GroundFit | None, crs: pyproj.CRS) -> tuple[float, float]:
    """Return the pixel's width and height in the CRS's units, metres or degrees."""
    columns = np.array([0, 1, 0]) + source.width / 2
    rows = np.array([0, 0, 1]) + source.height / 2
    x, y = ground_of(columns, rows, affine, fit)
    factor = 1.0 if crs.is_geographic else crs.axis_info[0].unit_conversion_factor
    return float(np.hypot(x[1] - x[0], y[1] - y[0])) * factor, float(np.hypot(x[2] - x[0], y[2] - y[0])) * factor


def _mercator_pixel(source: RasterSource, affine: Affine, fit: GroundFit | None, to_mercator: Transform) -> float:
    """Return the finest side of a pixel in EPSG:3857, over a sample of 5 x 5 places; 0 where none can be expressed."""
    across, down = np.meshgrid(
        np.linspace(0, max(source.width - 1, 0), 5), np.linspace(0, max(source.height - 1, 0), 5)
    )
    columns = np.stack([across.ravel(), across.ravel() + 1, across.ravel()])
    rows = np.stack([down.ravel(), down.ravel(), down.ravel() + 1])
    x, y = ground_of(columns.ravel(), rows.ravel(), affine, fit)
    with np.errstate(invalid="ignore"):
        east, north = (part.reshape(3, -1) for part in to_mercator.points(x, y))
        sides = np.hypot(east[1:] - east[0], north[1:] - north[0])
    known = sides[np.isfinite(sides) & (sides > 0)]
    return float(known.min()) if known.size else 0.0
