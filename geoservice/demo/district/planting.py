"""Where trees stand: strewn over an area, or in rows along a street."""

import numpy as np
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from geoservice.demo.district.scene import Array


def scatter(area: BaseGeometry, spacing: float, rng: np.random.Generator, radius: tuple[float, float]) -> Array:
    """Return trees (rows of east, north, crown radius) strewn over an area, about ``spacing`` metres apart."""
    west, south, east, north = area.bounds
    columns = np.arange(west, east, spacing)
    rows = np.arange(south, north, spacing)
    x, y = (grid.ravel() for grid in np.meshgrid(columns, rows))
    x, y = (axis + rng.uniform(-0.48, 0.48, len(axis)) * spacing for axis in (x, y))
    inside = shapely.contains_xy(area, x, y)
    return np.column_stack([x[inside], y[inside], rng.uniform(*radius, int(inside.sum()))])


def along(line: LineString, offset: float, spacing: float, rng: np.random.Generator) -> Array:
    """Return a row of street trees on each side of a line."""
    rows = []
    for side in (offset, -offset):
        edge = line.offset_curve(side)
        steps = np.arange(spacing / 2, edge.length, spacing)
        steps = steps[rng.random(len(steps)) > 0.07] + 0
        points = shapely.get_coordinates(shapely.line_interpolate_point(edge, steps))
        rows.append(np.column_stack([points, rng.uniform(2.0, 3.2, len(points))]))
    return np.vstack(rows)
