"""One raster file on its way in: what it is, where it lies, and what was decided about it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

import numpy as np
import rasterio.features
import shapely
from affine import Affine
from rasterio.enums import Resampling
from shapely.geometry.base import BaseGeometry

from importers.batch import Decision, ImportOptions
from importers.errors import QuestionOpen
from importers.height.text_grid import check_numbers
from importers.raster.crs import CrsAnswer, require_crs, settle_crs
from importers.raster.file import RasterSource, inspect_raster
from importers.raster.outline import outline
from importers.raster.picture import crs_text, way_between
from importers.raster.placing import Piece, Place, place_raster
from importers.raster.sheet_name import named_sheet
from importers.raster.value_grid import TargetGrid
from layers.crs.names import parse_crs
from layers.crs.transform import Floats, Transform
from layers.frame import Bounds, Frame
from layers.layer import RasterFile
from layers.sentences import say
from layers.storage import Storage

FOOTPRINT_PIXELS = 512
_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.:/年]?(0[1-9]|1[0-2])[-_.:/月]?(0[1-9]|[12]\d|3[01])(?!\d)")
# What satellites and cameras call the time a picture was taken, in GDAL's metadata.
_TAKEN = (
    "ACQUISITIONDATETIME", "ACQUISITION_DATETIME", "ACQUISITION_DATE", "DATE_ACQUIRED", "SENSING_TIME",
    "PRODUCT_START_TIME", "EXIF_DateTimeOriginal", "CAPTURE_DATE",
)  # fmt: skip
# Datum steps that leave values where they are: the frame reaches such a CRS by projection alone.
KEPT_KINDS = ("same", "projection", "identity")


@dataclass(frozen=True)
class Sheet:
    """A raster file with its place, its capture date, and the decisions and warnings so far."""

    source: RasterSource
    place: Place
    answer: CrsAnswer
    captured: date | None = None
    decisions: tuple[Decision, ...] = ()
    warnings: tuple[str, ...] = ()
    doubts: tuple[tuple[str, str], ...] = ()
    """What makes the import conditional: names of checks and their details."""

    @property
    def name(self) -> str:
        """The file's name."""
        return self.source.path.name

    def deciding(self, *decisions: Decision) -> "Sheet":
        """Return the sheet with further decisions."""
        return replace(self, decisions=self.decisions + decisions)

    def warning(self, *warnings: str) -> "Sheet":
        """Return the sheet with further warnings."""
        return replace(self, warnings=self.warnings + warnings)

    def doubting(self, check: str, *details: str) -> "Sheet":
        """Return the sheet with what makes a check conditional; each detail is a warning too."""
        doubts = tuple((check, detail) for detail in details)
        return replace(self, doubts=self.doubts + doubts, warnings=self.warnings + details)


def open_sheet(path: Path, frame: Frame, options: ImportOptions) -> Sheet:
    """Look at a raster and find where it lies.

    Raises:
        UnreadableSource, UnsupportedSource: it cannot be read, or lies nowhere.
        QuestionOpen: its coordinate system must be asked for.
        NoDatumOperation: its datum cannot be brought onto the frame.
    """
    source = inspect_raster(path, chosen_layer(path, options))
    if not source.bands:
        raise QuestionOpen(
            say("holds-rasters-say", file=path.name, count=len(source.layers), layers=" or ".join(source.layers))
        )
    told = check_numbers(path, source.driver, source.width * source.height)
    answer = settle_crs(source, options.read.crs, frame)
    place = place_raster(source, require_crs(answer, path.name), frame, options.read, options.city)
    captured, when = capture_date(path, options, source.tags)
    if twice := source.tags.get("POINTS_TOO_MANY"):
        told += (say("points-share-cells", file=path.name, twice=twice),)
    if source.tags.get("NSDTF"):
        told += (say("nsdtf-origin", file=path.name),)
    warnings = (*source.warnings, *told, *answer.warnings, *place.warnings)
    sheet = Sheet(source, place, answer, captured, answer.decisions + when, warnings, place.doubts)
    return _held_against_name(sheet.doubting(say("place"), *_outside(place, frame, path.name)))


