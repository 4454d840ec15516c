"""Lines, polylines, arcs and circles of a DXF tag block, all of a kind at once."""

from typing import Any

import numpy as np
import shapely

from importers.drawing.curves import arc_pieces, bulged
from importers.drawing.dxf_tags import Floats, Indices, Mask, Objects, TagBlock

CURVED = 2 | 4 | 16 | 64
"""Flags of polylines that are not plain: curve fit, spline fit, polygon mesh, polyface mesh."""

_SPATIAL = 8


def draw_paths(block: TagBlock, kind: dict[str, Mask], left: Mask, geometries: Objects, tolerance: float) -> Mask:
    """Put lines and rings into ``geometries``; may add to ``left``. Returns which polylines are too short to draw."""
    flags = block.flags(70)
    line = kind["LINE"] & ~left
    with np.errstate(invalid="ignore"):  # ends that are no numbers: such lines are refused later
        geometries[line] = shapely.linestrings(np.stack([block.first_point[line], block.second_point[line]], axis=1))
    _draw_arcs(block, kind, left, geometries, tolerance)
    wanted = (kind["LWPOLYLINE"] | kind["POLYLINE"]) & ~left
    owner, coordinates, bulges = _vertices(block, kind, wanted, flags, left)
    wanted &= ~left
    keep = wanted[owner]
    owner, coordinates, bulges = owner[keep], coordinates[keep], bulges[keep]
    if bulges.any():
        owner, coordinates = _with_arcs(owner, coordinates, bulges, flags & 1 == 1, tolerance)
    length = np.bincount(owner, minlength=len(block))
    broken = np.zeros(len(block), dtype=bool)
    broken[owner[~np.isfinite(coordinates[:, :2]).all(axis=1)]] = True  # refused later; a ring cannot even hold them
    closed = wanted & ~broken & (flags & 1 == 1) & (length >= 3)  # counted with arcs: two vertices can enclose a circle
    open_ = wanted & ~closed & (length >= 2)
    for chosen, make in ((open_, shapely.linestrings), (closed, shapely.linearrings)):
        mask = chosen[owner]
        if mask.any():
            numbered = np.cumsum(chosen) - 1
            geometries[chosen] = make(coordinates[mask], indices=numbered[owner[mask]])
    too_short: Mask = wanted & ~closed & ~open_
    return too_short


def _vertices(
    block: TagBlock, kind: dict[str, Mask], wanted: Mask, flags: Any, left: Mask
) -> tuple[Indices, Floats, Floats]:
    """Return the polylines' vertices with their entity and bulge; what does not pair up is added to ``left``."""
    from_own = kind["LWPOLYLINE"][block.owner] & block.own
    from_parts = kind["POLYLINE"][block.owner] & ~block.own
    candidate = (from_own | from_parts) & wanted[block.owner]
    x_at, y_at = (np.flatnonzero((block.codes == code) & candidate) for code in (10, 20))
    z_at = np.flatnonzero((block.codes == 30) & candidate & (kind["POLYLINE"] & (flags & _SPATIAL != 0))[block.owner])
    count = len(block)
    x_count, y_count, z_count = (np.bincount(block.owner[at], minlength=count) for at in (x_at, y_at, z_at))
    left |= wanted & ((x_count != y_count) | ((z_count != 0) & (z_count != x_count)))
    even = ~left
    x_at, y_at, z_at = (at[even[block.owner[at]]] for at in (x_at, y_at, z_at))
    owner = block.owner[x_at]
    level = np.where(kind["LWPOLYLINE"], block.number(38), block.number(30))
    coordinates = np.column_stack([block.floats(x_at), block.floats(y_at), level[owner]])
    has_z = (z_count > 0)[owner]
    coordinates[has_z, 2] = block.floats(z_at)
    bulges = np.zeros(len(x_at))
    bulge_at = np.flatnonzero((block.codes == 42) & candidate & even[block.owner])
    vertex = np.searchsorted(x_at, bulge_at) - 1  # a bulge stands after its vertex's ordinates
    inside = vertex >= 0
    bulges[vertex[inside]] = np.nan_to_num(block.floats(bulge_at[inside]))
    return owner, coordinates, bulges


def _with_arcs(
    owner: Indices, coordinates: Floats, bulges: Floats, closed: Mask, tolerance: float
) -> tuple[Indices, Floats]:
    """Put the points of arcs between the vertices of the polylines that have bulges."""
    starts = np.concatenate([[0], np.flatnonzero(np.diff(owner)) + 1, [len(owner)]])
    pieces, owners = [], []
    for first, last in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        piece = coordinates[first:last]
        if bulges[first:last].any():
            vertices = list(zip(piece[:, 0].tolist(), piece[:, 1].tolist(), bulges[first:last].tolist(), strict=True))
            points = np.array(bulged(vertices, bool(closed[owner[first]]), tolerance))
            piece = np.column_stack([points, np.full(len(points), piece[0, 2])])
        pieces.append(piece)
        owners.append(np.full(len(piece), owner[first]))
    return np.concatenate(owners), np.concatenate(pieces)


def _draw_arcs(block: TagBlock, kind: dict[str, Mask], left: Mask, geometries: Objects, tolerance: float) -> None:
    """Put arcs and circles into ``geometries``, circles as rings; those without a radius are added to ``left``."""
    radius = block.number(40)
    finite = np.isfinite(block.first_point[:, :2]).all(axis=1) & np.isfinite(radius)
    left |= (kind["ARC"] | kind["CIRCLE"]) & ~(finite & (radius > 0))
    for chosen, make in ((kind["ARC"] & ~left, shapely.linestrings), (kind["CIRCLE"] & ~left, shapely.linearrings)):
        if not chosen.any():
            continue
        first = np.radians(block.number(50)[chosen]) if make is shapely.linestrings else np.zeros(int(chosen.sum()))
        last = np.radians(block.number(51, 360.0)[chosen]) if make is shapely.linestrings else first
        span = (last - first) % (2 * np.pi)
        span[span < 1e-12] = 2 * np.pi
        pieces = arc_pieces(radius[chosen], span, tolerance)
        numbered = np.repeat(np.arange(len(pieces)), pieces + 1)
        step = np.arange(len(numbered)) - np.repeat(np.cumsum(pieces + 1) - (pieces + 1), pieces + 1)
        angle = first[numbered] + span[numbered] * step / pieces[numbered]
        centre, size = block.first_point[chosen][numbered], radius[chosen][numbered]
        points = centre + np.column_stack([size * np.cos(angle), size * np.sin(angle), np.zeros(len(angle))])
        if make is shapely.linearrings:
            points[step == pieces[numbered]] = points[step == 0]  # closed to the last bit
        geometries[chosen] = make(points, indices=numbered)
