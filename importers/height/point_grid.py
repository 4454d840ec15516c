"""Height grids that come as text: one point a line, ``x y z``, in any order, with gaps.

The spacing is found from the ordinates themselves; every point must lie on the grid they span. A cloud of scattered
points is no grid and is refused with what to do. The grid is written as a GeoTIFF in a temporary folder and goes on
from there like any other; cells no point fills are void.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv
import rasterio
from affine import Affine

from importers.errors import NothingToImport, UnreadableSource
from importers.height.nsdtf import rasterise_nsdtf
from importers.raster.signature import POINT_LINE, is_nsdtf, is_point_grid, read_head
from layers.sentences import say

MAX_CELLS = 400_000_000
ON_GRID = 0.05
"""Share of the spacing by which a point may lie off its cell's centre."""
SAMPLE = 200_000
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Grid:
    """A grid of points: where the first column's and the northernmost row's centres lie, spacing, size."""

    west: float
    north: float
    step_x: float
    step_y: float
    columns: int
    rows: int


def as_raster(path: Path, folder: Path, *, heights: bool, north_first: bool = False) -> Path:
    """Return a raster file as it is, and heights written as text, where heights are wanted, made into one."""
    head = read_head(path, 4096)
    if heights and is_nsdtf(head):
        folder.mkdir(exist_ok=True)
        return rasterise_nsdtf(path, folder)
    if heights and is_point_grid(path, head):
        folder.mkdir(exist_ok=True)
        return rasterise_points(path, folder, north_first)
    return path


def rasterise_points(path: Path, folder: Path, north_first: bool = False) -> Path:
    """Write a grid of points as a GeoTIFF of float32 with NaN voids in ``folder``; returns its path.

    ``north_first`` when a line is y x z. Of several points on one cell the last counts; the file's tag
    ``POINTS_TOO_MANY`` tells how many others there were.

    Raises:
        UnreadableSource: a line is not three numbers, the points are scattered, or the grid is too large.
        NothingToImport: there is no point.
    """
    grid = _find_grid(path, north_first)
    count = 0
    heights = np.full((grid.rows, grid.columns), np.nan, np.float32)
    for x, y, z in _batches(path, north_first):
        count += int(np.isfinite(z).sum())
        column, row = (x - grid.west) / grid.step_x, (grid.north - y) / grid.step_y
        off = np.maximum(np.abs(column - np.rint(column)), np.abs(row - np.rint(row)))
        if off.max() > ON_GRID:
            worst = int(off.argmax())
            raise _scattered(path, grid, float(x[worst]), float(y[worst]))
        heights[np.rint(row).astype(np.intp), np.rint(column).astype(np.intp)] = z
    target = folder / path.name  # its name stays that of the source; what it is, its first bytes tell
    affine = Affine(grid.step_x, 0, grid.west - grid.step_x / 2, 0, -grid.step_y, grid.north + grid.step_y / 2)
    with rasterio.open(
        target, "w", driver="GTiff", width=grid.columns, height=grid.rows, count=1, dtype="float32", transform=affine,
        nodata=float("nan"), tiled=True, blockxsize=256, blockysize=256, compress="ZSTD", zstd_level=1,
    ) as sink:  # fmt: skip
        sink.write(heights, 1)
        if twice := count - int(np.isfinite(heights).sum()):
            sink.update_tags(POINTS_TOO_MANY=twice)
    return target


