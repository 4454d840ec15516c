"""From vector sources to published layers: unify and write what was planned, judge it, publish."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import shapely
from sqlalchemy.orm import Session

from importers.batch import Progress, Source, SourceLayer
from importers.checks import accuracy_of, check_features
from importers.desk import Desk
from importers.errors import NothingToImport
from importers.finding import Finding
from importers.naming import layer_names
from importers.raster.sheet_name import named_sheet
from importers.refused import Refused
from importers.report import Check, Report, verdict_of
from importers.scale import scale_of_vectors
from importers.vector.changed_columns import changed_columns
from importers.vector.code_lists import lists_of, told_of
from importers.vector.columns import gathered
from importers.vector.counted import counted
from importers.vector.counts import Tally
from importers.vector.feature_edges import check_edges
from importers.vector.finish import FINISHED_LATER, Finished, finish_table
from importers.vector.hints import warnings_of
from importers.vector.merged import merged
from importers.vector.plan import Plan, choose, open_all, plan, spec_of
from importers.vector.publish import keep_sources, write_table
from importers.vector.unify import UnifiedBatch, Unifier
from importers.vector.validity import check_codes
from layers.catalogue import find_layer, least_view, list_layers
from layers.domains import store_domains
from layers.errors import LayerNotFound
from layers.layer import Draft, LayerSpec, SourceFile, VersionFacts
from layers.level.levels import class_column
from layers.level.sketch import Sketch
from layers.level.spool import Spool
from layers.occupancy import add_pieces
from layers.sentences import say
from layers.style.hints import completed
from layers.views import ALL


def import_vectors(desk: Desk, finding: Finding, spec: LayerSpec, paths: tuple[Path, ...]) -> Report:
    """Import every chosen layer of the sources as a layer of its own.

    Raises:
        NothingToImport: there is nothing to draw.
        QuestionOpen: the coordinate system, the layer or something else must be said first.
    """
    usable = [found for found in finding.usable if not found.raster]
    if not usable:
        raise NothingToImport(say("holds-images-only", file=paths[0].name))
    aside = (*finding.aside, *(found.refusal for found in finding.sources if found.refusal))
    notes = tuple(say("left-aside", text=text) for text in aside)
    sources: list[Source] = []
    try:
        sources += open_all(usable, desk.options)
        read = desk.options.read
        together = merged(sources, read.crs is not None) if read.others.get("merge") == "yes" else sources
        chosen = choose(together, desk)
        names = layer_names(spec.name, [(one.layer.name, one.layer.target) for one in chosen])
        plans = [plan(one, desk.frame, desk.options, notes) for one in chosen]
        specs = [spec_of(spec, one.layer, name, len(chosen)) for one, name in zip(chosen, names, strict=True)]
        reports = [import_layer(desk, one, said, paths) for one, said in zip(plans, specs, strict=True)]
    finally:
        for source in sources:
            source.close()
    return replace(reports[0], others=tuple(reports[1:]))


def import_layer(desk: Desk, planned: Plan, spec: LayerSpec, paths: tuple[Path, ...]) -> Report:
    """Write, judge and publish one planned layer.

    Raises:
        NothingToImport: every feature was refused.
        VerdictFail: it did not pass its checks.
    """
    layer, columns = planned.chosen.layer, planned.columns
    unifier = Unifier(planned.transform, desk.frame.extent, desk.options.geometry)
    with desk.draft(spec) as draft:
        style = completed(_style(desk.session, spec), [column.name for column in columns])
        spool, batches = _pad(layer, desk)(class_column(columns, style)), _unified(layer, unifier, desk.progress)
        srid = desk.frame.storage_srid
        table, ground = write_table(
            desk.session, draft, columns, batches, unifier.tally, spool, srid, z=planned.z, identity=layer.identity
        )
        refused = Refused(unifier.tally.refusals, planned.placement.crs)
        if not unifier.tally.kinds:
            told = say("file-nothing-to-draw", file=planned.chosen.source.path.name, reasons=_reasons(unifier.tally))
            raise NothingToImport(told, counted(planned, spec, unifier.tally), refused)
        kept: list[SourceFile] = []

        def keep() -> None:
            kept.extend(keep_sources(desk.storage, draft, paths, archive=desk.options.original))

        finished = finish_table(desk.session, table, columns, style, spool, desk.progress, keep)
        add_pieces(desk.session, table, ground)
        report = _report(desk, table, planned, draft, spec, unifier.tally, paths, kept)
        lists = lists_of(layer, columns) if draft.number == 1 else {}
        of_lists = told_of(layer, columns, lists) if draft.number == 1 else ()
        report = replace(report, notes=(*report.notes, *_told_of_finishing(finished), *of_lists))
        facts = VersionFacts(
            srid=srid, table=table, geometry_type=geometry_type(unifier.tally), columns=columns,
            levels=finished.levels, occupied=ground.facts(), words=finished.words, named=finished.named,
            too_wide=finished.too_wide, unfinished=finished.unfinished, accuracy_m=report.accuracy_m,
            largest_scale=report.largest_scale,
            operation="; ".join(planned.transform.steps) or planned.transform.note,
        )  # fmt: skip
        extent, rows = unifier.tally.bounds, unifier.tally.rows
        report = desk.publish(draft, report, facts, extent=extent, feature_count=rows, refused=refused)
        if lists:
            store_domains(desk.session, spec.name, lists)
        return report


def _told_of_finishing(finished: Finished) -> Iterator[str]:
    if finished.unfinished:
        yield say("finished-later")
    if finished.too_wide:
        yield say("columns-too-wide", columns=", ".join(finished.too_wide))


def _pad(layer: SourceLayer, desk: Desk) -> type[Spool] | type[Sketch]:
    """What shapes are handed to: a large layer of areas is published before its levels are made, if it may be."""
    areas = "polygon" in layer.geometry_type.lower()
    return Sketch if desk.finish_later and areas and (layer.claimed or 0) >= FINISHED_LATER else Spool


def _unified(layer: SourceLayer, unifier: Unifier, progress: Progress) -> Iterator[UnifiedBatch]:
    total = float(layer.claimed) if layer.claimed else None
    for unified in map(unifier.unify, layer.batches()):
        if len(unified.shapes):
            yield replace(unified, columns=gathered(unified.columns, layer.columns))
        del unified  # before the next is made
        done = float(unifier.tally.read)
        progress(done, max(total, done) if total else None, "features")


def _against_the_rest(
    desk: Desk, table: str, planned: Plan, draft: Draft, spec: LayerSpec, tally: Tally
) -> tuple[Check, ...]:
    """Check the codes by the lists the layer has, and the edges against the layers beside it that may be named."""
    published = list_layers(desk.session, least_view(desk.session, draft.layer_id), files=False)
    own = lists_of(planned.chosen.layer, planned.columns)
    domains = next((other.domains for other in published if other.name == spec.name), own)
    families = {"LineString": "line", "Polygon": "polygon"}
    family = families.get(geometry_type(tally).removeprefix("Multi"), "")
    others = [other for other in published if other.name != spec.name]
    return (
        check_codes(desk.session, table, planned.columns, domains),
        check_edges(desk.session, table, tally.bounds, family, others),
    )


def _report(
    desk: Desk,
    table: str,
    planned: Plan,
    draft: Draft,
    spec: LayerSpec,
    tally: Tally,
    paths: tuple[Path, ...],
    sources: Sequence[SourceFile],
) -> Report:
    layer, seen = planned.chosen.layer, planned.chosen.seen
    accuracy = accuracy_of(planned.transform, seen, desk.options)
    scale = scale_of_vectors(accuracy, desk.options.rules)
    rest = _against_the_rest(desk, table, planned, draft, spec, tally)
    checks = (*check_features(tally, layer, planned.transform, desk.options), *_named(tally, paths), *rest)
    return replace(
        counted(planned, spec, tally),
        verdict=verdict_of(checks),
        version=draft.number,
        sources=tuple(sources),
        accuracy_m=accuracy,
        largest_scale=scale.denominator,
        scale_why=scale.why,
        checks=checks,
        warnings=(
            *([say("old-places", columns=", ".join(tally.old_places))] if tally.old_places else []),
            *planned.evidence.warnings,
            *warnings_of(layer, seen, desk.frame, desk.options.read),
            *changed_columns(desk.session, spec.name, planned.columns, _style(desk.session, spec)),
        ),
        extent=tally.bounds,
    )


def _named(tally: Tally, paths: tuple[Path, ...]) -> tuple[Check, ...]:
    """Hold a file named after a map sheet against that sheet."""
    if len(paths) != 1 or tally.bounds is None:
        return ()
    named = named_sheet(paths[0].stem, shapely.box(*tally.bounds))
    return (named.check(paths[0].name, fills=False),) if named else ()


def _reasons(tally: Tally) -> str:
    if not tally.read:
        return say("layer-no-features")
    return "; ".join(f"{reason} ({number})" for reason, number in tally.reasons.items()) or say("no-feature-geometry")


def geometry_type(tally: Tally) -> str:
    """Return one name for what the table holds: the multi form where both occur, ``Geometry`` for several families."""
    kinds = {kind.removeprefix("Multi") for kind in tally.kinds}
    if len(kinds) != 1:
        return "Geometry"
    single = kinds.pop()
    return f"Multi{single}" if f"Multi{single}" in tally.kinds else single


def _style(session: Session, spec: LayerSpec) -> Mapping[str, Any]:
    """Return the layer's hints as they will be: what it has, overlaid with what is said now."""
    try:
        before = dict(find_layer(session, spec.name, ALL).style)
    except LayerNotFound:
        before = {}
    return before | dict(spec.style)
