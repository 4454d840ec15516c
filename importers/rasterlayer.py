"""The story of a raster import: open every sheet, decide, publish each, draw the overview, sum up.

The caller begins the version and publishes it; here files come to lie under the draft's folder of the storage, where
nothing is served from until the catalogue names it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
import rasterio

from importers.batch import Decision, ImportOptions, Progress, Refusal, silent
from importers.content import Reading, bands_of, read_as
from importers.elevation import publish_heights
from importers.errors import Cancelled, NothingToImport, QuestionOpen, UnreadableSource
from importers.imagery import publish_photo, publish_values
from importers.mosaic import index_sheets, write_photo_overview, write_value_overview
from importers.pyramid import zoom_for
from importers.scale import UsableScale, scale_of_elevation, scale_of_imagery
from importers.sheet import Keys, Sheet, open_sheet, ordered
from importers.valuestats import Sampler, merged
from layers.catalogue import Band, Draft, Layer, RasterFacts, RasterFile, VersionFacts
from layers.crs import Transform
from layers.errors import BadQuery, GeoError
from layers.frame import Bounds, Frame
from layers.storage import Storage

RasterKind = Literal["imagery", "elevation"]

TOLD = 100
"""Warnings told one by one; a thousand sheets may share one mistake."""


@dataclass(frozen=True)
class PreparedRaster:
    """A raster layer's next version, stored and ready to be published. Sheets read = ``kept`` + ``refused``."""

    facts: VersionFacts
    files: tuple[RasterFile, ...]
    extent: Bounds
    decisions: tuple[Decision, ...]
    warnings: tuple[str, ...]
    operations: tuple[Transform, ...]
    refused: tuple[Refusal, ...]
    kept: int
    scale: UsableScale


@dataclass(frozen=True)
class _Stored:
    """What one sheet came to."""

    sheet: Sheet
    files: tuple[RasterFile, ...]
    bands: tuple[Band, ...]
    samplers: tuple[Sampler, ...] = ()
    height_system: str | None = None


@dataclass
class _Work:
    """What the steps of one import share."""

    frame: Frame
    options: ImportOptions
    storage: Storage
    keys: Keys
    kind: RasterKind
    current: Layer | None
    stored: list[_Stored] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def prepare_rasters(
    draft: Draft, storage: Storage, frame: Frame, paths: Sequence[Path], options: ImportOptions,
    progress: Progress = silent, *, kind: RasterKind, current: Layer | None = None,
) -> PreparedRaster:  # fmt: skip
    """Store rasters as the next version of a layer.

    ``paths`` are the sheets. Of ``options.read.others``: ``join=yes`` adds them to those of ``current``; ``stack=yes``
    takes files of one band each as the bands of one raster. A single sheet that cannot be taken ends the import; of
    several the others are taken, and the report says which were refused and why.

    Raises:
        GeoError: nothing could be imported, a question is open, or the user cancelled. The draft's folder is the
            caller's to remove.
    """
    work = _Work(frame, options, storage, Keys(storage, draft.id), kind, current if _joins(options) else None)
    if _joins(options) and (current is None or current.version.raster is None):
        raise BadQuery("join=yes adds sheets to a layer, which does not exist yet; import it first", "join")
    sheets = _opened(work, paths)
    if kind == "elevation":
        _publish_heights(work, sheets, progress)
    elif options.read.others.get("stack") == "yes":
        _publish_stack(work, sheets, progress)
    else:
        _publish_imagery(work, sheets, progress)
    if not work.stored:
        raise NothingToImport(f"no sheet could be taken: {'; '.join(one.reason for one in work.refused[:3])}")
    return _summed_up(work, progress)


def _joins(options: ImportOptions) -> bool:
    return options.read.others.get("join") == "yes"


def _opened(work: _Work, paths: Sequence[Path]) -> list[Sheet]:
    """Open all sheets; what cannot be opened is refused, unless it is the only one. Questions are asked."""
    sheets = []
    for path in paths:
        try:
            sheets.append(open_sheet(path, work.frame, work.options))
        except QuestionOpen:
            raise
        except GeoError as error:
            _refuse(work, path.name, error, len(paths))
    return sheets


def _refuse(work: _Work, name: str, error: GeoError, sheets: int) -> None:
    if sheets == 1 or isinstance(error, BadQuery | Cancelled):
        raise error
    work.refused.append(Refusal(name, str(error)))


