"""Where the pixels of a target box lie in a source of another coordinate system, through a control grid.

Asking PROJ for every pixel is what makes a warp slow, and GDAL's own warper searches PROJ's operations anew for every
window. Here one cached ``Transform`` per pair of coordinate systems is asked for a grid of 17 x 17 nodes, and positions
in between are interpolated. The grid checks itself: every second node must be predicted by its neighbours; as long as
that says the error is above a twentieth of a pixel the grid is made finer, at last down to single pixels.

Pixel positions are continuous: the centre of the source's first pixel is (0, 0).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from affine import Affine

from layers.crs.transform import Floats, Transform
from layers.frame import Bounds

NODES = 17


TOLERANCE_PX = 0.05


MARGIN_PX = 3


_OUTSIDE = -1.0e6


_LIMIT = 32_000  # OpenCV counts the pixels of an array's side in 16 bits


_WORTH_REDUCING = 1.2


@dataclass(frozen=True)
class Window:
    """A rectangle of a source's pixels: its first column and row, its width and height."""

    column: int
    row: int
    width: int
    height: int


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
