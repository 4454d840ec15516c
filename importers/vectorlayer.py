"""From vector sources to published layers: choose the layers, weigh the evidence, unify and write, judge, publish."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import shapely
from sqlalchemy.orm import Session

from importers.batch import Decision, ImportOptions, Progress, Question, Source, SourceLayer, crs_name
from importers.checks import accuracy_of, check_features
from importers.columns import gathered, table_columns
from importers.desk import Desk
from importers.errors import NoSuchSourceLayer, NothingToImport, QuestionOpen
from importers.evidence import Evidence, weigh
from importers.feature_edges import check_edges
from importers.finding import Finding, Found
from importers.hints import warnings_of
from importers.naming import layer_names
from importers.placement import Placement, degrees
from importers.publish import finish_table, keep_sources, name_words, write_refused, write_table
from importers.report import Check, Counts, Report, verdict_of
from importers.scale import scale_of_vectors
from importers.sheetname import named_sheet
from importers.survey import Survey, survey
from importers.transform import storage_transform
from importers.unify import Tally, UnifiedBatch, Unifier
from importers.validity import check_codes
from layers.catalogue import find_layer, list_layers
from layers.errors import LayerNotFound
from layers.frame import Frame
from layers.layer import Column, Draft, LayerSpec, VersionFacts
from layers.occupancy import add_pieces
from layers.operations import Transform
from layers.sentences import say
from layers.views import ALL

EVERY_LAYER = "*"


@dataclass(frozen=True)
class Chosen:
    """A layer of a source that will be imported, and its first look."""

    source: Source
    layer: SourceLayer
    seen: Survey


@dataclass(frozen=True)
class Plan:
    """How a chosen layer comes onto the frame: everything settled before the first row is written."""

    chosen: Chosen
    evidence: Evidence
    placement: Placement
    transform: Transform
    columns: tuple[Column, ...]
    renamed: tuple[Decision, ...]
    notes: tuple[str, ...]

    @property
    def z(self) -> bool:
        """Whether the table keeps heights."""
        declared = self.chosen.layer.geometry_type
        return self.chosen.seen.has_z or " Z" in declared or "3D" in declared


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
        sources += _open_all(usable, desk.options)
        chosen = _choose(sources, desk)
        names = layer_names(spec.name, [(one.layer.name, one.layer.target) for one in chosen])
        plans = [plan(one, desk.frame, desk.options, notes) for one in chosen]
        specs = [_spec_of(spec, one.layer, name, len(chosen)) for one, name in zip(chosen, names, strict=True)]
        reports = [import_layer(desk, one, said, paths) for one, said in zip(plans, specs, strict=True)]
    finally:
        for source in sources:
            source.close()
    return replace(reports[0], others=tuple(reports[1:]))


def _open_all(usable: Sequence[Found], options: ImportOptions) -> Iterator[Source]:
    """Open the sources that have the layers wanted.

    Raises:
        NoSuchSourceLayer: none of them has.
    """
    wanted = () if EVERY_LAYER in options.read.layer else options.read.layer
    missing: NoSuchSourceLayer | None = None
    opened = 0
    for found in usable:
        assert found.format.open is not None, "what cannot be opened is not usable"
        try:
            source = found.format.open(found.path, replace(options.read, layer=wanted))
        except NoSuchSourceLayer as error:
            missing = error
            continue
        layers = tuple(layer for layer in source.layers if not wanted or layer.name in wanted)
        opened += bool(layers)
        names = ", ".join(layer.name for layer in source.layers)
        missing = missing or NoSuchSourceLayer(
            say("found-has-no-layer", file=found.path.name, wanted=", ".join(wanted), names=names)
        )
        yield replace(source, layers=layers)
    if not opened and missing is not None:
        raise missing


def _choose(sources: Sequence[Source], desk: Desk) -> list[Chosen]:
    """Take the layers that hold something to draw; several only when asked for, or when a mapping made them."""
    desk.progress(0, None, say("looking-at-data"))
    every = [Chosen(source, layer, survey(layer)) for source in sources for layer in source.layers]
    drawable = [one for one in every if one.seen.drawable]
    if not drawable:
        raise NothingToImport(_why_nothing(every))
    asked = bool(desk.options.read.layer) or all(one.layer.target for one in drawable)
    if len(drawable) > 1 and not asked:
        names = ", ".join(one.layer.name for one in drawable)
        raise QuestionOpen(
            say(
                "name-the-layers",
                file=drawable[0].source.path.name,
                count=len(drawable),
                names=names,
                every_layer=EVERY_LAYER,
            )
        )
    return drawable


def _why_nothing(every: Sequence[Chosen]) -> str:
    shown = []
    for one in every:
        seen = one.seen
        what = say("no-features") if not seen.count else say("features-not-drawable", count=seen.count)
        complaints = [text for text in seen.done if text.startswith("the reader complained")]
        reasons = (*seen.reasons, *complaints)
        told = say("layer-has", layer=one.layer.name, what=what)
        shown.append(told + say("in-brackets", text=reasons) if reasons else told)
    file = every[0].source.path.name if every else ""
    return say("file-nothing-to-draw", file=file, reasons=tuple(shown))


def _spec_of(spec: LayerSpec, layer: SourceLayer, name: str, of: int) -> LayerSpec:
    """Name a layer; one that a mapping made has the mapping's title and department, one of several its own title."""
    if layer.target is not None:
        title = dict(layer.title or spec.title)
        return replace(spec, name=name, title=title, department=layer.department or spec.department)
    if of == 1:
        return spec
    titles = {language: f"{title} {layer.name}" for language, title in spec.title.items()}
    return replace(spec, name=name, title=titles or {"zh": layer.name, "en": layer.name})


