"""Elevation: tiles of heights drawn by a rendering of ``tiles.height.terrain``.

Heights are read with a margin of one pixel, so that neighbouring tiles meet without a seam, and with the true ground
size of a pixel, so that a slope looks the same in every grid and at every latitude.
"""

import numpy as np
import numpy.typing as npt

from layers.layer import Layer, RasterFacts
from layers.sentences import say
from layers.storage import Storage
from tiles.errors import BadRendering
from tiles.grid import Grid, Tile
from tiles.height.renderings import RENDERINGS, Light, Rendering
from tiles.height.terrain import MARGIN, Ground
from tiles.raster.encode import Picture, geotiff, nothing, picture
from tiles.raster.imagery import raster_facts
from tiles.raster.mosaic import choose_files
from tiles.raster.options import RenderOptions
from tiles.raster.sampling import Reading
from tiles.raster.warp import Canvas
from tiles.raster.window import Patch, read_patch

Heights = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

DEFAULT = "hillshade"
RELIEF_RANGE = (0.0, 3000.0)
"""Metres of the relief tints for a layer that does not state its own range."""


def draw(layer: Layer, storage: Storage, grid: Grid, tile: Tile, options: RenderOptions) -> Picture:
    """Draw one tile of heights. Raises TileOutside, BadRendering, RasterUnreadable, NoDatumOperation."""
    grid.check(tile)
    facts = raster_facts(layer)
    rendering = _rendering(layer, options)
    canvas = Canvas(grid.crs, grid.bounds(tile), grid.tile_size, grid.tile_size)
    if options.format == "tif":
        return _window(read_heights(facts, storage, canvas, options), canvas)
    drawn = draw_canvas(layer, storage, canvas, options)
    if drawn is None:
        return empty(layer, grid.tile_size, options)
    pixels, mask = drawn
    if mask is not None and not mask.any():
        return nothing(grid.tile_size, options.format)
    return picture(pixels, mask, options.format, lossless=rendering.lossless)


def draw_canvas(
    layer: Layer, storage: Storage, canvas: Canvas, options: RenderOptions
) -> tuple[Pixels, Pixels | None] | None:
    """Draw any canvas: pixels and their mask; None where no file has heights. Raises as ``draw``."""
    facts = raster_facts(layer)
    rendering = _rendering(layer, options)
    patch = read_heights(facts, storage, canvas.with_margin(MARGIN), options)
    if patch is None:
        return None
    heights = patch.values[..., 0]
    inner = slice(MARGIN, -MARGIN)
    dx, dy, turn = patch.ground
    ground = Ground(dx[inner], dy[inner], turn if isinstance(turn, float) else turn[inner, inner])
    pixels = rendering.draw(heights, ground, _light(facts, options))
    mask = patch.mask[inner, inner] if patch.mask is not None and not rendering.lossless else None
    return pixels, mask


def read_heights(facts: RasterFacts, storage: Storage, canvas: Canvas, options: RenderOptions) -> Patch | None:
    """Heights on a canvas: float32 in the layer's unit, one band, NaN where there is none; None when all is missing."""
    files = choose_files(facts, canvas, options.order, options.datetime)
    reading = Reading((1,), options.resampling or "smooth", facts.nodata, "float32")
    patch = read_patch(files, storage, canvas, reading)
    if patch is None:
        return None
    heights = patch.values
    if facts.bands and (facts.bands[0].scale, facts.bands[0].offset) != (1.0, 0.0):
        heights = heights * np.float32(facts.bands[0].scale) + np.float32(facts.bands[0].offset)
    if patch.mask is not None:
        heights[patch.mask == 0] = np.nan
    return Patch(heights, patch.mask, canvas)


def check(layer: Layer, options: RenderOptions) -> None:
    """Raise BadRendering for what ``draw`` would refuse."""
    _rendering(layer, options)


def _rendering(layer: Layer, options: RenderOptions) -> Rendering:
    """The rendering asked for or the layer's own; raises BadRendering for one that does not exist or does not fit."""
    name = options.rendering or str(layer.style.get("rendering", DEFAULT))
    if name not in RENDERINGS:
        raise BadRendering("rendering", say("not-one-of", given=name, offered=", ".join(RENDERINGS)))
    for parameter in ("bands", "expression", "colormap", "stretch"):
        if getattr(options, parameter) is not None:
            raise BadRendering(parameter, say("for-imagery"))
    rendering = RENDERINGS[name]
    if rendering.lossless and options.format in ("jpeg", "avif"):
        raise BadRendering("format", say("format-changes", rendering=name, format=options.format))
    return rendering


def _light(facts: RasterFacts, options: RenderOptions) -> Light:
    low, high = options.range or (facts.stretch[0] if facts.stretch else RELIEF_RANGE)
    return Light(options.azimuth, options.altitude, options.exaggeration, low, high)


def empty(layer: Layer, size: int, options: RenderOptions) -> Picture:
    """An empty tile; renderings that carry numbers say height 0, since a client reads every pixel of theirs."""
    rendering = _rendering(layer, options)
    if not rendering.lossless:
        return nothing(size, options.format)
    heights = np.zeros((size + 2 * MARGIN, size + 2 * MARGIN), np.float32)
    pixels = rendering.draw(heights, Ground(1.0, 1.0), Light())
    return picture(pixels, None, options.format, lossless=True)._replace(empty=True)


def _window(patch: Patch | None, canvas: Canvas) -> Picture:
    if patch is None:
        heights = np.full((canvas.height, canvas.width, 1), np.nan, np.float32)
        return geotiff(heights, None, canvas.bounds, canvas.crs, float("nan"))._replace(empty=True)
    return geotiff(patch.values, None, patch.bounds, patch.crs, float("nan"))
