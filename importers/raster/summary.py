"""Sums up a raster import: the mosaic's order and overview, the layer's bands and stretch, what the report says."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import rasterio

from importers.batch import Decision, Progress, Refusal
from importers.raster.joining import Joined, join_files
from importers.raster.photo_overview import tiles_before, write_photo_overview
from importers.raster.pyramid import TILE, resolution, zoom_for
from importers.raster.seams import match_edges
from importers.raster.sheet_index import index_sheets, is_wide
from importers.raster.value_overview import OVERVIEW_PART, overview_before, pixel_of, write_value_overview
from importers.raster.work import TOLD, Work
from importers.report import Check
from importers.scale import UsableScale, scale_of_elevation, scale_of_imagery
from layers.crs.transform import Transform
from layers.frame import Bounds
from layers.layer import RasterFacts, RasterFile, VersionFacts
from layers.sentences import say


@dataclass(frozen=True)
class PreparedRaster:
    """A raster layer's next version, stored and ready to be published. Sheets read = ``kept`` + ``refused``.

    ``files`` are the new ones, of ``count`` in all; ``replaced`` the keys of those of the version before that go.
    """

    facts: VersionFacts
    files: tuple[RasterFile, ...]
    count: int
    replaced: tuple[str, ...]
    extent: Bounds
    decisions: tuple[Decision, ...]
    warnings: tuple[str, ...]
    operations: tuple[Transform, ...]
    refused: tuple[Refusal, ...]
    kept: int
    scale: UsableScale
    format: str
    doubts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    edges: Check | None = None
    has_data: bool = True
    elsewhere: int = 0


def summed_up(work: Work, progress: Progress) -> PreparedRaster:
    """Number the files, draw the overview of a mosaic, and put together what is published and reported."""
    before = work.current.version.raster if work.current else None
    joined = join_files(work.files, work.mosaic)
    totals, told = joined.totals, work.told
    ways = tuple(told.ways.values())
    scale = _scale(work, totals.coarsest_m)
    return PreparedRaster(
        facts=VersionFacts(
            srid=work.frame.storage_srid, max_zoom=_max_zoom(work), raster=_facts(work, joined, progress),
            accuracy_m=_accuracy(work, ways), largest_scale=scale.denominator,
            operation="; ".join(dict.fromkeys(step for way in ways for step in way.steps)) or None,
        ),
        files=joined.fresh, count=totals.count, replaced=tuple(file.key for file in joined.replaced),
        extent=joined.extent, decisions=(*told.decided(), *_joined(before, joined)), warnings=told.warnings,
        operations=ways, refused=tuple(work.refused), kept=told.sheets, scale=scale, format=" and ".join(told.drivers),
        doubts=told.doubts, edges=_edges(work, joined, scale),
        elsewhere=work.elsewhere, has_data=work.seen is None or work.seen.valid > 0,
    )  # fmt: skip


def _facts(work: Work, joined: Joined, progress: Progress) -> RasterFacts:
    before = work.current.version.raster if work.current else None
    first = work.first
    bands = before.bands if before else first.bands
    overview = _overview(work, joined, len(bands), progress) if joined.totals.count > 1 else None
    with rasterio.open(work.storage.open_name(joined.fresh[0].key)) as published:
        # NaN is no data without saying, and JSON has no word for it
        nodata = published.nodata if published.nodata is not None and math.isfinite(published.nodata) else None
    return RasterFacts(
        bands=bands, resolution_m=joined.totals.finest_m, nodata=before.nodata if before else nodata,
        stretch=before.stretch if before else _stretch(work),
        colormap=before.colormap if before else None if joined.fresh[0].aligned else first.sheet.source.palette,
        height_system=first.height_system, unit="m" if work.kind == "elevation" else None, overview=overview,
    )  # fmt: skip


def _max_zoom(work: Work) -> int:
    """Return the zoom at which the finest sheet's pixels are shown one to one."""
    return max(zoom_for(work.told.finest_m or 1.0), work.current.version.facts.max_zoom if work.current else 0)


