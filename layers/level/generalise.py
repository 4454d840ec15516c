"""Shapes made smaller for a scale: simplified together, rounded to the tile's lattice, kept visible.

Everything works on arrays in EPSG:3857 and knows no database.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from layers.crs.mercator import WORLD
from layers.level.areas import Areas, Floats
from layers.level.coverage import Coverage, take_apart
from layers.level.rounding import stay_valid

Geometries = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]

ORIGIN = (-WORLD / 2, WORLD / 2)
"""Corner of the world's tile: lattices of every zoom go through it."""
SRID = 3857


@dataclass(frozen=True)
class Drawn:
    """Shapes as a scale draws them: areas as arrays, everything else, squares of lost areas too, as geometries.

    A row has its shape in one of both, in neither where nothing visible is left.
    """

    areas: Areas
    others: Geometries

    @property
    def there(self) -> Flags:
        """Which rows have a shape."""
        there: Flags = ~shapely.is_missing(self.others)
        there[self.areas.ring_owner] = True
        return there

    def boxes(self) -> Floats:
        """Box (n, 4) of every row; NaN where there is no shape."""
        boxes = self.areas.boxes()
        other = ~shapely.is_missing(self.others)
        boxes[other] = shapely.bounds(self.others[other])
        return boxes

    def vertices(self) -> npt.NDArray[np.int64]:
        """Number of vertices of every row."""
        counts: npt.NDArray[np.int64] = self.areas.vertices() + shapely.get_num_coordinates(self.others)
        return counts

    def only(self, wanted: Flags) -> "Drawn":
        """The same rows, those not wanted without a shape."""
        if wanted.all():
            return self
        others = self.others.copy()
        others[~wanted] = None
        return Drawn(self.areas.only(wanted), others)

    def geometries(self, wanted: Flags) -> Geometries:
        """Geometries of the rows wanted."""
        made = self.areas.only(wanted).polygons()[wanted]
        missing = shapely.is_missing(made)
        made[missing] = self.others[wanted][missing]
        return made

    def ewkb(self) -> Geometries:
        """Every row as EWKB; None where there is no shape."""
        bodies = self.areas.ewkb(SRID)
        other = ~shapely.is_missing(self.others)
        bodies[other] = shapely.to_wkb(shapely.set_srid(self.others[other], SRID), include_srid=True)
        return bodies

    def exact(self, unit: float) -> Flags:
        """Which rows need rounding to the lattice of ``unit`` alone to be right in a tile."""
        return stay_valid(self.areas, unit, ORIGIN) | exact_on_lattice(self.others, unit)


@dataclass(frozen=True)
class Shapes:
    """Shapes of one part of a layer, areas taken apart once for all scales; a row is in one of both."""

    coverage: Coverage
    others: Geometries

    @classmethod
    def of(cls, areas: Areas, others: Geometries, least: float = 0.0) -> "Shapes":
        """Prepare areas and other geometries (2D); ``least`` is the smallest tolerance that will be asked for."""
        return cls(take_apart(areas, least), others)

    def simplified(self, tolerance: float, unit: float) -> Drawn:
        """Simplify to ``tolerance`` and round to the lattice of ``unit``.

        An area that falls below a pixel (8 units) becomes a square of one, a line a dash across the pixel it lies in:
        many small things still show where they are, as they would on paper.
        """
        pixel = 8 * unit
        areas = self.coverage.simplified(tolerance).rounded(unit, ORIGIN)
        boxes = self.coverage.areas.boxes()
        lost = ~np.isnan(boxes[:, 0]) & ((areas.extent() < pixel) | (areas.area() < pixel * unit))
        result = np.full(len(self.others), None, dtype=object)
        result[lost] = _squares(boxes[lost], pixel, unit)
        beside = ~shapely.is_missing(self.others)
        others = shapely.simplify(self.others[beside], tolerance, preserve_topology=False)
        others = _rounded(others, unit)
        short = (shapely.get_dimensions(others) > 0) & (_extent(others) < pixel)
        others[short] = dashes(others[short], unit)
        result[beside] = others
        return Drawn(areas.only(~lost).oriented(), result)


def dashes(lines: Geometries, unit: float) -> Geometries:
    """A dash across the pixel (8 units) that the middle of each line's box lies in: the same for all of that pixel."""
    west, south, east, north = shapely.bounds(lines).T
    pixel = 8 * unit
    left = np.floor(((west + east) / 2 - ORIGIN[0]) / pixel) * pixel + ORIGIN[0]
    y = (np.floor(((south + north) / 2 - ORIGIN[1]) / pixel) + 0.5) * pixel + ORIGIN[1]
    ends = np.column_stack([left, y, left + pixel, y]).reshape(-1, 2, 2)
    return np.asarray(shapely.linestrings(ends), dtype=object)


def exact_on_lattice(geometries: Geometries, unit: float) -> Flags:
    """Whether rounding to the lattice of ``unit`` alone makes a right tile geometry: areas must stay valid."""
    dimension = shapely.get_dimensions(geometries)
    kind = shapely.get_type_id(geometries)
    exact: Flags = (dimension >= 0) & (kind != shapely.GeometryType.GEOMETRYCOLLECTION)
    areal = exact & (dimension == 2)
    if areal.any():
        rounded = shapely.transform(geometries[areal], lambda at: np.round((at - ORIGIN) / unit))
        exact[areal] = shapely.is_valid(rounded) & (shapely.area(rounded) > 0)
    return exact


def _rounded(geometries: Geometries, unit: float) -> Geometries:
    snapped: Geometries = shapely.transform(geometries, lambda at: np.round((at - ORIGIN) / unit) * unit + ORIGIN)
    return snapped


def _extent(geometries: Geometries) -> npt.NDArray[np.float64]:
    west, south, east, north = shapely.bounds(geometries).T
    extent: npt.NDArray[np.float64] = np.nan_to_num(np.maximum(east - west, north - south))
    return extent


def _squares(boxes: Floats, side: float, unit: float) -> Geometries:
    west, south, east, north = boxes.T
    left = np.round(((west + east - side) / 2 - ORIGIN[0]) / unit) * unit + ORIGIN[0]
    bottom = np.round(((south + north - side) / 2 - ORIGIN[1]) / unit) * unit + ORIGIN[1]
    squares: Geometries = shapely.box(left, bottom, left + side, bottom + side, ccw=False)
    return squares
