"""Imagery: tiles and windows of pictures and of any other bands that are not heights.

``draw`` is the whole story of a tile: choose the files, copy the tile when it lies ready in one of them, else read a
patch and turn its values into colours (an expression, a stretch, a palette), then encode.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from layers.layer import Layer, RasterFacts
from layers.sentences import say
from layers.storage import Storage
from tiles.errors import BadRendering
from tiles.grid import Grid, Tile
from tiles.height.renderings import paint
from tiles.raster.colormaps import named, palette
from tiles.raster.encode import Picture, geotiff, nothing, picture
from tiles.raster.mosaic import choose_files
from tiles.raster.options import Range, RenderOptions
from tiles.raster.passthrough import copy_at_hand, copy_tile
from tiles.raster.sampling import Reading
from tiles.raster.warp import Canvas, Resampling
from tiles.raster.window import Patch, read_patch

Pixels = npt.NDArray[np.uint8]

RENDERINGS: Mapping[str, Mapping[str, str]] = {"rgb": {"zh": "影像", "en": "Image"}}
"""The renderings of imagery; bands, expressions and stretches vary it."""


def draw(layer: Layer, storage: Storage, grid: Grid, tile: Tile, options: RenderOptions) -> Picture:
    """Draw one tile. Raises TileOutside, BadRendering, RasterUnreadable, NoDatumOperation."""
    grid.check(tile)
    facts = raster_facts(layer)
    bands = wanted_bands(facts, options)
    canvas = Canvas(grid.crs, grid.bounds(tile), grid.tile_size, grid.tile_size)
    files = choose_files(facts, canvas, options.order, options.datetime)
    if files and files[0].aligned and options.plain and facts.stretch is None and facts.colormap is None:
        ready = copy_tile(files[0], storage, grid, tile, options.format)
        if ready is not None and not (ready.empty and len(files) > 1):
            return ready
    patch = read_patch(files, storage, canvas, Reading(bands, sampler(facts, options), facts.nodata))
    if options.format == "tif":
        return _values(patch, canvas, facts, bands)
    if patch is None:
        return nothing(grid.tile_size, options.format)
    pixels, mask = colour(patch, facts, bands, options)
    return picture(pixels, mask, options.format, lossless=_is_classified(facts, options))


def draw_canvas(
    layer: Layer, storage: Storage, canvas: Canvas, options: RenderOptions
) -> tuple[Pixels, Pixels | None] | None:
    """Draw any canvas: grey, RGB or RGBA pixels and their mask; None where there is nothing. Raises as ``draw``."""
    facts = raster_facts(layer)
    bands = wanted_bands(facts, options)
    files = choose_files(facts, canvas, options.order, options.datetime)
    patch = read_patch(files, storage, canvas, Reading(bands, sampler(facts, options), facts.nodata))
    return None if patch is None else colour(patch, facts, bands, options)


def draw_at_hand(layer: Layer, storage: Storage, grid: Grid, tile: Tile, options: RenderOptions) -> Picture | None:
    """The tile when it lies ready in a file that is open and in memory (``copy_at_hand``); None when not."""
    facts = layer.version.raster
    if facts is None or not options.plain or facts.stretch is not None or facts.colormap is not None:
        return None
    if len(facts.files) == 1 and facts.files[0].aligned:  # in a mosaic, finding the files takes longer than a thread
        return copy_at_hand(facts.files[0], storage, grid, tile, options.format)
    return None


def raster_facts(layer: Layer) -> RasterFacts:
    """The raster facts of an imagery or elevation layer; raises BadRendering for any other."""
    if layer.version.raster is None:
        raise BadRendering("layer", say("pictures-of", layer=layer.name, kind=say(f"kind-{layer.kind}")))
    return layer.version.raster


def wanted_bands(facts: RasterFacts, options: RenderOptions) -> tuple[int, ...]:
    """The bands to read, counted from 1. Raises BadRendering for a band or rendering the layer does not have."""
    if options.rendering not in (None, *RENDERINGS):
        raise BadRendering("rendering", say("not-one-of", given=options.rendering, offered=", ".join(RENDERINGS)))
    count = max(1, len(facts.bands))
    for parameter in ("bands", "expression"):
        asked = options.bands if parameter == "bands" else options.expression.bands if options.expression else None
        if asked and max(asked) > count:
            raise BadRendering(parameter, say("band-none", band=max(asked), most=count))
    if options.expression is not None:
        return options.expression.bands
    return options.bands or ((1, 2, 3) if count >= 3 and facts.colormap is None else (1,))


def sampler(facts: RasterFacts, options: RenderOptions) -> Resampling:
    """Classes are never mixed; everything else is interpolated unless the caller says how."""
    return "nearest" if _is_classified(facts, options) else options.resampling or "bilinear"


def _is_classified(facts: RasterFacts, options: RenderOptions) -> bool:
    return facts.colormap is not None and options.expression is None and options.colormap is None


def colour(
    patch: Patch, facts: RasterFacts, bands: tuple[int, ...], options: RenderOptions
) -> tuple[Pixels, Pixels | None]:
    """Turn a patch's values into grey (h, w), RGB or RGBA pixels, and the mask that goes with them."""
    values, mask = patch.values, patch.mask
    if options.expression is not None:
        scaled = {band: _scaled(values[..., i], facts, band) for i, band in enumerate(bands)}
        result = options.expression(scaled)
        there = np.isfinite(result)
        mask = mask if there.all() else np.where(there, 255 if mask is None else mask, 0).astype(np.uint8)
        low, high = options.stretch[0] if options.stretch else (-1.0, 1.0)
        return paint(result, named(options.colormap or "grey"), low, high), mask
    if _is_classified(facts, options):
        colours = palette(facts)
        return colours[np.clip(values[..., 0], 0, len(colours) - 1).astype(np.intp)], mask
    ranges = _ranges(facts, bands, options)
    if options.colormap is not None:
        if len(bands) != 1:
            raise BadRendering("colormap", say("colormap-one-band"))
        low, high = ranges[0] if ranges else (0.0, 255.0)
        return paint(values[..., 0].astype(np.float32), named(options.colormap), low, high), mask
    pixels = values if ranges is None else stretch(values, ranges)
    return pixels[..., 0] if len(bands) == 1 else pixels, mask