def _accuracy(work: Work, ways: tuple[Transform, ...]) -> float | None:
    """Return the stated error of the data and the worst of the operations together; None while one is unknown."""
    own = work.options.accuracy_m
    steps = [way.accuracy_m for way in ways]
    if own is None or any(step is None for step in steps):
        return None
    return math.hypot(own, max((step for step in steps if step is not None), default=0.0))


def _overview(work: Work, joined: Joined, bands: int, progress: Progress) -> RasterFile:
    before = work.current.version.raster if work.current else None
    previous = before.overview if before else None
    local, key = work.keys.next()
    extent = joined.extent
    newly = index_sheets([*joined.fresh, *joined.replaced], work.frame, extent)
    changed = newly.boxes
    if joined.totals.aligned:
        old = tiles_before(work.storage, previous)
        old = None if old is None or is_wide(newly.whole, old.zoom, joined.totals.count) else old
        reach = resolution(old.zoom) * TILE if old is not None else None
        index = index_sheets(joined.near(reach), work.frame, extent)
        pyramid = write_photo_overview(index, work.storage, local, bands == 3, progress, old, changed)
        bounds, size, aligned = pyramid.bounds, (pyramid.width, pyramid.height), True
    else:
        kept = overview_before(previous)
        if kept is not None and is_wide(newly.whole, zoom_for(pixel_of(kept)), joined.totals.count):
            kept = None
        reach = pixel_of(kept) * OVERVIEW_PART if kept is not None else None
        by_average = work.kind == "elevation" or work.first.sheet.source.palette is None
        index = index_sheets(joined.near(reach), work.frame, extent)
        bounds, size = write_value_overview(index, work.storage, local, by_average, progress, kept, changed)
        aligned = False
    work.storage.place(local, key)
    metres = (bounds.east - bounds.west) / size[0] * np.cos(np.radians(work.frame.centre[1]))
    return RasterFile(key, "EPSG:3857", bounds, extent, size[0], size[1], float(metres), "overview", aligned=aligned)


def _stretch(work: Work) -> tuple[tuple[float, float], ...] | None:
    if work.seen is None or work.first.sheet.source.palette is not None:
        return None
    return tuple(band.stretch or (0.0, 1.0) for band in work.seen.bands())


def _scale(work: Work, pixel_m: float) -> UsableScale:
    rule = scale_of_elevation if work.kind == "elevation" else scale_of_imagery
    return rule(pixel_m, work.options.accuracy_m, rules=work.options.rules)


def _edges(work: Work, joined: Joined, scale: UsableScale) -> Check | None:
    """Measure how the sheets of a mosaic fit; what is allowed follows from the scale the layer is good for."""
    if joined.totals.count < 2:
        return None
    heights = work.kind == "elevation"
    files = joined.near(4 * joined.totals.coarsest_m)
    ground = float(np.cos(np.radians((files[0].extent.south + files[0].extent.north) / 2)))
    keys = frozenset(file.key for file in joined.fresh)
    found = match_edges(index_sheets(files, work.frame), keys, work.storage, heights=heights, ground=ground)
    rules = work.options.rules
    denominator = scale.denominator or rules.denominators[-1]
    if heights:
        return found.check(2 * rules.dem_error_flat.get(denominator, denominator / 10_000), say("heights-differ"))
    return found.check(rules.error_mm / 1000 * denominator, say("pictures-shifted"))


def _joined(before: RasterFacts | None, joined: Joined) -> tuple[Decision, ...]:
    if before is None:
        return ()
    replaced = (say("is-replaced", name=file.source) for file in joined.replaced[:TOLD])
    evidence = (say("sheets-stay", count=joined.staying), *replaced)
    return (Decision(say("mosaic"), say("sheets-join"), "user", evidence),)
