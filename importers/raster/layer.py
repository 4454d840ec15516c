"""The story of a raster import: open every sheet, decide, publish each, draw the overview, sum up.

The caller begins the version and publishes it; here files come to lie under the draft's folder of the storage, where
nothing is served from until the catalogue names it.
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import rasterio

from importers.batch import Progress, Refusal
from importers.errors import Cancelled, NothingToImport, QuestionOpen, UnreadableSource
from importers.height.point_grid import as_raster
from importers.raster.content import Reading, bands_of, read_as
from importers.raster.making import make_sheets
from importers.raster.sheet import Keys, Sheet, open_sheet
from importers.raster.stack import doubted, publish_stack
from importers.raster.summary import PreparedRaster, summed_up
from importers.raster.value_stats import Sampler
from importers.raster.work import RasterKind, Stored, Work
from layers.errors import BadQuery, GeoError
from layers.layer import Band, Draft, Layer
from layers.memory import give_back
from layers.rasters import Mosaic
from layers.sentences import reason, say
from layers.workplace import workplace

if TYPE_CHECKING:
    from importers.desk import Desk

SHEETS_SHARE = 0.95
"""Share of the time that the sheets of a mosaic take; the overview takes the rest."""


def prepare_rasters(
    desk: "Desk", draft: Draft, paths: Sequence[Path], kind: RasterKind, joined: Layer | None = None
) -> PreparedRaster:
    """Store rasters as the next version of a layer.

    ``paths`` are the sheets, which are added to those of ``joined`` where they join a layer. Of the options of the
    import, ``stack=yes`` takes files of one band each as the bands of one raster. A single sheet that cannot be taken
    ends the import; of several the others are taken, and the report says which were refused and why.

    Raises:
        GeoError: nothing could be imported, a question is open, or the user cancelled. The draft's folder is the
            caller's to remove.
    """
    mosaic = None if joined is None else Mosaic(desk.session, joined.version.id)
    keys = Keys(desk.storage, draft.id)
    work = Work(desk.frame, desk.options, desk.storage, keys, kind, joined, mosaic, desk.spread)
    with workplace("points") as folder:
        return _prepared(work, paths, folder, desk.progress)


def _prepared(work: Work, paths: Sequence[Path], folder: Path, progress: Progress) -> PreparedRaster:
    several = _published(work, paths, folder, progress)
    give_back()  # what was held of every sheet, before the overview wants room
    if not work.told.sheets:
        raise NothingToImport(say("no-sheet-taken", refused=tuple(one.reason for one in work.refused[:3])))
    return summed_up(work, _between(progress, SHEETS_SHARE, 1.0) if several else progress)


def _published(work: Work, paths: Sequence[Path], folder: Path, progress: Progress) -> bool:
    """Open and store all sheets; say whether they are several, so that an overview is to be drawn."""
    sheets = _opened(work, paths, folder)
    several = len(sheets) > 1 or work.current is not None
    publishing = _between(progress, 0.0, SHEETS_SHARE) if several else progress
    if work.kind == "elevation":
        _publish_heights(work, sheets, publishing)
    elif work.options.read.others.get("stack") == "yes":
        publish_stack(work, sheets, publishing)
    else:
        _publish_imagery(work, sheets, publishing)
    return several


def _between(progress: Progress, low: float, high: float) -> Progress:
    """Return a progress for one part of the work, from ``low`` to ``high`` of the whole: it never runs backwards."""

    def told(done: float, total: float | None, message: str) -> None:
        progress(low + (high - low) * min(1.0, done / (total or 1)), 1.0, message)

    return told


def _opened(work: Work, paths: Sequence[Path], folder: Path) -> list[Sheet]:
    """Open all sheets; what cannot be opened is refused, unless it is the only one. Questions are asked."""
    sheets: list[Sheet] = []
    for path in paths:
        try:
            place, swapped = folder / str(len(sheets)), work.options.read.axis == "yx"
            raster = as_raster(path, place, heights=work.kind == "elevation", north_first=swapped)
            sheets.append(open_sheet(raster, work.frame, work.options))
        except QuestionOpen:
            raise
        except GeoError as error:
            _refuse(work, path.name, error, len(paths))
    return sheets


def _refuse(work: Work, name: str, error: GeoError, sheets: int) -> None:
    if sheets == 1 or isinstance(error, BadQuery | Cancelled):
        raise error
    work.refused.append(Refusal(name, reason(error)))


def _publish_imagery(work: Work, sheets: list[Sheet], progress: Progress) -> None:
    readings = [read_as(sheet, work.options) for sheet in sheets]
    known = _known_bands(work)
    photos = [reading.content == "photo" for reading in readings]
    as_photo = _is_photo(work) if work.current is not None else sum(photos) * 2 >= len(photos)
    in_colour = len(known) == 3 if known else any(
        len(reading.bands) == 3 or sheet.source.palette is not None
        for sheet, reading in zip(sheets, readings, strict=True)
    )  # fmt: skip
    todo = []
    for sheet, reading in zip(sheets, readings, strict=True):
        bands = bands_of(sheet, reading, in_colour=in_colour)
        reason = _unlike(reading, bands, as_photo, known)
        if reason is None:
            todo.append((sheet.deciding(*reading.decisions), reading, bands))
            known = known or bands
        else:
            _refuse(
                work, sheet.name, UnreadableSource(say("sheet-reason", sheet=sheet.name, reason=reason)), len(sheets)
            )
    pairs = doubted([(sheet, reading) for sheet, reading, _ in todo])
    kept_bands = [bands for _, _, bands in todo]
    outcomes = make_sheets(
        work.making(in_colour=in_colour), pairs, work.storage, work.keys, progress, work.spread
    )  # fmt: skip
    with closing(outcomes):
        for (sheet, _), bands, made in zip(pairs, kept_bands, outcomes, strict=True):
            try:
                if isinstance(made, GeoError):
                    raise made
                work.elsewhere += made.elsewhere
                _keep(work, Stored(made.told_of(sheet), made.files, bands), made.samplers, len(todo))
            except GeoError as error:
                _refuse(work, sheet.name, error, len(sheets))


def _keep(work: Work, stored: Stored, samplers: Sequence[Sampler], sheets: int) -> None:
    name = stored.sheet.name
    if not stored.files:
        raise NothingToImport(say("no-pixel", name=name))
    if samplers and not any(sampler.valid for sampler in samplers):
        if sheets > 1:
            raise NothingToImport(say("no-pixel", name=name))
        stored = replace(stored, sheet=stored.sheet.warning(say("image-empty", name=name)))
    work.keep(stored, samplers)


def _known_bands(work: Work) -> tuple[Band, ...]:
    raster = work.current.version.raster if work.current else None
    return raster.bands if raster else ()


def _is_photo(work: Work) -> bool:
    raster = work.current.version.raster if work.current else None
    overview = raster.overview if raster else None
    return overview.aligned if overview is not None else work.mosaic is not None and work.mosaic.totals().aligned


def _unlike(reading: Reading, bands: tuple[Band, ...], as_photo: bool, known: tuple[Band, ...]) -> str | None:
    """Say why a sheet cannot be in the same layer as the others; None when it can."""
    if (reading.content == "photo") != as_photo:
        other = "photographs" if as_photo else say("values-kept")
        return say("other-content", content=reading.content, other=other)
    if known and not as_photo and [band.dtype for band in bands] != [band.dtype for band in known]:
        has, want = (" ".join(band.dtype for band in some) for some in (bands, known))
        return say("other-bands", has=has, want=want)
    return None


def _publish_heights(work: Work, sheets: list[Sheet], progress: Progress) -> None:
    raster = work.current.version.raster if work.current else None
    known = {raster.height_system} if raster else set()
    outcomes = make_sheets(
        work.making(), [(sheet, None) for sheet in sheets], work.storage, work.keys, progress, work.spread
    )  # fmt: skip
    with closing(outcomes):
        for sheet, made in zip(sheets, outcomes, strict=True):
            if isinstance(made, GeoError):
                _refuse(work, sheet.name, made, len(sheets))
                continue
            known = known or {made.height_system}
            if made.height_system not in known:
                _refuse(work, sheet.name, _mixed(sheet, made.height_system, next(iter(known))), len(sheets))
                continue
            work.elsewhere += made.elsewhere
            with rasterio.open(work.storage.open_name(made.files[0].key)) as published:
                band = Band("height", published.dtypes[0], unit="m")
            work.keep(Stored(made.told_of(sheet), made.files, (band,), made.height_system), made.samplers)


def _mixed(sheet: Sheet, system: str | None, other: str | None) -> UnreadableSource:
    has, others = system or say("of-unknown-system"), other or say("unknown")
    return UnreadableSource(say("heights-mixed", sheet=sheet.name, system=has, other=others))