def _publish_imagery(work: _Work, sheets: list[Sheet], progress: Progress) -> None:
    readings = [read_as(sheet, work.options) for sheet in sheets]
    known = _known_bands(work)
    photos = [reading.content == "photo" for reading in readings]
    as_photo = _is_photo(work.current) if work.current is not None else sum(photos) * 2 >= len(photos)
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
            _refuse(work, sheet.name, UnreadableSource(f"{sheet.name}: {reason}"), len(sheets))
    for place, (sheet, reading, bands) in enumerate(todo):
        part = _part(progress, place, len(todo), sheet.name)
        try:
            if reading.content == "photo":
                done, files = publish_photo(
                    sheet, reading, work.frame, work.options, work.storage, work.keys, part, in_colour
                )
                _keep(work, _Stored(done, files, bands), len(todo))
            else:
                done, files, samplers = publish_values(
                    sheet, reading, work.frame, work.options, work.storage, work.keys, part
                )
                _keep(work, _Stored(done, files, bands, tuple(samplers)), len(todo))
        except GeoError as error:
            _refuse(work, sheet.name, error, len(sheets))


def _keep(work: _Work, stored: _Stored, sheets: int) -> None:
    name = stored.sheet.name
    if not stored.files:
        raise NothingToImport(f"{name}: holds no pixel with data")
    if stored.samplers and not any(sampler.valid for sampler in stored.samplers):
        if sheets > 1:
            raise NothingToImport(f"{name}: holds no pixel with data")
        stored = replace(stored, sheet=stored.sheet.warning(f"{name}: the image is empty, every pixel is nodata"))
    work.stored.append(stored)


def _known_bands(work: _Work) -> tuple[Band, ...]:
    raster = work.current.version.raster if work.current else None
    return raster.bands if raster else ()


def _is_photo(layer: Layer) -> bool:
    raster = layer.version.raster
    return raster is not None and all(file.aligned for file in raster.files)


def _unlike(reading: Reading, bands: tuple[Band, ...], as_photo: bool, known: tuple[Band, ...]) -> str | None:
    """Say why a sheet cannot be in the same layer as the others; None when it can."""
    if (reading.content == "photo") != as_photo:
        other = "photographs" if as_photo else "rasters whose values are kept"
        return f"its content is {reading.content}, the other sheets are {other}; import it as a layer of its own"
    if known and not as_photo and [band.dtype for band in bands] != [band.dtype for band in known]:
        has, want = (" ".join(band.dtype for band in some) for some in (bands, known))
        return f"its bands are {has}, those of the other sheets {want}; import it as a layer of its own"
    return None


def _publish_stack(work: _Work, sheets: list[Sheet], progress: Progress) -> None:
    """Take files of one band each, in their order, as the bands of one raster."""
    first, *others = sheets
    for sheet in sheets:
        if len(sheet.source.bands) != 1:
            raise BadQuery(f"{sheet.name} has {len(sheet.source.bands)} bands; stack=yes takes files of one", "stack")
        same = sheet.place.affine.almost_equals(first.place.affine, 1e-6) and sheet.place.crs == first.place.crs
        if not same or (sheet.source.width, sheet.source.height) != (first.source.width, first.source.height):
            raise BadQuery(
                f"{sheet.name} and {first.name} do not lie on the same pixels and cannot be stacked", "stack"
            )
    reading = replace(read_as(first, work.options), content="values")
    names = ", ".join(sheet.name for sheet in sheets)
    first = first.deciding(Decision("bands", f"one band from each of {len(sheets)} files", "user", (names,)))
    done, files, samplers = publish_values(
        first, reading, work.frame, work.options, work.storage, work.keys, progress, tuple(others)
    )
    work.stored.append(_Stored(done, files, bands_of(first, reading, tuple(others)), tuple(samplers)))
    work.stored += [_Stored(other, (), ()) for other in others]


def _publish_heights(work: _Work, sheets: list[Sheet], progress: Progress) -> None:
    raster = work.current.version.raster if work.current else None
    known = {raster.height_system} if raster else set()
    for place, sheet in enumerate(sheets):
        try:
            part = _part(progress, place, len(sheets), sheet.name)
            done, heights, files, samplers = publish_heights(
                sheet, work.frame, work.options, work.storage, work.keys, part
            )
            known = known or {heights.system}
            if heights.system not in known:
                other = next(iter(known)) or "unknown"
                raise UnreadableSource(
                    f"{sheet.name}: its heights are {heights.system or 'of an unknown system'}, those of the other "
                    f"sheets {other}; height systems are not mixed"
                )
        except GeoError as error:
            _refuse(work, sheet.name, error, len(sheets))
            continue
        with rasterio.open(work.storage.open_name(files[0].key)) as published:
            band = Band("height", published.dtypes[0], unit="m")
        work.stored.append(_Stored(done, files, (band,), tuple(samplers), heights.system))


def _part(progress: Progress, place: int, count: int, name: str) -> Progress:
    """Return a progress that tells of one sheet among several."""

    def told(done: float, total: float | None, message: str) -> None:
        progress(place + done / (total or 1), count, message if count == 1 else f"sheet {place + 1} of {count}: {name}")

    return told