def _find_grid(path: Path, north_first: bool) -> _Grid:
    """Find extent and spacing: the box of all points, the smallest usual distance of distinct ordinates."""
    west = south = np.inf
    east = north = -np.inf
    seen_x: list[Floats] = []
    seen_y: list[Floats] = []
    count = 0
    for x, y, _ in _batches(path, north_first):
        west, east = min(west, float(x.min())), max(east, float(x.max()))
        south, north = min(south, float(y.min())), max(north, float(y.max()))
        if count < SAMPLE:
            seen_x.append(np.unique(x))
            seen_y.append(np.unique(y))
        count += len(x)
    if not count:
        raise NothingToImport(say("holds-no-points", file=path.name))
    step_x, step_y = _spacing(seen_x, east - west), _spacing(seen_y, north - south)
    step_x, step_y = step_x or step_y or 1.0, step_y or step_x or 1.0
    columns, rows = round((east - west) / step_x) + 1, round((north - south) / step_y) + 1
    if columns * rows > MAX_CELLS or columns * rows > 50 * count + 1000:
        raise UnreadableSource(
            say("points-no-grid", file=path.name, count=count, columns=columns, rows=rows, step_x=step_x, step_y=step_y)
        )
    return _Grid(west, north, step_x, step_y, columns, rows)


def _spacing(parts: list[Floats], span: float) -> float:
    """Return the usual distance between neighbouring distinct ordinates; 0 when there is only one."""
    distinct = np.unique(np.concatenate(parts))
    apart = np.diff(distinct)
    apart = apart[apart > span * 1e-7]
    if not apart.size:
        return 0.0
    usual = float(np.median(apart))
    along = max(1, round(span / usual))
    return span / along if abs(span / usual - along) < 0.1 else usual


def _scattered(path: Path, grid: _Grid, x: float, y: float) -> UnreadableSource:
    return UnreadableSource(say("point-off-grid", file=path.name, x=x, y=y, step_x=grid.step_x, step_y=grid.step_y))


def _batches(path: Path, north_first: bool) -> Iterator[tuple[Floats, Floats, Floats]]:
    """Read the lines as numbers, a few megabytes at a time: x, y, z."""
    with path.open("rb") as file:
        head = file.read(4096).split(b"\n")
    first = head[0].rstrip(b"\r")
    titled = POINT_LINE.match(first) is None
    match = POINT_LINE.match(head[1].rstrip(b"\r") if titled and len(head) > 1 else first)
    if match is None:
        raise UnreadableSource(say("lines-not-xyz", file=path.name))
    try:
        for x, y, z in _read(path, match[1].decode(), titled):
            yield (y, x, z) if north_first else (x, y, z)
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        reason = str(error).split(": ", 1)[-1][:120]
        raise UnreadableSource(say("line-not-xyz", file=path.name, reason=reason)) from error


def _read(path: Path, delimiter: str, titled: bool) -> Iterator[tuple[Floats, Floats, Floats]]:
    if delimiter == " " or b"  " in read_head(path, 4096):
        yield from _read_blanks(path, titled)
        return
    options: dict[str, Any] = {
        "read_options": pa.csv.ReadOptions(skip_rows=1 if titled else 0, column_names=["x", "y", "z"]),
        "parse_options": pa.csv.ParseOptions(delimiter=delimiter),
        "convert_options": pa.csv.ConvertOptions(column_types=dict.fromkeys("xyz", pa.float64())),
    }
    with pa.csv.open_csv(path, **options) as reader:
        for batch in reader:
            if batch.num_rows:
                x, y, z = (column.to_numpy(zero_copy_only=False) for column in batch.columns)
                yield x, y, z


def _read_blanks(path: Path, titled: bool) -> Iterator[tuple[Floats, Floats, Floats]]:
    """Read lines separated by runs of blanks, which pyarrow's reader does not take."""
    with path.open("r", encoding="ascii", errors="strict") as file:
        if titled:
            file.readline()
        while lines := file.readlines(1 << 24):
            try:
                numbers = np.array(" ".join(lines).replace(",", " ").replace(";", " ").split(), dtype=np.float64)
            except ValueError as error:
                raise UnreadableSource(say("line-not-xyz-error", file=path.name, error=error)) from error
            if len(numbers) % 3:
                raise UnreadableSource(say("line-not-three", file=path.name))
            points = numbers.reshape(-1, 3)
            if len(points):
                yield points[:, 0], points[:, 1], points[:, 2]