def _held_against_name(sheet: Sheet) -> Sheet:
    """Compare a file named after a map sheet with that sheet."""
    outlines = shapely.union_all([piece.outline for piece in sheet.place.pieces])
    named = named_sheet(sheet.source.path.stem, outlines)
    if named is None:
        return sheet
    found = named.check(sheet.name, fills=True)
    if found.outcome != "pass":
        return sheet.doubting(say("sheet"), found.detail)
    return sheet.deciding(Decision(say("sheet"), say("sheet-in-name"), "rule", (found.detail,)))


def chosen_layer(path: Path, options: ImportOptions) -> str | None:
    """Return the variable or raster table wanted of a file that holds several."""
    return options.read.layer[0] if options.read.layer and path.suffix.lower() in (".nc", ".gpkg") else None


def capture_date(
    path: Path, options: ImportOptions, tags: Mapping[str, str] = MappingProxyType({})
) -> tuple[date | None, tuple[Decision, ...]]:
    """Return when the raster was taken: the user's word, else its metadata, else a date in the file's name.

    A TIFF's own date and time tell when the file was written, not when the picture was taken; they do not count.
    """
    if options.captured is not None:
        return options.captured, (Decision(say("capture-date"), options.captured.isoformat(), "user"),)
    stated = next(((name, tags[name]) for name in _TAKEN if _date_in(tags.get(name, ""))), None)
    if stated is not None:
        when = _date_in(stated[1])
        return when, (
            Decision(
                say("capture-date"), f"{when}", "file", (say("metadata-say", stated=stated[0], stated2=stated[1]),)
            ),
        )
    when = _date_in(path.stem)
    if when is None:
        return None, ()
    return when, (Decision(say("capture-date"), when.isoformat(), "rule", (say("file-is-named", file=path.name),)),)


def _date_in(text: str) -> date | None:
    found = _DATE.search(text)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def _outside(place: Place, frame: Frame, name: str) -> tuple[str, ...]:
    if place.extent.intersects(frame.extent):
        return ()
    return (say("sheet-outside-frame", name=name, title=frame.title or frame.name),)


def upright_grid(sheet: Sheet, frame: Frame, piece: Piece | None) -> tuple[TargetGrid, bool]:
    """Return the grid a raster is published on when its values are kept, and whether pixels must move for it.

    ``piece`` cuts a grid of longitudes to one side of 180 degrees.
    """
    place, source = sheet.place, sheet.source
    a = place.affine
    is_level = place.fit is None and a.b == 0 and a.d == 0 and a.a > 0
    if place.to_frame.kind not in KEPT_KINDS:
        return _storage_grid(sheet, frame), True
    if not is_level:
        return _level_grid(sheet), True
    first, last = 0, source.width
    if piece is not None and piece.shift:
        west, _, east, _ = piece.outline.bounds
        first = max(0, round((west + piece.shift - a.c) / a.a))
        last = min(source.width, round((east + piece.shift - a.c) / a.a))
    elif piece is not None and len(place.pieces) > 1 and place.crs.is_geographic:
        first = max(0, round((piece.outline.bounds[0] - a.c) / a.a))
        last = min(source.width, round((piece.outline.bounds[2] - a.c) / a.a))
    west = a.c + first * a.a - (piece.shift if piece else 0.0)
    north = a.f if a.e < 0 else a.f + source.height * a.e
    affine = Affine(a.a, 0, west, 0, -abs(a.e), north)
    return TargetGrid(crs_text(place.crs), affine, last - first, source.height), False


def _level_grid(sheet: Sheet) -> TargetGrid:
    """Return an upright grid in the raster's own CRS around a turned one, with pixels of the same size."""
    place, source = sheet.place, sheet.source
    x, y = _corners(sheet)
    a = place.affine
    if place.fit is None:
        side = float(np.sqrt(abs(a.a * a.e - a.b * a.d)))
    else:
        side = float(np.sqrt(np.ptp(x) * np.ptp(y) / (source.width * source.height)))
    return _grid_around(crs_text(place.crs), x, y, side, side)


