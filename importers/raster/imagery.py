"""Imagery: photographs become tiles of the default grid, everything measured or classified keeps its values.

What a picture is (``importers.raster.content``) decides how it is published. 8-bit colour and grey photographs are
drawn onto the default grid as JPEG tiles with a mask. Classes (palettes, one bit), 16-bit and float bands, and more
than three bands keep their values; their display stretch is decided once for the layer.
"""

from dataclasses import replace
from typing import Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from importers.batch import Decision, ImportOptions, Progress
from importers.errors import UnsupportedSource
from importers.raster.cog import write_picture
from importers.raster.collar import find_collar, small_copy
from importers.raster.content import Reading
from importers.raster.file import RasterSource
from importers.raster.picture import Picture, crs_text
from importers.raster.placing import Piece
from importers.raster.pyramid import Pyramid, plan_pyramid, zoom_for
from importers.raster.retile import in_squares
from importers.raster.sheet import Keys, Sheet, chosen_layer, data_outline, publish_file
from importers.raster.upright import upright_grid
from importers.raster.value_grid import SourceBand, Values
from importers.raster.value_stats import Sampler
from importers.raster.values import write_values
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.crs.remap import Pixels
from layers.frame import Bounds, Frame
from layers.layer import RasterFile
from layers.sentences import say
from layers.storage import Storage

MERCATOR_LIMIT = 85.0511287798
MAX_GROWTH = 16
"""Times as many pixels as the source has, that a published picture may have."""


def publish_photo(
    sheet: Sheet, reading: Reading, frame: Frame, options: ImportOptions, storage: Storage, keys: Keys,
    progress: Progress, in_colour: bool,
) -> tuple[Sheet, tuple[RasterFile, ...]]:  # fmt: skip
    """Draw a photograph onto the default grid and store it; one file for each side of 180 degrees."""
    picture = _picture(sheet, reading, options, in_colour)
    if picture.data == "all" and picture.palette is None:
        sheet, picture = _without_collar(sheet, picture, options)
    readable, passing = in_squares(picture, keys.folder, progress)
    try:
        return _draw_pieces(sheet, readable, frame, storage, keys, progress)
    finally:
        if passing is not None:
            passing.unlink(missing_ok=True)


def _without_collar(sheet: Sheet, picture: Picture, options: ImportOptions) -> tuple[Sheet, Picture]:
    """Look at a small copy of a picture that declares no nodata: is it all one colour, has it a frame of no data?"""
    copy = small_copy(sheet.source, picture.bands, chosen_layer(sheet.source.path, options))
    if copy.is_even:
        colour = ", ".join(str(value) for value in copy.planes[:, 0, 0])
        return sheet.doubting("content", say("one-colour", sheet=sheet.name, colour=colour)), picture
    collar = None if options.read.others.get("collar") == "keep" else find_collar(copy)
    if collar is None:
        return sheet, picture
    share = float((collar.where > 0).mean())
    colour = "black" if collar.colour[0] == 0 else "white"
    evidence = (say("frame-reaches-in", colour=colour, share=share), say("collar-keep-hint"))
    decided = Decision(say("collar"), say("frame-as-nodata", colour=colour), "measured", evidence)
    return sheet.deciding(decided), replace(picture, collar=collar)


def _draw_pieces(
    sheet: Sheet, picture: Picture, frame: Frame, storage: Storage, keys: Keys, progress: Progress
) -> tuple[Sheet, tuple[RasterFile, ...]]:
    files = []
    if all(_clipped(piece).is_empty for piece in sheet.place.pieces):
        raise UnsupportedSource(say("beyond-mercator", sheet=sheet.name, mercator_limit=MERCATOR_LIMIT))
    for piece in sheet.place.pieces:
        if _clipped(piece).is_empty:
            continue
        pyramid, lowered = _pyramid(sheet, piece, frame)
        if lowered:
            sheet = sheet.warning(lowered)
        local, key = keys.next()
        drawn = replace(picture, shift=piece.shift)
        if not write_picture(drawn, pyramid, local, progress):
            local.unlink(missing_ok=True)
            continue
        around = _clipped(piece)
        if picture.data != "all" or picture.collar is not None:
            around = data_outline(local, "EPSG:3857", sheet, frame, around)
        files.append(
            publish_file(
                sheet,
                storage,
                local,
                key,
                crs="EPSG:3857",
                bounds=pyramid.bounds,
                size=(pyramid.width, pyramid.height),
                around=around,
                aligned=True,
                pixels=pyramid.data,
            )
        )
    return sheet, tuple(files)


def _picture(sheet: Sheet, reading: Reading, options: ImportOptions, in_colour: bool) -> Picture:
    source, place = sheet.source, sheet.place
    bands = reading.bands * 3 if in_colour and len(reading.bands) == 1 and source.palette is None else reading.bands
    nodata = (reading.nodata,) * len(bands) if reading.data == "nodata" and reading.nodata is not None else ()
    return Picture(
        name=source.name, driver=source.driver, affine=place.affine, width=source.width, height=source.height,
        crs=crs_text(place.crs), bands=bands, data=reading.data, nodata=nodata, alpha=reading.alpha, fit=place.fit,
        city=place.city, area=place.area, palette=_palette(source),
    )  # fmt: skip


def _palette(source: RasterSource) -> Pixels | None:
    if source.palette is None:
        return None
    colours = np.zeros((256, 4), np.uint8)
    for index, colour in source.palette.items():
        if 0 <= index < 256:
            colours[index] = colour
    if source.nodata is not None and 0 <= source.nodata < 256:
        colours[int(source.nodata), 3] = 0
    return colours


