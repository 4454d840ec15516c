"""Decides how a raster's bands are taken: as a photograph, as classes or as values; which bands; what has data.

Every answer is a decision with its evidence; ``content``, ``bands`` and ``nodata`` among the user's options come first.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from rasterio.enums import Resampling

from importers.batch import Decision, ImportOptions
from importers.raster.driver import open_raster
from importers.raster.file import RasterSource
from importers.raster.picture import DataRule
from importers.raster.sheet import Sheet, chosen_layer
from layers.crs.remap import Pixels
from layers.errors import BadQuery
from layers.layer import Band
from layers.sentences import say

Content = Literal["photo", "values", "classes"]

MANY_COLOURS = 64
"""A palette with more colours in use is a photograph, a grey band with fewer values is not."""
SAMPLE = 1024
ALPHA_DRIVERS = ("PNG", "WEBP")
"""Formats in which a fourth band is never anything else."""
PICTURE_SHARE = 0.25
"""Share of half-transparent pixels above which a declared alpha band is no mask …"""
OPAQUE_SHARE = 0.25
"""… unless so many are opaque: a sheet may fade over most of its width, near-infrared is nowhere near full so often."""


@dataclass(frozen=True)
class Reading:
    """How a file's bands are taken: as what, which bands, what has data, and why."""

    content: Content
    bands: tuple[int, ...]
    data: DataRule
    nodata: float | None
    alpha: int | None
    decisions: tuple[Decision, ...]


def read_as(sheet: Sheet, options: ImportOptions) -> Reading:
    """Decide how a file's bands are taken; ``content``, ``bands`` and ``nodata`` among the options decide first.

    Raises:
        BadQuery: an option cannot be understood or does not fit the file.
    """
    source = sheet.source
    content, why, by = _content(sheet, options)
    found, told = _alpha(sheet, options)
    alpha = found or (4 if _fourth_is_mask(sheet, options) else None)
    bands = _bands(source, options, alpha)
    if content == "photo":
        bands = bands if len(bands) in (1, 3) else bands[:3] if len(bands) > 3 else bands[:1]
    nodata = _nodata(source, options)
    data: DataRule = "all"
    if alpha is not None:
        data = "alpha"
    elif source.masked:
        data = "mask"
    elif nodata is not None:
        data = "nodata"
    decision = Decision(say("content"), content, by, why)
    return Reading(content, bands, data, nodata, alpha, (decision, *told))


def _alpha(sheet: Sheet, options: ImportOptions) -> tuple[int | None, tuple[Decision, ...]]:
    """Return the alpha band: the declared one, unless its values are those of a picture.

    Many programs declare the fourth of four bands alpha whatever it holds; near-infrared is then taken for a mask.
    """
    number = sheet.source.alpha
    said = options.read.others.get("alpha")
    if said not in (None, "mask", "band"):
        raise BadQuery(say("alpha-option", said=said), "alpha")
    if number is None:
        return None, ()
    if said is not None:
        decision = Decision(
            say("alpha"), say("band-is", number=number, said=say(said)), "user", (say("given-as-option"),)
        )
        return (number if said == "mask" else None), (decision,)
    if sheet.source.driver in ALPHA_DRIVERS:
        return number, ()
    sample = _sample(sheet, options, number)
    share = float(((sample > 0) & (sample < _fullest(sample))).mean())
    if share <= PICTURE_SHARE or float((sample >= _fullest(sample)).mean()) >= OPAQUE_SHARE:
        return number, ()
    evidence = (say("alpha-share", share=share), say("alpha-mask-hint"))
    return None, (Decision(say("alpha"), say("alpha-as-band", number=number), "measured", evidence),)


def _fullest(sample: Pixels) -> float:
    return float(np.iinfo(sample.dtype).max) if sample.dtype.kind in "iu" else 1.0


