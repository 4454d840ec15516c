"""Elevation: height grids keep their own cells; unit, height system, voids and blunders are settled and told.

A grid stays in its own coordinate system and cell size wherever the frame reaches that by projection alone; resampling
finer never makes heights better. Voids become one nodata value. Heights are published in metres.
"""

import re

import numpy as np
import shapely

from importers.batch import Decision, ImportOptions, Progress
from importers.errors import NothingToImport
from importers.height.blunders import BlunderWatch
from importers.height.heights import HIGHEST_M, LOWEST_M, Heights, settle_heights
from importers.raster.driver import open_raster
from importers.raster.file import RasterSource
from importers.raster.picture import crs_text
from importers.raster.placing import Piece
from importers.raster.sheet import Keys, Sheet, chosen_layer, data_outline, publish_file
from importers.raster.upright import upright_grid
from importers.raster.value_grid import NO_VALUE, DataRule, SourceBand, Values
from importers.raster.value_stats import Sampler
from importers.raster.values import write_values
from layers.errors import BadQuery
from layers.frame import Frame
from layers.layer import RasterFile
from layers.sentences import listed, say
from layers.storage import Storage

VOID_VALUES = (-32768.0, -32767.0, -9999.0, -99999.0, -999999.0, 9999.0, 99999.0, 32767.0, 65535.0)
GRID_DRIVERS = ("AIG", "AAIGrid", "GSAG", "GSBG", "GS7BG", "SRTMHGT", "DTED", "USGSDEM", "XYZ")
_NAMES = re.compile(
    r"(?<![a-z])(\w*_)?(dem|dsm|dtm|dhm|srtm|aster|copdem|gmted|etopo|gebco|topo)(?![a-z])|elevation|height|高程|地形",
    re.IGNORECASE,
)
SAMPLE = 1024


def looks_like_heights(source: RasterSource) -> tuple[str, ...]:
    """Return the evidence that a raster holds heights; empty when nothing says so."""
    if source.driver in GRID_DRIVERS:
        return (say("driver-is-heights", driver=source.driver),)
    if len(source.bands) != 1 or source.dtype == "uint8" or source.palette is not None:
        return ()
    found = []
    if _NAMES.search(source.path.name):
        found.append(say("name-says-heights", dtype=source.dtype, file=source.path.name))
    if _NAMES.search(source.bands[0].name):
        found.append(say("band-called", name=source.bands[0].name))
    if (source.bands[0].unit or "").lower() in ("m", "metre", "meter", "ft", "foot"):
        found.append(say("band-unit-is", unit=source.bands[0].unit))
    return tuple(found)


def publish_heights(
    sheet: Sheet, frame: Frame, options: ImportOptions, storage: Storage, keys: Keys, progress: Progress
) -> tuple[Sheet, Heights, tuple[RasterFile, ...], list[Sampler]]:
    """Store a height grid, one file for each side of 180 degrees; what cannot be terrain makes it doubtful.

    Raises:
        UnreadableSource: the file is damaged.
        NothingToImport: every cell is void.
        BadQuery: it has several bands, or an option is not understood.
    """
    if len(sheet.source.bands) != 1 + (1 if sheet.source.alpha else 0):
        raise BadQuery(say("grid-one-band", sheet=sheet.name, count=len(sheet.source.bands)), "kind")
    heights = settle_heights(sheet, options)
    sheet = sheet.deciding(*heights.decisions).warning(*heights.warnings).doubting("heights", *heights.doubts)
    voids, told = _voids(sheet, heights, options)
    sheet = sheet.deciding(*told)
    files: list[RasterFile] = []
    samplers: list[Sampler] = []
    pieces = sheet.place.pieces if sheet.place.crs.is_geographic else (sheet.place.pieces[0],)
    for piece in pieces:
        values = _values(sheet, heights, voids, frame, options, piece)
        if values.target.width < 1:
            continue
        watch = BlunderWatch(sheet.place.pixel_m, values.target.width * values.target.height)
        local, key = keys.next()
        sampler = write_values(values, local, progress, watch)
        if not sampler.valid:
            local.unlink()
            continue
        samplers.append(sampler)
        found = watch.result()
        sheet = sheet.warning(*found.remarks(sheet.name)).doubting("heights", *found.blunders(sheet.name))
        if sheet.place.extent.intersects(frame.extent) and frame.heights is not None:
            sheet = sheet.doubting("heights", *found.unlikely(sheet.name, frame.heights))
        around = shapely.union_all([one.outline for one in sheet.place.pieces]) if len(pieces) == 1 else piece.outline
        crs, size, data = values.target.crs, (values.target.width, values.target.height), None
        if sampler.valid < size[0] * size[1]:
            data = data_outline(local, crs, sheet, frame, around)
        files.append(
            publish_file(
                sheet, storage, local, key, crs=crs, bounds=values.target.bounds, size=size, around=around,
                aligned=False, data=data,
            )
        )  # fmt: skip
        if values.moved:
            why = (listed(sheet.place.to_frame.steps) or say("rows-turned"),)
            sheet = sheet.deciding(Decision(say("grid"), say("moved-interpolated"), "rule", why))
    if not files:
        raise NothingToImport(say("cells-all-void", sheet=sheet.name))
    return sheet, heights, tuple(files), samplers


