"""Shapes made smaller for a scale: simplified together, rounded to the tile's lattice, kept visible.

Everything works on arrays of shapely geometries in EPSG:3857 and knows no database.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from layers.coverage import Coverage, take_apart
from layers.density import WORLD

Geometries = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]

ORIGIN = (-WORLD / 2, WORLD / 2)
"""Corner of the world's tile: lattices of every zoom go through it."""


@dataclass(frozen=True)
class Shapes:
    """Geometries of one part of a layer, areas taken apart once for all scales."""

    geometries: Geometries
    areal: Flags
    coverage: Coverage

    @classmethod
    def of(cls, geometries: Geometries) -> "Shapes":
        """Prepare geometries (2D)."""
        kind = shapely.get_type_id(geometries)
        areal = np.isin(kind, (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
        return cls(geometries, areal, take_apart(geometries[areal]))

    def simplified(self, tolerance: float, unit: float) -> Geometries:
        """Simplify to ``tolerance`` and round to the lattice of ``unit``; None where nothing visible is left.

        An area that falls below a pixel (8 units) becomes a square of one, a line below a pixel is left out: many small
        areas still show where they are, as they would on paper.
        """
        result = np.full(len(self.geometries), None, dtype=object)
        pixel = 8 * unit
        areas = self.coverage.simplify(tolerance).polygons(unit, ORIGIN)
        lost = shapely.is_missing(areas) | (_extent(areas) < pixel) | (shapely.area(areas) < pixel * unit)
        areas[lost] = _squares(self.geometries[self.areal][lost], pixel, unit)
        result[self.areal] = shapely.orient_polygons(areas, exterior_cw=True)
        others = shapely.simplify(self.geometries[~self.areal], tolerance, preserve_topology=False)
        others = _rounded(others, unit)
        linear = shapely.get_dimensions(others) > 0
        others[linear & (_extent(others) < pixel)] = None
        result[~self.areal] = others
        return result


def exact_on_lattice(geometries: Geometries, unit: float) -> Flags:
    """Whether rounding to the lattice of ``unit`` alone makes a right tile geometry: areas must stay valid."""
    dimension = shapely.get_dimensions(geometries)
    kind = shapely.get_type_id(geometries)
    exact: Flags = (dimension >= 0) & (kind != shapely.GeometryType.GEOMETRYCOLLECTION)
    areal = exact & (dimension == 2)
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


def _squares(geometries: Geometries, side: float, unit: float) -> Geometries:
    west, south, east, north = shapely.bounds(geometries).T
    left = np.round(((west + east - side) / 2 - ORIGIN[0]) / unit) * unit + ORIGIN[0]
    bottom = np.round(((south + north - side) / 2 - ORIGIN[1]) / unit) * unit + ORIGIN[1]
    squares: Geometries = shapely.box(left, bottom, left + side, bottom + side)
    return squares
