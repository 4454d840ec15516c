"""The outline and pixel positions of a raster in its own coordinates, by geotransform or by control points."""

import numpy as np
from affine import Affine

from importers.raster.file import RasterSource
from importers.raster.ground_points import GroundFit, fit_ground
from layers.crs.transform import Floats

EDGE_POINTS = 32


def ground_fit(source: RasterSource) -> GroundFit | None:
    """Fit the control points of a raster without a geotransform; None for all others."""
    if source.affine is not None or source.ground is None:
        return None
    return fit_ground(source.ground.points, source.path.name)


def outline(source: RasterSource, affine: Affine, fit: GroundFit | None) -> tuple[Floats, Floats]:
    """Return points around the raster's edge, in its own coordinates, the first one not repeated."""
    along = np.linspace(0, 1, EDGE_POINTS, endpoint=False)
    columns = np.concatenate([along, np.ones_like(along), 1 - along, np.zeros_like(along)]) * source.width
    rows = np.concatenate([np.zeros_like(along), along, np.ones_like(along), 1 - along]) * source.height
    return ground_of(columns, rows, affine, fit)


def ground_of(columns: Floats, rows: Floats, affine: Affine, fit: GroundFit | None) -> tuple[Floats, Floats]:
    """Return ground positions of pixel positions; the corner of the first pixel is (0, 0)."""
    if fit is not None:
        return fit.to_ground(columns, rows)
    return (
        affine.a * columns + affine.b * rows + affine.c,
        affine.d * columns + affine.e * rows + affine.f,
    )
