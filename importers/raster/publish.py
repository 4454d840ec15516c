"""The raster side of an import: one draft, its files stored and checked, the catalogue switched, the report kept."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from importers.batch import crs_name
from importers.finding import Finding
from importers.height.against import check_heights
from importers.raster.layer import prepare_rasters
from importers.raster.summary import PreparedRaster
from importers.raster.survey import kind_decision, raster_kind
from importers.raster.wanted import rasters_of
from importers.report import Check, Counts, Report, verdict_of
from importers.vector.publish import keep_sources
from layers.catalogue import find_layer, least_view, list_layers
from layers.errors import BadQuery, LayerNotFound
from layers.figures import three_digits
from layers.layer import Draft, Layer
from layers.rasters import Staying
from layers.sentences import listed, say
from layers.views import ALL

if TYPE_CHECKING:
    from importers.desk import Desk, Request

REFUSED_FAIL = 0.10
"""Share of refused sheets above which an import fails."""


def import_rasters(desk: "Desk", finding: Finding, request: "Request") -> Report:
    """Import the rasters of a request as the next version of one layer; the caller commits.

    Raises:
        GeoError: refused; the draft's files are gone again.
    """
    paths = rasters_of(finding, request.kind)
    kind = raster_kind(paths, request.kind)
    spec = request.spec(kind)
    joined = _joined(desk, spec.name)
    with desk.draft(spec) as draft:
        prepared = prepare_rasters(desk, draft, paths, kind, joined)
        report = Report(
            layer=spec.name, kind=kind, verdict="pass", version=draft.number, department=spec.department,
            format=prepared.format, crs="; ".join(crs_name(way.source) for way in prepared.operations),
            decisions=(kind_decision(paths[0], kind, request.kind), *prepared.decisions),
            operations=_steps(prepared), operation_note=_notes(prepared),
            accuracy_m=prepared.facts.accuracy_m, largest_scale=prepared.scale.denominator,
            scale_why=prepared.scale.why, counts=_counts(prepared),
            geometry={"sheet": prepared.kept}, done={say("files-published"): prepared.count},
            refusals=Counter(one.reason for one in prepared.refused), warnings=prepared.warnings,
            notes=(*_elsewhere(prepared), *_aside(finding, paths)), extent=prepared.extent,
        )  # fmt: skip
        checks = (*_checks(prepared, len(paths)), *_against(desk, draft, kind, prepared))
        report = replace(report, checks=checks, verdict=verdict_of(checks))
        desk.require_pass(report, _name(paths))  # before the sources are kept: they may be gigabytes
        sources = keep_sources(desk.storage, draft, request.files, archive=desk.options.original)
        return desk.publish(
            draft, replace(report, sources=sources), prepared.facts, extent=prepared.extent,
            feature_count=prepared.count, files=prepared.files,
            staying=None if joined is None else Staying(joined.version.id, prepared.replaced),
        )  # fmt: skip


def _joined(desk: "Desk", name: str) -> Layer | None:
    """Return the layer whose sheets stay; None where the layer is imported anew.

    Raises:
        BadQuery: sheets are to join a layer that has none.
    """
    if desk.options.read.others.get("join") != "yes":
        return None
    try:
        current = find_layer(desk.session, name, ALL, files=False)
    except LayerNotFound:
        current = None
    if current is None or current.version.raster is None:
        raise BadQuery(say("join-needs-layer"), "join")
    return current


def _counts(prepared: PreparedRaster) -> Counts:
    refused = len(prepared.refused)
    return Counts(read=prepared.kept + refused, kept=prepared.kept, refused=refused, rows=prepared.kept)


def _name(paths: tuple[Path, ...]) -> str:
    if len(paths) == 1:
        return paths[0].name
    return say("folder-of-sheets", folder=paths[0].parent.name, count=len(paths))


def _checks(prepared: PreparedRaster, read: int) -> tuple[Check, ...]:
    refused = len(prepared.refused)
    whole = prepared.kept + refused == read
    counts = say("sheets-add-up", read=read, kept=prepared.kept, refused=refused)
    checks = [Check(say("counts"), "pass" if whole else "fail", counts)]
    share = refused / read
    told = say("sheets-refused", refused=refused, read=read)
    if refused:
        told += say("refused-because", reasons=tuple(one.reason for one in prepared.refused[:3]))
    checks.append(
        Check(say("completeness"), "fail" if share > REFUSED_FAIL else "conditional" if refused else "pass", told)
    )
    unknown = [way for way in prepared.operations if way.accuracy_m is None]
    known = [way.accuracy_m for way in prepared.operations if way.accuracy_m is not None]
    detail = say("accuracy-not-stated") if unknown else say("metres", metres=three_digits(max(known, default=0.0)))
    checks.append(Check(say("datum-operation"), "conditional" if unknown else "pass", detail))
    raster = prepared.facts.raster
    if raster is not None and raster.unit == "m":
        known_system = raster.height_system is not None
        system = raster.height_system or say("height-system-unknown")
        checks.append(Check(say("height-system"), "pass" if known_system else "conditional", system))
    if prepared.edges is not None:
        checks.append(prepared.edges)
    checks += [Check(name, "conditional", listed(details)) for name, details in prepared.doubts.items()]
    if not prepared.has_data:
        checks.append(Check(say("content"), "conditional", say("every-pixel-nodata")))
    return tuple(checks)


def _against(desk: "Desk", draft: Draft, kind: str, prepared: PreparedRaster) -> tuple[Check, ...]:
    """Hold heights against the published layers of heights that may be named, this one's version of before too."""
    raster = prepared.facts.raster
    if kind != "elevation" or raster is None:
        return ()
    seen = list_layers(desk.session, least_view(desk.session, draft.layer_id), files=False)
    others = [layer for layer in seen if layer.kind == "elevation"]
    system = raster.height_system
    found = check_heights(desk.session, desk.storage, desk.frame, prepared.files, system, others)
    return (found,) if found else ()


def _steps(prepared: PreparedRaster) -> tuple[str, ...]:
    return tuple(dict.fromkeys(step for way in prepared.operations for step in way.steps))


def _notes(prepared: PreparedRaster) -> str:
    return listed(dict.fromkeys(way.note for way in prepared.operations))


def _elsewhere(prepared: PreparedRaster) -> tuple[str, ...]:
    if not prepared.elsewhere:
        return ()
    return (say("sheets-elsewhere", count=prepared.elsewhere, sheets=prepared.kept),)


def _aside(finding: Finding, taken: tuple[Path, ...]) -> tuple[str, ...]:
    left = [found.refusal for found in finding.sources if found.refusal]
    others = [say("no-raster", file=found.path.name) for found in finding.usable if found.path not in taken]
    return tuple(say("left-aside", text=text) for text in (*finding.aside, *left, *others))