def plan(chosen: Chosen, frame: Frame, options: ImportOptions, notes: tuple[str, ...] = ()) -> Plan:
    """Settle how a layer comes onto the frame.

    Raises:
        QuestionOpen: with the evidence and the option that answers.
        NoDatumOperation: PROJ has no trustworthy operation and the city gave none.
    """
    source, layer, seen = chosen.source, chosen.layer, chosen.seen
    evidence = weigh(seen, layer.crs, layer.facts, frame, options.read)
    questions = layer.questions + evidence.questions
    if questions or evidence.placement is None:
        facts = say("the-file-says", facts=tuple(layer.facts)) if layer.facts else ""
        asked = tuple(_asked(question, evidence) for question in questions)
        raise QuestionOpen(say("file-asked", file=source.path.name, asked=asked, facts=facts))
    placement = evidence.placement
    transform = storage_transform(placement, degrees(seen.points, placement), frame, options.read, options.city)
    columns, renamed = table_columns(layer.columns)
    return Plan(chosen, evidence, placement, transform, columns, renamed, notes)


def _asked(question: Question, evidence: Evidence) -> str:
    text = say("must-be-given", what=question.what, option=question.option, why=question.why)
    if question.option != "--crs":
        return text + (say("choices", choices=", ".join(question.choices)) if question.choices else "")
    likely = [c for c in evidence.candidates if not c.declared][:4]
    shown = tuple(say("candidate", crs=c.crs, name=c.name, why=c.supports[0]) for c in likely if c.supports)
    return text + (say("candidates-by-numbers", shown=shown) if shown else say("fit-no-system"))