def _summed_up(work: _Work, progress: Progress) -> PreparedRaster:
    before = work.current.version.raster if work.current else None
    fresh = [file for stored in work.stored for file in stored.files]
    names = {file.source for file in fresh}
    older = [file for file in before.files if file.source not in names] if before else []
    files = ordered([*older, *fresh])
    first = work.stored[0]
    bands = before.bands if before else first.bands
    overview = _overview(work, files, fresh, len(bands), progress) if len(files) > 1 else None
    with rasterio.open(work.storage.open_name(files[0].key)) as published:
        nodata = published.nodata
    palette = first.sheet.source.palette if not files[0].aligned else None
    sheets = [stored.sheet for stored in work.stored]
    pixels = [file.resolution_m for file in files]
    scale = _scale(work, max(pixels))
    finest = min((sheet.place.mercator_m for sheet in sheets if sheet.place.mercator_m > 0), default=1.0)
    ways = [sheet.place.to_frame for sheet in sheets]
    operations = tuple({way.steps: way for way in ways}.values())
    facts = VersionFacts(
        srid=work.frame.storage_srid,
        max_zoom=max(zoom_for(finest), work.current.version.facts.max_zoom if work.current else 0),
        raster=RasterFacts(
            bands=bands, resolution_m=min(pixels), nodata=nodata,
            stretch=before.stretch if before else _stretch(work), colormap=palette,
            height_system=first.height_system, unit="m" if work.kind == "elevation" else None, overview=overview,
        ),
        accuracy_m=work.options.accuracy_m, largest_scale=scale.denominator,
        operation="; ".join(step for operation in operations for step in operation.steps) or None,
    )  # fmt: skip
    replaced = [file.source for file in before.files if file.source in names] if before else []
    return PreparedRaster(
        facts, files, _extent(files), (*_folded(sheets), *_joined(before, older, replaced)), _shortened(sheets),
        operations, tuple(work.refused), len(work.stored), scale,
    )  # fmt: skip


def _overview(
    work: _Work, files: tuple[RasterFile, ...], fresh: list[RasterFile], bands: int, progress: Progress
) -> RasterFile | None:
    index = index_sheets(files, work.frame)
    local, key = work.keys.next()
    before = work.current.version.raster if work.current else None
    if all(file.aligned for file in files):
        touched = frozenset(file.key for file in fresh)
        pyramid = write_photo_overview(
            index, work.storage, local, bands == 3, progress, before.overview if before else None, touched
        )
        bounds, size, aligned = pyramid.bounds, (pyramid.width, pyramid.height), True
    else:
        by_average = work.kind == "elevation" or work.stored[0].sheet.source.palette is None
        bounds, size = write_value_overview(index, work.storage, local, by_average, progress)
        aligned = False
    work.storage.place(local, key)
    metres = (bounds.east - bounds.west) / size[0] * np.cos(np.radians(work.frame.centre[1]))
    return RasterFile(
        key, "EPSG:3857", bounds, _extent(files), size[0], size[1], float(metres), "overview", aligned=aligned
    )


def _extent(files: Sequence[RasterFile]) -> Bounds:
    extent = files[0].extent
    for file in files[1:]:
        extent = extent.union(file.extent)
    return extent


def _stretch(work: _Work) -> tuple[tuple[float, float], ...] | None:
    samplers = [sampler for stored in work.stored for sampler in stored.samplers]
    if not samplers or work.stored[0].sheet.source.palette is not None:
        return None
    return tuple(band.stretch or (0.0, 1.0) for band in merged(samplers).bands())


def _scale(work: _Work, pixel_m: float) -> UsableScale:
    rule = scale_of_elevation if work.kind == "elevation" else scale_of_imagery
    return rule(pixel_m, work.options.accuracy_m)


def _folded(sheets: list[Sheet]) -> tuple[Decision, ...]:
    """Return each decision once, with the number of sheets it was taken for."""
    counts: dict[tuple[str, str, str], list[Decision]] = {}
    for sheet in sheets:
        for decision in sheet.decisions:
            counts.setdefault((decision.what, decision.value, decision.by), []).append(decision)
    many = len(sheets) > 1
    return tuple(
        replace(same[0], evidence=(*same[0].evidence, f"{len(same)} of {len(sheets)} sheets")) if many else same[0]
        for same in counts.values()
    )


def _joined(before: RasterFacts | None, older: list[RasterFile], replaced: list[str]) -> tuple[Decision, ...]:
    if before is None:
        return ()
    evidence = (f"{len(older)} sheets stay", *(f"{name} is replaced" for name in replaced[:TOLD]))
    return (Decision("mosaic", "the sheets join those of the layer", "user", evidence),)


def _shortened(sheets: list[Sheet]) -> tuple[str, ...]:
    told = list(dict.fromkeys(warning for sheet in sheets for warning in sheet.warnings))
    return (*told[:TOLD], *((f"and {len(told) - TOLD} more warnings",) if len(told) > TOLD else ()))