def _content(
    sheet: Sheet, options: ImportOptions
) -> tuple[Content, tuple[str, ...], Literal["user", "measured", "rule"]]:
    source = sheet.source
    said = options.read.others.get("content")
    eight_bit = all(band.dtype == "uint8" for band in source.bands)
    count = len(source.bands) - (1 if _alpha(sheet, options)[0] else 0)
    if said is not None:
        return _said_content(said, eight_bit), (say("given-as-option"),), "user"
    if source.palette is not None:
        used = _values_in_use(sheet, options)
        if used > MANY_COLOURS:
            return "photo", (say("palette-colours", used=used),), "measured"
        return "classes", (say("palette-values", used=used),), "measured"
    if source.bits == 1:
        return "classes", (say("one-bit"),), "rule"
    if not eight_bit:
        return "values", (say("values-not-8-bit", dtype=source.dtype),), "rule"
    if count == 3 or (count == 4 and _fourth_is_mask(sheet, options)):
        return "photo", (say("three-8-bit-bands"),), "rule"
    if count > 1:
        return "values", (say("no-photo-bands", count=count),), "rule"
    used = _values_in_use(sheet, options)
    if used > MANY_COLOURS:
        return "photo", (say("one-8-bit-band", used=used),), "measured"
    return "values", (say("one-8-bit-band-few", used=used),), "measured"


def _said_content(said: str, eight_bit: bool) -> Content:
    if said == "photo" and not eight_bit:
        raise BadQuery(say("photo-needs-8-bit"), "content")
    for known in get_args(Content):
        if said == known:
            chosen: Content = known
            return chosen
    raise BadQuery(say("content-option", said=said), "content")


def _sample(sheet: Sheet, options: ImportOptions, band: int) -> Pixels:
    """Read a small copy of a band by nearest neighbour."""
    source = sheet.source
    shape = (min(source.height, SAMPLE), min(source.width, SAMPLE))
    with open_raster(source.path, chosen_layer(source.path, options)) as dataset:
        values: Pixels = dataset.read(band, out_shape=shape, resampling=Resampling.nearest)
    return values


def _values_in_use(sheet: Sheet, options: ImportOptions) -> int:
    return len(np.unique(_sample(sheet, options, 1)))


def _fourth_is_mask(sheet: Sheet, options: ImportOptions) -> bool:
    """Say whether an unnamed fourth 8-bit band holds nothing but 0 and 255: an alpha band in all but name."""
    source = sheet.source
    if len(source.bands) != 4 or source.alpha or any(band.dtype != "uint8" for band in source.bands):
        return False
    return set(np.unique(_sample(sheet, options, 4)).tolist()) <= {0, 255}


def _bands(source: RasterSource, options: ImportOptions, alpha: int | None) -> tuple[int, ...]:
    said = options.read.others.get("bands")
    if said is None:
        if {"red", "green", "blue"} <= (named := {band.colour for band in source.bands}) and len(named) <= 4:
            by_colour = {band.colour: number for number, band in enumerate(source.bands, 1)}
            if len(source.bands) - (1 if alpha else 0) == 3:
                return by_colour["red"], by_colour["green"], by_colour["blue"]
        return tuple(number for number in range(1, len(source.bands) + 1) if number != alpha)
    try:
        wanted = tuple(int(part) for part in said.split(","))
    except ValueError:
        raise BadQuery(say("bands-option", said=said), "bands") from None
    if not wanted or not all(1 <= number <= len(source.bands) for number in wanted):
        raise BadQuery(say("bands-not-there", file=source.path.name, count=len(source.bands), said=said), "bands")
    return wanted


def _nodata(source: RasterSource, options: ImportOptions) -> float | None:
    said = options.read.others.get("nodata")
    if said is None:
        return source.nodata
    try:
        return float(said)
    except ValueError:
        raise BadQuery(say("nodata-option", said=said), "nodata") from None


def bands_of(
    sheet: Sheet, reading: Reading, others: tuple[Sheet, ...] = (), in_colour: bool = False
) -> tuple[Band, ...]:
    """Return what the catalogue says of the layer's bands."""
    if reading.content == "photo":
        names = ("red", "green", "blue") if in_colour else ("grey",)
        return tuple(Band(name, "uint8") for name in names)
    taken = [(sheet.source.bands[number - 1], sheet.source.bands[number - 1].name) for number in reading.bands]
    if others:
        taken = [(one.source.bands[0], one.source.path.stem) for one in (sheet, *others)]
    return tuple(Band(name, band.dtype, band.scale, band.offset, band.unit) for band, name in taken)