def _voids(sheet: Sheet, heights: Heights, options: ImportOptions) -> tuple[tuple[float, ...], tuple[Decision, ...]]:
    """Return the stored values that mean void, the declared one first, and how that is known."""
    source = sheet.source
    said = options.read.others.get("nodata")
    if said is not None:
        try:
            return (float(said),), (Decision(say("voids"), said, "user", (say("given-as-option"),)),)
        except ValueError:
            raise BadQuery(say("nodata-option", said=said), "nodata") from None
    declared = () if source.nodata is None else (source.nodata,)
    stated = tuple(Decision(say("voids"), f"{value:g}", "file", (say("files-nodata"),)) for value in declared)
    if source.masked or source.alpha:
        return declared, stated
    shape = (min(source.height, SAMPLE), min(source.width, SAMPLE))
    with open_raster(source.path, chosen_layer(source.path, options)) as dataset:
        sample = dataset.read(1, out_shape=shape)
    known = sample[np.abs(sample) < NO_VALUE] if sample.dtype.kind == "f" else sample.ravel()
    for value in declared:
        known = known[known != value]
    extremes = {float(known.min()), float(known.max())} if known.size else set()
    found = tuple(value for value in VOID_VALUES if value in extremes and _no_height(value, heights))
    named = [value for value in declared if not np.isnan(value)]  # NaN is no data without being declared
    why = say("file-declares-nodata", declared=named[0]) if named else say("no-nodata-declared")
    return (*declared, *found), (
        *stated,
        *(Decision(say("voids"), f"{value:g}", "measured", (why, say("usual-void-mark", value=value)))
          for value in found),
    )  # fmt: skip


def _no_height(value: float, heights: Heights) -> bool:
    """Say whether a stored value is a height no place on land has."""
    return not LOWEST_M <= value * heights.factor + heights.addend <= HIGHEST_M


def _values(
    sheet: Sheet, heights: Heights, voids: tuple[float, ...], frame: Frame, options: ImportOptions, piece: Piece
) -> Values:
    source, place = sheet.source, sheet.place
    nodata = voids[0] if voids else None
    grid, moved = upright_grid(sheet, frame, piece)
    data: DataRule = "mask" if source.masked else "alpha" if source.alpha else "all"
    if data == "all" and nodata is not None:
        data = "nan" if np.isnan(nodata) else "nodata"
    dtype = _dtype(source.dtype, heights, moved, nodata)
    return Values(
        bands=(SourceBand(source.name, source.driver, 1),), affine=place.affine, width=source.width,
        height=source.height, crs=crs_text(place.crs), target=grid, dtype=dtype, data=data, nodata=nodata,
        published_nodata=_published_nodata(dtype, nodata, data), moved=moved, shift=piece.shift, fit=place.fit,
        city=place.city, area=place.area, alpha=source.alpha, also_void=voids[1:],
        factor=heights.factor, addend=heights.addend,
        resampling="bilinear", overviews="average", names=("height",), units=("m",),
    )  # fmt: skip


def _dtype(stored: str, heights: Heights, moved: bool, nodata: float | None) -> str:
    """Return the published type: as stored when nothing is computed, else float32."""
    computed = moved or heights.factor != 1.0 or heights.addend != 0.0
    return stored if stored in ("int16", "uint16", "int32", "float32") and not computed else "float32"


def _published_nodata(dtype: str, nodata: float | None, data: DataRule) -> float | None:
    if dtype == "float32":
        return float("nan")
    if nodata is not None and np.iinfo(np.dtype(dtype)).min <= nodata <= np.iinfo(np.dtype(dtype)).max:
        return nodata
    return -32768.0 if dtype == "int16" and data != "all" else None
