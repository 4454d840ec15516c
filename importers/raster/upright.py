"""On which grid a raster that keeps its values is published: its own where that stands upright, else one around it."""

import numpy as np
from affine import Affine

from importers.raster.outline import outline
from importers.raster.picture import crs_text
from importers.raster.placing import Piece
from importers.raster.sheet import Sheet
from importers.raster.value_grid import TargetGrid
from layers.crs.transform import Floats
from layers.frame import Frame

# Datum steps that leave values where they are: the frame reaches such a CRS by projection alone.
KEPT_KINDS = ("same", "projection", "identity")


def upright_grid(sheet: Sheet, frame: Frame, piece: Piece | None) -> tuple[TargetGrid, bool]:
    """Return the grid a raster is published on when its values are kept, and whether pixels must move for it.

    ``piece`` cuts a grid of longitudes to one side of 180 degrees.
    """
    place, source = sheet.place, sheet.source
    a = place.affine
    is_level = place.fit is None and a.b == 0 and a.d == 0 and a.a > 0
    if place.to_frame.kind not in KEPT_KINDS:
        return _storage_grid(sheet, frame), True
    if not is_level:
        return _level_grid(sheet), True
    first, last = 0, source.width
    if piece is not None and piece.shift:
        west, _, east, _ = piece.outline.bounds
        first = max(0, round((west + piece.shift - a.c) / a.a))
        last = min(source.width, round((east + piece.shift - a.c) / a.a))
    elif piece is not None and len(place.pieces) > 1 and place.crs.is_geographic:
        first = max(0, round((piece.outline.bounds[0] - a.c) / a.a))
        last = min(source.width, round((piece.outline.bounds[2] - a.c) / a.a))
    west = a.c + first * a.a - (piece.shift if piece else 0.0)
    north = a.f if a.e < 0 else a.f + source.height * a.e
    affine = Affine(a.a, 0, west, 0, -abs(a.e), north)
    return TargetGrid(crs_text(place.crs), affine, last - first, source.height), False


def _level_grid(sheet: Sheet) -> TargetGrid:
    """Return an upright grid in the raster's own CRS around a turned one, with pixels of the same size."""
    place, source = sheet.place, sheet.source
    x, y = _corners(sheet)
    a = place.affine
    if place.fit is None:
        side = float(np.sqrt(abs(a.a * a.e - a.b * a.d)))
    else:
        side = float(np.sqrt(np.ptp(x) * np.ptp(y) / (source.width * source.height)))
    return _grid_around(crs_text(place.crs), x, y, side, side)


def _storage_grid(sheet: Sheet, frame: Frame) -> TargetGrid:
    """Return a grid in degrees of the storage CRS around a raster whose datum must be changed."""
    west, south, east, north = sheet.place.extent
    metres_north, metres_east = 110_900.0, 111_320.0 * np.cos(np.radians((south + north) / 2))
    side = sheet.place.pixel_m
    return _grid_around(
        f"EPSG:{frame.storage_srid}", np.array([west, east]), np.array([south, north]), side / metres_east,
        side / metres_north,
    )  # fmt: skip


def _corners(sheet: Sheet) -> tuple[Floats, Floats]:
    return outline(sheet.source, sheet.place.affine, sheet.place.fit)


def _grid_around(crs: str, x: Floats, y: Floats, width: float, height: float) -> TargetGrid:
    affine = Affine(width, 0, float(x.min()), 0, -height, float(y.max()))
    columns, rows = int(np.ceil(np.ptp(x) / width - 1e-6)), int(np.ceil(np.ptp(y) / height - 1e-6))
    return TargetGrid(crs, affine, max(1, columns), max(1, rows))