def _clipped(piece: Piece) -> BaseGeometry:
    clipped: BaseGeometry = shapely.intersection(piece.outline, shapely.box(-180, -MERCATOR_LIMIT, 180, MERCATOR_LIMIT))
    return clipped


def _pyramid(sheet: Sheet, piece: Piece, frame: Frame) -> tuple[Pyramid, str | None]:
    """Plan the tiles of a piece at the zoom that loses nothing, or less where the map blows the picture up."""
    west, south, east, north = _clipped(piece).bounds
    way = find_transform(parse_crs(frame.storage_srid), parse_crs("EPSG:3857"))
    x, y = way.points(np.array([west, east]), np.array([south, north]))
    box = Bounds(float(x[0]), float(y[0]), float(x[1]), float(y[1]))
    fine = zoom_for(sheet.place.mercator_m)
    zoom = fine
    allowed = MAX_GROWTH * max(sheet.source.width * sheet.source.height, 1 << 20)
    while zoom and (box.east - box.west) * (box.north - box.south) / (40_075_016.7 / 256 / (1 << zoom)) ** 2 > allowed:
        zoom -= 1
    lowered = None
    if zoom < fine:
        lowered = say("drawn-coarser", sheet=sheet.name, zoom=zoom, fine=fine)
    return plan_pyramid(box, zoom), lowered


def publish_values(
    sheet: Sheet, reading: Reading, frame: Frame, options: ImportOptions, storage: Storage, keys: Keys,
    progress: Progress, others: tuple[Sheet, ...] = (),
) -> tuple[Sheet, tuple[RasterFile, ...], list[Sampler]]:  # fmt: skip
    """Store a raster with its values; ``others`` are further files whose one band each is stacked behind it."""
    files, samplers = [], []
    pieces = sheet.place.pieces if sheet.place.crs.is_geographic else (sheet.place.pieces[0],)
    for piece in pieces:
        values = _values(sheet, reading, frame, options, piece, others)
        if values.target.width < 1:
            continue
        local, key = keys.next()
        samplers.append(write_values(values, local, progress))
        around = shapely.union_all([one.outline for one in sheet.place.pieces]) if len(pieces) == 1 else piece.outline
        data = None
        if 0 < samplers[-1].valid < values.target.width * values.target.height:
            data = data_outline(local, values.target.crs, sheet, frame, around)
        files.append(
            publish_file(
                sheet,
                storage,
                local,
                key,
                crs=values.target.crs,
                bounds=values.target.bounds,
                size=(values.target.width, values.target.height),
                around=around,
                aligned=False,
                data=data,
            )
        )
        if values.moved:
            sheet = sheet.deciding(Decision(say("grid"), say("moved-nearest"), "rule", _why(sheet)))
        elif values.affine.e > 0:
            sheet = sheet.deciding(Decision(say("grid"), say("turned-upright"), "file", (say("rows-northwards"),)))
    return sheet, tuple(files), samplers


def _why(sheet: Sheet) -> tuple[str, ...]:
    if sheet.place.fit is not None:
        return (say("placed-by-gcps"),)
    if not sheet.place.is_upright:
        return (say("rows-turned"),)
    return (say("datum-changed", steps=tuple(sheet.place.to_frame.steps)),)


def _values(
    sheet: Sheet, reading: Reading, frame: Frame, options: ImportOptions, piece: Piece, others: tuple[Sheet, ...]
) -> Values:
    source, place = sheet.source, sheet.place
    grid, moved = upright_grid(sheet, frame, piece)
    taken = [source.bands[number - 1] for number in reading.bands] + [other.source.bands[0] for other in others]
    names = [band.name for band in taken]
    if others:
        names = [one.source.path.stem for one in (sheet, *others)]
    dtype = str(np.result_type(*(np.dtype(band.dtype) for band in taken)))
    classes = reading.content == "classes"
    data, nodata = _kept_nodata(reading, dtype)
    return Values(
        bands=(
            *(SourceBand(source.name, source.driver, number) for number in reading.bands),
            *(SourceBand(other.source.name, other.source.driver, 1) for other in others),
        ),
        affine=place.affine, width=source.width, height=source.height, crs=crs_text(place.crs), target=grid,
        dtype=dtype, data=data, nodata=nodata, published_nodata=nodata, moved=moved, shift=piece.shift, fit=place.fit,
        city=place.city, area=place.area, alpha=reading.alpha, overviews="mode" if classes else "average",
        palette=source.palette if classes else None, names=tuple(names),
        scales=tuple(band.scale for band in taken) if any(b.scale != 1 or b.offset for b in taken) else (),
        offsets=tuple(band.offset for band in taken) if any(b.scale != 1 or b.offset for b in taken) else (),
        units=tuple(band.unit for band in taken),
    )  # fmt: skip


def _kept_nodata(reading: Reading, dtype: str) -> tuple[Literal["all", "nodata", "nan", "mask", "alpha"], float | None]:
    """Return what has data in the published file and the nodata value it is told by."""
    is_float = np.dtype(dtype).kind == "f"
    if reading.data == "nodata" and reading.nodata is not None:
        if np.isnan(reading.nodata):
            return "nan", float("nan")
        limits = None if is_float else np.iinfo(np.dtype(dtype))
        if limits is None or limits.min <= reading.nodata <= limits.max:
            return "nodata", reading.nodata
        return "all", None
    if reading.data == "all" and is_float:
        return "nan", float("nan")
    return reading.data, None