def _storage_grid(sheet: Sheet, frame: Frame) -> TargetGrid:
    """Return a grid in degrees of the storage CRS around a raster whose datum must be changed."""
    west, south, east, north = sheet.place.extent
    metres_north, metres_east = 110_900.0, 111_320.0 * np.cos(np.radians((south + north) / 2))
    side = sheet.place.pixel_m
    return _grid_around(
        f"EPSG:{frame.storage_srid}", np.array([west, east]), np.array([south, north]), side / metres_east,
        side / metres_north,
    )  # fmt: skip


def _corners(sheet: Sheet) -> tuple[Floats, Floats]:
    return outline(sheet.source, sheet.place.affine, sheet.place.fit)


def _grid_around(crs: str, x: Floats, y: Floats, width: float, height: float) -> TargetGrid:
    affine = Affine(width, 0, float(x.min()), 0, -height, float(y.max()))
    columns, rows = int(np.ceil(np.ptp(x) / width - 1e-6)), int(np.ceil(np.ptp(y) / height - 1e-6))
    return TargetGrid(crs, affine, max(1, columns), max(1, rows))


def footprint(local: Path, to_frame: Transform) -> BaseGeometry:
    """Return the outline of a published file's data, in degrees of the storage CRS, to 1/512 of its size."""
    with rasterio.open(local) as dataset:
        factor = max(1.0, dataset.width / FOOTPRINT_PIXELS, dataset.height / FOOTPRINT_PIXELS)
        shape = (max(1, round(dataset.height / factor)), max(1, round(dataset.width / factor)))
        mask = dataset.dataset_mask(out_shape=shape, resampling=Resampling.nearest)
        affine = dataset.transform @ Affine.scale(dataset.width / shape[1], dataset.height / shape[0])
    seen = np.where(mask > 0, 1, 0).astype(np.uint8)
    parts = [shapely.geometry.shape(found) for found, _ in rasterio.features.shapes(seen, seen > 0, transform=affine)]
    around = shapely.union_all(parts).simplify(abs(affine.a))
    moved: BaseGeometry = to_frame.geometry(np.array([around]))[0]
    return moved


def publish_file(
    sheet: Sheet,
    storage: Storage,
    local: Path,
    key: str,
    *,
    crs: str,
    bounds: Bounds,
    size: tuple[int, int],
    around: BaseGeometry,
    aligned: bool,
) -> RasterFile:
    """Put a finished file into the storage and return what the catalogue says about it."""
    storage.place(local, key)
    box = Bounds(*around.bounds)
    whole = shapely.box(*box)
    tight = around.area > 0.999 * whole.area
    return RasterFile(
        key=key, crs=crs, bounds=bounds, extent=box, width=size[0], height=size[1], resolution_m=sheet.place.pixel_m,
        source=sheet.name, captured=sheet.captured, aligned=aligned,
        footprint=None if tight else shapely.to_wkt(around, rounding_precision=7),
    )  # fmt: skip


def ordered(files: Sequence[RasterFile]) -> tuple[RasterFile, ...]:
    """Number the files of a mosaic so that of two that overlap the newer, else the finer, lies on top."""
    ranked = sorted(files, key=lambda file: (file.captured or date.min, -file.resolution_m, file.key))
    return tuple(file if file.order == place else replace(file, order=place) for place, file in enumerate(ranked))


def storage_way(crs: str, frame: Frame, area: Bounds | None, city: Sequence[Transform] = ()) -> Transform:
    """Return the way from a published file's CRS to degrees of the storage CRS."""
    return way_between(parse_crs(crs), parse_crs(frame.storage_srid), city, area)


class Keys:
    """Names the files of one draft: a local path to write at and the storage key it will have."""

    def __init__(self, storage: Storage, draft: int) -> None:
        self._folder = f"rasters/{draft}"
        self._count = 0
        self._local = storage.path(self._folder)
        self._local.mkdir(parents=True, exist_ok=True)

    @property
    def folder(self) -> Path:
        """The draft's own folder, where unfinished files may lie too."""
        return self._local

    def next(self) -> tuple[Path, str]:
        """Return the next file's working path and key."""
        self._count += 1
        key = f"{self._folder}/{self._count:04d}.tif"
        return self._local / f"{self._count:04d}.working.tif", key