def _scaled(values: npt.NDArray[Any], facts: RasterFacts, band: int) -> npt.NDArray[np.float32]:
    """Stored numbers as the quantity they stand for, by the band's scale and offset."""
    known = facts.bands[band - 1] if band <= len(facts.bands) else None
    plain = values.astype(np.float32)
    return plain if known is None else plain * np.float32(known.scale) + np.float32(known.offset)


def _ranges(facts: RasterFacts, bands: tuple[int, ...], options: RenderOptions) -> tuple[Range, ...] | None:
    """The range of values each band is drawn over; None when the values are colours already."""
    if options.stretch is not None:
        given = options.stretch
        if len(given) not in (1, len(bands)):
            raise BadRendering("stretch", say("stretch-ranges", count=len(bands)))
        return given * len(bands) if len(given) == 1 else given
    if facts.stretch is not None:
        return tuple(facts.stretch[min(band, len(facts.stretch)) - 1] for band in bands)
    kinds = {facts.bands[band - 1].dtype for band in bands if band <= len(facts.bands)}
    if kinds <= {"uint8"}:
        return None
    kind = np.dtype(kinds.pop())
    return ((0.0, float(np.iinfo(kind).max) if kind.kind in "iu" else 1.0),) * len(bands)


def stretch(values: npt.NDArray[Any], ranges: tuple[Range, ...]) -> Pixels:
    """Spread the ranges (low, high), one a band, over 0 to 255; shape as given. Values that are no numbers become 0."""
    low = np.array([pair[0] for pair in ranges], np.float32)
    factor = np.array([255 / (pair[1] - pair[0]) for pair in ranges], np.float32)
    spread = values.astype(np.float32)
    spread -= low
    spread *= factor
    spread += np.float32(0.5)
    np.clip(spread, 0, 255, out=spread)
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(spread, copy=False).astype(np.uint8)


def _values(patch: Patch | None, canvas: Canvas, facts: RasterFacts, bands: tuple[int, ...]) -> Picture:
    """The raw values as a GeoTIFF, all missing when there is no patch."""
    if patch is None:
        dtype = facts.bands[bands[0] - 1].dtype if facts.bands else "uint8"
        values = np.zeros((canvas.height, canvas.width, len(bands)), dtype)
        mask = np.zeros((canvas.height, canvas.width), np.uint8)
        return geotiff(values, mask, canvas.bounds, canvas.crs, facts.nodata)
    return geotiff(patch.values, patch.mask, patch.bounds, patch.crs, facts.nodata)
