"""One raster file on its way in: what it is, where it lies, and what was decided about it."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import rasterio.features
import shapely
from affine import Affine
from rasterio.enums import Resampling
from shapely.geometry.base import BaseGeometry

from importers.batch import Decision, ImportOptions
from importers.errors import QuestionOpen
from importers.height.text_grid import check_numbers
from importers.raster.capture import capture_date
from importers.raster.crs import CrsAnswer, require_crs, settle_crs
from importers.raster.file import RasterSource, inspect_raster
from importers.raster.picture import way_between
from importers.raster.placing import Place, place_raster
from importers.raster.sheet_name import named_sheet
from layers.crs.names import parse_crs
from layers.crs.transform import Transform
from layers.frame import Bounds, Frame
from layers.layer import RasterFile
from layers.sentences import say
from layers.storage import Storage

FOOTPRINT_PIXELS = 512
STRAIGHT = 1e-8
"""Degrees that a footprint's edge may bend and is still straight: a tenth of what it is rounded to."""


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
    lost = source.unwritten if source.unwritten and source.unwritten.loose else None
    doubts = place.doubts + (((say("content"), lost.told(path.name)),) if lost else ())
    sheet = Sheet(source, place, answer, captured, answer.decisions + when, warnings, doubts)
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


def _outside(place: Place, frame: Frame, name: str) -> tuple[str, ...]:
    if place.extent.intersects(frame.extent):
        return ()
    return (say("sheet-outside-frame", name=name, title=frame.title or frame.name),)


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


def data_outline(local: Path, crs: str, sheet: Sheet, frame: Frame, around: BaseGeometry) -> BaseGeometry:
    """Return the part of a raster's outline ``around`` where a published file in ``crs`` has data."""
    way = storage_way(crs, frame, sheet.place.area)
    seen: BaseGeometry = shapely.intersection(shapely.make_valid(footprint(local, way)), around)
    return seen


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
    data: BaseGeometry | None = None,
    pixels: Bounds | None = None,
) -> RasterFile:
    """Put a finished file into the storage and return what the catalogue says about it.

    ``around`` is the raster's outline; ``data`` where it has data, when that is less; ``pixels`` the box of its pixels,
    when that is less than ``bounds``.
    """
    storage.place(local, key)
    box = Bounds(*around.bounds)
    data = around if data is None else data
    tight = data.area > 0.999 * shapely.box(*box).area
    return RasterFile(
        key=key, crs=crs, bounds=bounds, extent=box, width=size[0], height=size[1], resolution_m=sheet.place.pixel_m,
        source=sheet.name, captured=sheet.captured, aligned=aligned, pixels=pixels,
        footprint=None if tight else shapely.to_wkt(data.simplify(STRAIGHT), rounding_precision=7),
    )  # fmt: skip


def storage_way(crs: str, frame: Frame, area: Bounds | None) -> Transform:
    """Return the way from a published file's CRS to degrees of the storage CRS."""
    return way_between(parse_crs(crs), parse_crs(frame.storage_srid), None, area)


class Keys:
    """Names the files of one draft: a local path to write at and the storage key it will have.

    Those who name files of one draft at the same time have a ``prefix`` each.
    """

    def __init__(self, storage: Storage, draft: int, prefix: str = "") -> None:
        self.draft = draft
        self._folder = f"rasters/{draft}"
        self._prefix = prefix
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
        name = f"{self._prefix}{self._count:04d}"
        return self._local / f"{name}.working.tif", f"{self._folder}/{name}.tif"
