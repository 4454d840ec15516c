"""Raster windows from one coordinate system to another, through a control grid: the mathematics both rooms share.

Asking PROJ for every pixel is what makes a warp slow, and GDAL's own warper searches PROJ's operations anew for every
window. Here one cached ``Transform`` per pair of coordinate systems is asked for a grid of 17 x 17 nodes, positions in
between are interpolated, and OpenCV moves the pixels. The grid checks itself: every second node must be predicted by
its neighbours; as long as that says the error is above a twentieth of a pixel the grid is made finer, at last down to
single pixels.

Pixel positions are continuous: the centre of the source's first pixel is (0, 0). Arrays are (rows, columns) or (rows,
columns, bands); a mask is uint8, 255 where there is data, and None where there is data everywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt
from affine import Affine

from layers.crs.transform import Floats, Transform
from layers.frame import Bounds

Pixels = npt.NDArray[Any]
Mask = npt.NDArray[np.uint8]
Resampling = Literal["nearest", "bilinear", "cubic"]

NODES = 17
TOLERANCE_PX = 0.05
MARGIN_PX = 3
_OUTSIDE = -1.0e6
_LIMIT = 32_000  # OpenCV counts the pixels of an array's side in 16 bits
_WORTH_REDUCING = 1.2
_FLAGS = {"nearest": cv2.INTER_NEAREST, "bilinear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC}
_CV_DTYPES = ("uint8", "uint16", "int16", "float32", "float64")
_CV_BANDS = 4


@dataclass(frozen=True)
class Window:
    """A rectangle of a source's pixels: its first column and row, its width and height."""

    column: int
    row: int
    width: int
    height: int


Read = Callable[[Window, int, int], tuple[Pixels, Mask | None]]
"""``read(window, width, height)`` gives the window's pixels resampled to width x height, and its mask."""


@dataclass(frozen=True)
class PixelMap:
    """Where the centre of each target pixel lies in the source.

    ``window`` is the part of the source needed, to be read as ``read_width`` x ``read_height`` pixels; ``columns`` and
    ``rows`` are float32 (target height, target width), counted in pixels of that reading. ``inside`` says that every
    target pixel falls into the source, so that its edge needs no mask.
    """

    window: Window
    read_width: int
    read_height: int
    columns: npt.NDArray[np.float32]
    rows: npt.NDArray[np.float32]
    inside: bool


def pixel_map(
    to_source: Transform,
    affine: Affine,
    size: tuple[int, int],
    bounds: Bounds,
    width: int,
    height: int,
    *,
    shift: float = 0.0,
    tolerance: float = TOLERANCE_PX,
    reduce: bool = True,
) -> PixelMap | None:
    """Find where the pixels of a target box lie in a source.

    ``to_source`` leads from the target's CRS to the source's; ``affine`` is the source's geotransform (any rotation),
    ``size`` its (columns, rows); ``bounds`` is the target box in its CRS, north up, cut into ``width`` x ``height``
    pixels. ``shift`` is added to the source's x ordinates found (360 for longitudes 0..360). With ``reduce`` a source
    finer than the target is read at the target's size, so that GDAL takes an overview. Returns None where the box and
    the source do not meet.
    """
    nodes = (min(NODES, width), min(NODES, height))
    while True:
        columns, rows = _nodes(to_source, ~affine, bounds, (width, height), nodes, shift)
        if all(_is_smooth(grid, nodes, (width, height), tolerance) for grid in (columns, rows)):
            break
        nodes = (_finer(nodes[0], width), _finer(nodes[1], height))
    factor = _step(columns, rows, (width, height)) if reduce else 1.0
    factor = factor if factor > _WORTH_REDUCING else 1.0
    window = _window(columns, rows, size, int(np.ceil(MARGIN_PX * factor)))
    if window is None:
        return None
    inside = (
        columns.min() >= -0.5 and rows.min() >= -0.5 and columns.max() <= size[0] - 0.5 and rows.max() <= size[1] - 0.5
    )
    factor = max(factor, window.width / _LIMIT, window.height / _LIMIT)
    read_width, read_height = max(1, round(window.width / factor)), max(1, round(window.height / factor))
    columns = (columns - window.column + 0.5) * (read_width / window.width) - 0.5
    rows = (rows - window.row + 0.5) * (read_height / window.height) - 0.5
    across, down = _weights(width, nodes[0]), _weights(height, nodes[1])
    return PixelMap(
        window, read_width, read_height, _spread(columns, across, down), _spread(rows, across, down), bool(inside)
    )


