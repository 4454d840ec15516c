"""The raster side of an import: one draft, its files stored and checked, the catalogue switched, the report kept."""

import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from importers.batch import crs_name
from importers.errors import VerdictFail
from importers.finding import Finding
from importers.height.against import check_heights
from importers.litter import drop_files
from importers.raster.layer import prepare_rasters
from importers.raster.summary import PreparedRaster
from importers.raster.survey import kind_decision, raster_kind
from importers.raster.wanted import rasters_of
from importers.report import Check, Counts, Report, verdict_of
from importers.vector.publish import keep_sources
from layers.catalogue import find_layer, least_view, list_layers
from layers.errors import LayerNotFound
from layers.figures import three_digits
from layers.layer import Draft, Layer
from layers.rasters import Mosaic, Staying
from layers.sentences import listed, say
from layers.versions import begin_version, publish, store_report
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
    current = _current(desk, spec.name)
    mosaic = Mosaic(desk.session, current.version.id) if current is not None else None
    draft = begin_version(desk.session, spec)
    try:
        prepared = prepare_rasters(
            draft,
            desk.storage,
            desk.frame,
            paths,
            desk.options,
            desk.progress,
            kind=kind,
            current=current,
            mosaic=mosaic,
            spread=desk.spread,
        )
        checks = (*_checks(prepared, len(paths)), *_against(desk, draft, kind, prepared))
        verdict = verdict_of(checks)
        report = Report(
            layer=spec.name, kind=kind, verdict=verdict, version=draft.number, department=spec.department,
            format=prepared.format, crs="; ".join(crs_name(way.source) for way in prepared.operations),
            decisions=(kind_decision(paths[0], kind, request.kind), *prepared.decisions),
            operations=_steps(prepared), operation_note=_notes(prepared),
            accuracy_m=prepared.facts.accuracy_m, largest_scale=prepared.scale.denominator,
            scale_why=prepared.scale.why,
            counts=Counts(
                read=prepared.kept + len(prepared.refused), kept=prepared.kept, refused=len(prepared.refused),
                rows=prepared.kept,
            ),
            geometry={"sheet": prepared.kept}, done={say("files-published"): prepared.count},
            refusals=Counter(one.reason for one in prepared.refused), checks=checks, warnings=prepared.warnings,
            notes=(*_elsewhere(prepared), *_aside(finding, paths)), extent=prepared.extent,
            captured=desk.options.captured.isoformat() if desk.options.captured else None, by=desk.options.by,
            seconds=round(time.monotonic() - desk.started, 2), published_failed=verdict == "fail",
        )  # fmt: skip
        if verdict == "fail" and not desk.options.publish_failed:
            failed = listed(
                say("check-failed", check=check.name, detail=check.detail)
                for check in checks
                if check.outcome == "fail"
            )
            raise VerdictFail(say("sheets-did-not-pass", name=_name(paths), failed=failed), report)
        sources = keep_sources(desk.storage, draft, request.files, archive=desk.options.original)
        report = replace(report, sources=sources)
        report_id = store_report(desk.session, spec.name, verdict, report.stored())
        joins = current is not None and desk.options.read.others.get("join") == "yes"
        staying = Staying(current.version.id, prepared.replaced) if current is not None and joins else None
        publish(
            desk.session, draft, prepared.facts, extent=prepared.extent, feature_count=prepared.count,
            files=prepared.files, staying=staying, sources=sources, report_id=report_id,
        )  # fmt: skip
    except BaseException:
        drop_files(desk.storage, draft)
        raise
    return report.numbered(report_id)


def _current(desk: "Desk", name: str) -> Layer | None:
    try:
        return find_layer(desk.session, name, ALL, files=False)
    except LayerNotFound:
        return None


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
