"""Which files of a layer a canvas needs, in the order in which they lie.

A layer of one file needs no search. A mosaic has an index per CRS of its files (an STR tree over their boxes, built
once for a catalogue value), asked with the box of the canvas's control points, which the reading needs anyway: so the
cost of a tile does not grow with the number of sheets. Where a canvas pixel is as coarse as the mosaic's own overview,
the overview stands for all sheets.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pyproj
import shapely

from layers.crs.names import parse_crs
from layers.frame import Bounds
from layers.layer import RasterFacts, RasterFile
from tiles.memo import Memo
from tiles.raster.options import Order, Span
from tiles.raster.warp import STEP, Canvas

OVERVIEW_FROM = 0.75
"""Canvas pixels per overview pixel from which the mosaic's overview is fine enough."""


class _Sheets(NamedTuple):
    """The files of one CRS with the tree over their boxes."""

    crs: pyproj.CRS
    files: tuple[RasterFile, ...]
    tree: shapely.STRtree


_indexes: Memo[tuple[_Sheets, ...]] = Memo(64)


def choose_files(
    facts: RasterFacts, canvas: Canvas, order: Order = "layer", spans: Sequence[Span] = (), *, sheets_only: bool = False
) -> tuple[RasterFile, ...]:
    """The files whose boxes touch the canvas, the one to lie on top first.

    ``order`` is the layer's own (the higher ``order`` on top, then the newer, then the finer) or by capture date or
    pixel size. ``spans`` leave out files captured outside all of them; files without a date stay, below all dated ones.
    ``sheets_only`` never takes the overview, however coarse the canvas.

    Raises NoDatumOperation when a file's CRS cannot be reached.
    """
    if facts.overview is not None and order == "layer" and not spans and not sheets_only:
        if _coarse_enough(facts.overview, canvas):
            return (facts.overview,)
    if len(facts.files) == 1:
        found = list(facts.files)
    else:
        found = [file for sheets in _index(facts) for file in _touched(sheets, canvas)]
    if spans:
        found = [file for file in found if file.captured is None or any(_within(file.captured, s) for s in spans)]
    return tuple(sorted(found, key=_RULES[order])) if len(found) > 1 else tuple(found)


def _coarse_enough(overview: RasterFile, canvas: Canvas) -> bool:
    x, y = canvas.nodes_in(parse_crs(overview.crs))
    row, col = x.shape[0] // 2, x.shape[1] // 2
    dx, dy = x[row, col] - x[row, col - 1], y[row, col] - y[row, col - 1]
    overview_pixel = (overview.bounds.east - overview.bounds.west) / overview.width
    return float(np.hypot(dx, dy)) / STEP >= OVERVIEW_FROM * overview_pixel


def _index(facts: RasterFacts) -> tuple[_Sheets, ...]:
    return _indexes.get(lambda: _build(facts.files), facts.files)


def _build(files: tuple[RasterFile, ...]) -> tuple[_Sheets, ...]:
    by_crs: dict[str, list[RasterFile]] = {}
    for file in files:
        by_crs.setdefault(file.crs, []).append(file)
    return tuple(
        _Sheets(parse_crs(crs), tuple(sheets), shapely.STRtree(shapely.box(*np.array([_box(s) for s in sheets]).T)))
        for crs, sheets in by_crs.items()
    )


def _box(file: RasterFile) -> Bounds:
    """The box that a file can give anything for: its pixels and half a one more, to which they are interpolated."""
    if file.pixels is None:
        return file.bounds
    half = (file.bounds.east - file.bounds.west) / file.width / 2
    west, south, east, north = file.pixels
    return Bounds(west - half, south - half, east + half, north + half)


def _touched(sheets: _Sheets, canvas: Canvas) -> list[RasterFile]:
    x, y = canvas.nodes_in(sheets.crs)
    box = shapely.box(x.min(), y.min(), x.max(), y.max())
    return [sheets.files[number] for number in sheets.tree.query(box)]


def _within(captured: date, span: Span) -> bool:
    first, last = span
    return (first is None or captured >= first) and (last is None or captured <= last)


def _newest(file: RasterFile) -> int:
    return -file.captured.toordinal() if file.captured else 0


_RULES = {
    "layer": lambda file: (-file.order, _newest(file), file.resolution_m, file.key),
    "newest": lambda file: (_newest(file), -file.order, file.key),
    "oldest": lambda file: (file.captured is None, -_newest(file), -file.order, file.key),
    "finest": lambda file: (file.resolution_m, -file.order, _newest(file), file.key),
}