def remap(
    pixels: Pixels, mask: Mask | None, where: PixelMap, resampling: Resampling = "bilinear"
) -> tuple[Pixels, Mask | None]:
    """Move a window's pixels to the target, same dtype; the mask says where the target has data.

    ``pixels`` is the reading of ``where.window``. A target pixel has data when the source pixel nearest to it has; what
    has none never bleeds into its neighbours. Pixels without data are 0 or whatever lay there.
    """
    if pixels.dtype.name not in _CV_DTYPES:
        wide, seen = remap(pixels.astype(np.float64), mask, where, resampling)
        return _as_dtype(wide, pixels.dtype), seen
    if mask is not None and mask.all():
        mask = None
    seen = _moved_mask(mask, where)
    if mask is None or resampling == "nearest":
        return _move(pixels, where, resampling), seen
    return _move_weighted(pixels, mask, where), seen


def remap_window(
    read: Read,
    affine: Affine,
    size: tuple[int, int],
    to_source: Transform,
    bounds: Bounds,
    width: int,
    height: int,
    resampling: Resampling = "bilinear",
    *,
    shift: float = 0.0,
) -> tuple[Pixels, Mask | None] | None:
    """Draw a source into a target box: find its pixels, read them at a fitting size, move them.

    Arguments as for ``pixel_map``. Returns the pixels and mask of the box, or None where the two do not meet.
    """
    where = pixel_map(to_source, affine, size, bounds, width, height, shift=shift)
    if where is None:
        return None
    pixels, mask = read(where.window, where.read_width, where.read_height)
    return remap(pixels, mask, where, resampling)


def _nodes(
    to_source: Transform,
    inverse: Affine,
    bounds: Bounds,
    size: tuple[int, int],
    nodes: tuple[int, int],
    shift: float,
) -> tuple[Floats, Floats]:
    """Return the source positions (columns, rows) of a grid of target pixel centres."""
    x = bounds.west + (np.linspace(0, size[0] - 1, nodes[0]) + 0.5) * (bounds.east - bounds.west) / size[0]
    y = bounds.north - (np.linspace(0, size[1] - 1, nodes[1]) + 0.5) * (bounds.north - bounds.south) / size[1]
    grid_x, grid_y = np.meshgrid(x, y)
    east, north = to_source.points(grid_x.ravel(), grid_y.ravel())
    east = east + shift
    with np.errstate(invalid="ignore"):
        columns = inverse.a * east + inverse.b * north + inverse.c - 0.5
        rows = inverse.d * east + inverse.e * north + inverse.f - 0.5
    known = np.isfinite(columns) & np.isfinite(rows)
    shape = grid_x.shape
    return np.where(known, columns, _OUTSIDE).reshape(shape), np.where(known, rows, _OUTSIDE).reshape(shape)


def _is_smooth(grid: Floats, nodes: tuple[int, int], size: tuple[int, int], tolerance: float) -> bool:
    """Say whether interpolating between the nodes stays within the tolerance (pixels of the source).

    Halving the spacing of a smooth function's nodes quarters the error, so a quarter of the error at every second node
    is that of the grid itself.
    """
    errors = [0.0]
    if nodes[0] < size[0]:
        errors.append(float(np.abs((grid[:, :-2:2] + grid[:, 2::2]) / 2 - grid[:, 1:-1:2]).max()))
    if nodes[1] < size[1]:
        errors.append(float(np.abs((grid[:-2:2] + grid[2::2]) / 2 - grid[1:-1:2]).max()))
    return max(errors) / 4 <= tolerance


def _finer(nodes: int, size: int) -> int:
    return min(2 * nodes - 1, size)


def _window(columns: Floats, rows: Floats, size: tuple[int, int], margin: int) -> Window | None:
    """Return the part of the source that the nodes span, with room for the resampling kernel."""
    first_column = max(0, int(np.floor(columns.min())) - margin)
    first_row = max(0, int(np.floor(rows.min())) - margin)
    last_column = min(size[0], int(np.ceil(columns.max())) + margin + 1)
    last_row = min(size[1], int(np.ceil(rows.max())) + margin + 1)
    touches = (
        columns.max() >= -0.5 and rows.max() >= -0.5 and columns.min() < size[0] - 0.5 and rows.min() < size[1] - 0.5
    )
    if not touches or first_column >= last_column or first_row >= last_row:
        return None
    return Window(first_column, first_row, last_column - first_column, last_row - first_row)