def import_layer(desk: Desk, planned: Plan, spec: LayerSpec, paths: tuple[Path, ...]) -> Report:
    """Write, judge and publish one planned layer.

    Raises:
        NothingToImport: every feature was refused.
        VerdictFail: it did not pass its checks.
    """
    layer = planned.chosen.layer
    unifier = Unifier(planned.transform, desk.frame.extent, desk.options.geometry)
    with desk.draft(spec) as draft:
        batches = _unified(layer, unifier, desk.progress)
        srid = desk.frame.storage_srid
        table, ground = write_table(
            desk.session, draft, planned.columns, batches, unifier.tally, srid, z=planned.z, identity=layer.identity
        )
        if not unifier.tally.kinds:
            raise NothingToImport(
                say("file-nothing-to-draw", file=planned.chosen.source.path.name, reasons=_reasons(unifier.tally))
            )
        style = _style(desk.session, spec)
        levels = finish_table(desk.session, table, planned.columns, style, desk.progress)
        add_pieces(desk.session, table, ground)
        words, named = name_words(desk.session, table, planned.columns, style, desk.progress)
        report = _report(desk, table, planned, draft, spec, unifier.tally, paths)
        facts = VersionFacts(
            srid=srid,
            table=table,
            geometry_type=geometry_type(unifier.tally),
            columns=planned.columns,
            levels=levels,
            occupied=ground.facts(),
            words=words,
            named=named,
            accuracy_m=report.accuracy_m,
            largest_scale=report.largest_scale,
            operation="; ".join(planned.transform.steps) or planned.transform.note,
        )
        return desk.publish(draft, report, facts, extent=unifier.tally.bounds, feature_count=unifier.tally.rows)


def _unified(layer: SourceLayer, unifier: Unifier, progress: Progress) -> Iterator[UnifiedBatch]:
    total = float(layer.claimed) if layer.claimed else None
    for batch in layer.batches():
        unified = unifier.unify(batch)
        if len(unified.geometries):
            yield replace(unified, columns=gathered(unified.columns, layer.columns))
        done = float(unifier.tally.read)
        progress(done, max(total, done) if total else None, "features")


def _against_the_rest(desk: Desk, table: str, planned: Plan, spec: LayerSpec, tally: Tally) -> tuple[Check, ...]:
    """Check the codes by the lists the layer has, and the edges against the layers beside it."""
    published = list_layers(desk.session, ALL)
    domains = next((other.domains for other in published if other.name == spec.name), {})
    families = {"LineString": "line", "Polygon": "polygon"}
    family = families.get(geometry_type(tally).removeprefix("Multi"), "")
    others = [other for other in published if other.name != spec.name]
    return (
        check_codes(desk.session, table, planned.columns, domains),
        check_edges(desk.session, table, tally.bounds, family, others),
    )


def _report(
    desk: Desk, table: str, planned: Plan, draft: Draft, spec: LayerSpec, tally: Tally, paths: tuple[Path, ...]
) -> Report:
    source, layer, seen = planned.chosen.source, planned.chosen.layer, planned.chosen.seen
    accuracy = accuracy_of(planned.transform, seen, desk.options)
    scale = scale_of_vectors(accuracy)
    rest = _against_the_rest(desk, table, planned, spec, tally)
    checks = (*check_features(tally, layer, planned.transform), *_named(tally, paths), *rest)
    return Report(
        layer=spec.name,
        kind="vector",
        verdict=verdict_of(checks),
        version=draft.number,
        sources=keep_sources(desk.storage, draft, paths, archive=desk.options.original),
        format=source.format,
        source_layer=layer.name,
        crs=crs_name(planned.placement.crs),
        decisions=source.decisions + layer.decisions + planned.evidence.decisions + planned.renamed,
        operations=planned.transform.steps,
        operation_note=planned.transform.note,
        accuracy_m=accuracy,
        largest_scale=scale.denominator,
        scale_why=scale.why,
        counts=Counts.of(tally),
        geometry=dict(tally.kinds),
        done=dict(tally.done),
        refusals=dict(tally.reasons),
        examples=tuple(say("id-reason", source_id=r.source_id, reason=r.reason) for r in tally.refusals[:20]),
        refused_key=write_refused(desk.storage, draft, tally.refusals, planned.placement.crs),
        checks=checks,
        warnings=planned.evidence.warnings + warnings_of(layer, seen, desk.frame, desk.options.read),
        notes=source.notes + layer.facts + planned.notes,
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
