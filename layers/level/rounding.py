"""Which areas keep their shape's validity on a tile's lattice: told in arrays for most, by GEOS for the rest."""

from dataclasses import replace

import numpy as np
import shapely

from layers.level.areas import Areas, Flags, Floats, Point


def stay_valid(areas: Areas, unit: float, origin: Point) -> Flags:
    """Return which areas stay valid when rounded to the lattice of ``unit``; areas without rings do not.

    Most are seen from the middle of their vertices all around, in one turn: such a ring cannot cross itself. GEOS
    is asked about the rest.
    """
    at = np.rint((areas.coordinates - origin) / unit)
    exact = _seen_from_the_middle(areas, at)
    unsure = ~exact
    unsure[unsure] = np.bincount(areas.ring_owner, minlength=areas.size)[unsure] > 0
    if unsure.any():
        shapes = replace(areas, coordinates=at).only(unsure).polygons()[unsure]
        exact[unsure] = shapely.is_valid(shapes) & (shapely.area(shapes) > 0)
    return exact


def _seen_from_the_middle(areas: Areas, at: Floats) -> Flags:
    seen = np.zeros(areas.size, bool)
    if not len(areas.first):
        return seen
    middle = np.add.reduceat(at, areas.first) / areas.counts[:, None]
    away = at - np.repeat(middle, areas.counts, axis=0)
    x, y = away[:, 0], away[:, 1]
    after_x, after_y = x[areas.following], y[areas.following]
    turn = x * after_y - after_x * y
    sense = np.where(np.add.reduceat(turn, areas.first) > 0, 1.0, -1.0)[areas.ring]
    onward = (turn * sense > 1e-6) | ((x == after_x) & (y == after_y))
    up = np.where(sense > 0, (y < 0) & (after_y >= 0), (y >= 0) & (after_y < 0))
    good = np.logical_and.reduceat(onward, areas.first) & (np.add.reduceat(up.astype(np.int64), areas.first) == 1)
    seen[areas.ring_owner] = good
    return seen & areas.simple