def _step(columns: Floats, rows: Floats, size: tuple[int, int]) -> float:
    """Return how many source pixels one target pixel spans where it spans fewest."""
    steps = []
    known = (columns > _OUTSIDE) & (rows > _OUTSIDE)
    for axis, pixels in ((1, size[0]), (0, size[1])):
        if columns.shape[axis] < 2:
            continue
        spacing = (pixels - 1) / (columns.shape[axis] - 1)
        both = np.diff(known.astype(np.int8), axis=axis) == 0
        length = np.hypot(np.diff(columns, axis=axis), np.diff(rows, axis=axis)) / spacing
        steps += [float(length[both & (length > 0)].min(initial=np.inf))]
    smallest = min(steps, default=1.0)
    return smallest if np.isfinite(smallest) else 1.0


def _weights(size: int, nodes: int) -> npt.NDArray[np.float32] | None:
    """Return the (size, nodes) matrix that interpolates linearly between nodes; None where each pixel is a node."""
    if nodes >= size:
        return None
    position = np.arange(size) * (nodes - 1) / (size - 1)
    left = np.minimum(position.astype(np.intp), nodes - 2)
    matrix = np.zeros((size, nodes), np.float32)
    matrix[np.arange(size), left] = 1 - (position - left)
    matrix[np.arange(size), left + 1] = position - left
    return matrix


def _spread(
    grid: Floats, across: npt.NDArray[np.float32] | None, down: npt.NDArray[np.float32] | None
) -> npt.NDArray[np.float32]:
    """Interpolate the nodes to every target pixel."""
    spread = grid.astype(np.float32)
    if down is not None:
        spread = down @ spread
    if across is not None:
        spread = spread @ across.T
    return np.ascontiguousarray(spread)


def _move(pixels: Pixels, where: PixelMap, resampling: Resampling) -> Pixels:
    """Let OpenCV move the pixels, four bands at a time; outside the source its edge is repeated."""
    flag = _FLAGS[resampling]
    border = cv2.BORDER_REPLICATE
    if pixels.ndim == 2 or pixels.shape[2] <= _CV_BANDS:
        moved: Pixels = cv2.remap(pixels, where.columns, where.rows, flag, borderMode=border)
        return moved.reshape(*where.columns.shape, *pixels.shape[2:])
    parts = [
        _move(np.ascontiguousarray(pixels[:, :, first : first + _CV_BANDS]), where, resampling)
        for first in range(0, pixels.shape[2], _CV_BANDS)
    ]
    return np.concatenate(parts, axis=2)


def _move_weighted(pixels: Pixels, mask: Mask, where: PixelMap) -> Pixels:
    """Move with the pixels without data weighing nothing."""
    weight = (mask > 0).astype(np.float32)
    weighted = np.where(_with_bands(mask > 0, pixels), pixels, 0).astype(np.float32)
    weighted = _move(weighted, where, "bilinear")
    share = np.maximum(_move(weight, where, "bilinear"), np.float32(1e-6))
    return _as_dtype(weighted / _with_bands(share, weighted), pixels.dtype)


def _moved_mask(mask: Mask | None, where: PixelMap) -> Mask | None:
    if mask is None and where.inside:
        return None
    if mask is None:
        mask = np.full((where.read_height, where.read_width), 255, np.uint8)
    seen: Mask = cv2.remap(
        mask, where.columns, where.rows, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=0.0
    )
    return None if seen.all() else seen


def _with_bands(plane: npt.NDArray[Any], like: Pixels) -> npt.NDArray[Any]:
    return plane if like.ndim == 2 else plane[:, :, np.newaxis]


def _as_dtype(values: Pixels, dtype: np.dtype[Any]) -> Pixels:
    """Round and clip to an integer dtype; floats are only cast."""
    if dtype.kind not in "iu":
        return values.astype(dtype)
    limits = np.iinfo(dtype)
    return np.clip(np.rint(values), limits.min, limits.max).astype(dtype)
