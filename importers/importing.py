"""The story of an import: find, open, survey, weigh the evidence, unify, write, publish, report.

``import_files`` is what the command line, a job and a notebook call. Everything up to the caller's commit is one
transaction; a refusal leaves the catalogue as it was and its own report behind.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy.orm import Session

from importers.batch import ImportOptions, Progress, Question, Source, SourceLayer, crs_name, silent
from importers.checks import accuracy_of, check_features
from importers.columns import table_columns
from importers.errors import NoSuchSourceLayer, NothingToImport, QuestionOpen, UnreadableSource, VerdictFail
from importers.evidence import Evidence, degrees, weigh
from importers.finding import Finding, Found, find
from importers.hints import warnings_of
from importers.naming import layer_names
from importers.publish import drop_files, finish_table, keep_sources, write_refused, write_table
from importers.report import Counts, Report, verdict_of
from importers.scale import scale_of_vectors
from importers.survey import Survey, survey
from importers.transform import storage_transform
from importers.unify import Tally, UnifiedBatch, Unifier
from layers.catalogue import LayerKind, LayerSpec, VersionFacts, begin_version, find_layer, publish, store_report
from layers.crs import Transform
from layers.errors import GeoError, LayerNotFound
from layers.frame import Frame
from layers.storage import Storage
from layers.views import ALL

EVERY_LAYER = "*"


class Request(Protocol):
    """What is asked of an import: the files, and the layer they become."""

    @property
    def files(self) -> tuple[Path, ...]:
        """The files, folders or archives."""

    @property
    def kind(self) -> str:
        """``vector``, ``imagery``, ``elevation``, or empty: find out."""

    def spec(self, kind: Any) -> LayerSpec:
        """What is said about the layer."""

    def options(self, city: Sequence[Transform] = ()) -> ImportOptions:
        """How the import goes."""


@dataclass(frozen=True)
class Desk:
    """What every step of one import needs."""

    session: Session
    storage: Storage
    frame: Frame
    options: ImportOptions
    progress: Progress
    started: float


def import_files(
    session: Session,
    storage: Storage,
    frame: Frame,
    request: Request,
    city: Sequence[Transform] = (),
    progress: Progress = silent,
) -> Report:
    """Import a request's files as the next version of its layer; the caller commits.

    Raises:
        QuestionOpen: something must be answered first; the message names the option.
        UnreadableSource, NothingToImport, NoDatumOperation, VerdictFail, Cancelled: refused. A report of it is kept.
    """
    options, kind = request.options(city), request.kind
    desk = Desk(session, storage, frame, options, progress, time.monotonic())
    name = request.spec(kind or "vector").name
    try:
        with find(request.files) as finding:
            if _raster_wanted(finding, kind):
                from importers.raster_import import import_rasters

                return import_rasters(desk, finding, request)
            return _import_vectors(desk, finding, request.spec("vector"), request.files)
    except GeoError as error:
        _keep_refusal(session, name, kind, request, error)
        raise


def import_path(
    session: Session,
    storage: Storage,
    frame: Frame,
    path: Path,
    spec: LayerSpec,
    options: ImportOptions | None = None,
    progress: Progress = silent,
) -> Report:
    """Import one path as the layer a spec describes; see ``import_files``."""
    return import_files(session, storage, frame, _Plain((path,), spec, options or ImportOptions()), (), progress)


@dataclass(frozen=True)
class _Plain:
    files: tuple[Path, ...]
    said: LayerSpec
    how: ImportOptions

    @property
    def kind(self) -> str:
        return self.said.kind

    def spec(self, kind: Any) -> LayerSpec:
        return self.said

    def options(self, city: Sequence[Transform] = ()) -> ImportOptions:
        return replace(self.how, city=(*self.how.city, *city))


def _raster_wanted(finding: Finding, kind: str) -> bool:
    rasters = [found for found in finding.usable if found.raster]
    if kind == "vector" or (not kind and len(rasters) < len(finding.usable)):
        return False
    if not rasters:
        raise UnreadableSource(f"{finding.sources[0].path.name} is no raster, so it cannot become {kind or 'imagery'}")
    return True


def _import_vectors(desk: Desk, finding: Finding, spec: LayerSpec, paths: tuple[Path, ...]) -> Report:
    """Open every vector source, choose the layers, import each as a layer of its own."""
    usable = [found for found in finding.usable if not found.raster]
    if not usable:
        raise NothingToImport(f"{paths[0].name} holds images only; import them as imagery or elevation")
    notes = tuple(f"left aside: {text}" for text in finding.aside) + tuple(
        f"left aside: {found.refusal}" for found in finding.sources if found.refusal
    )
    sources: list[Source] = []
    try:
        sources += _open_all(usable, desk.options)
        chosen = [_Chosen(source, layer) for source in sources for layer in source.layers]
        chosen = _choose(chosen, desk)
        names = layer_names(spec.name, [(c.layer.name, c.layer.target) for c in chosen])
        reports = [
            _import_layer(desk, one, replace(_spec_of(spec, one.layer), name=name), paths, notes)
            for one, name in zip(chosen, names, strict=True)
        ]
    finally:
        for source in sources:
            source.close()
    return replace(reports[0], others=tuple(reports[1:]))


@dataclass(frozen=True)
class _Chosen:
    source: Source
    layer: SourceLayer
    seen: Survey | None = None


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
        missing = missing or NoSuchSourceLayer(f"{found.path.name} has no layer {', '.join(wanted)}; it has {names}")
        yield replace(source, layers=layers)
    if not opened and missing is not None:
        raise missing


def _choose(candidates: list["_Chosen"], desk: Desk) -> list["_Chosen"]:
    """Take the layers that hold something to draw; several of them only when asked for or when a mapping made them."""
    desk.progress(0, None, "looking at the data")
    surveyed = [replace(one, seen=survey(one.layer)) for one in candidates]
    drawable = [one for one in surveyed if one.seen is not None and one.seen.drawable]
    if not drawable:
        raise NothingToImport(_why_nothing(surveyed))
    asked = bool(desk.options.read.layer) or all(one.layer.target for one in drawable)
    if len(drawable) > 1 and not asked:
        names = ", ".join(one.layer.name for one in drawable)
        raise QuestionOpen(
            f"{drawable[0].source.path.name} holds {len(drawable)} layers: {names}. Name the ones wanted with "
            f"--source-layer, or --source-layer '{EVERY_LAYER}' to make a layer of each"
        )
    return drawable


def _why_nothing(surveyed: list["_Chosen"]) -> str:
    shown = []
    for one in surveyed:
        seen = one.seen
        assert seen is not None
        what = "no features" if not seen.count else f"{seen.count} features, none with a geometry that can be drawn"
        complaints = [text for text in seen.done if text.startswith("the reader complained")]
        reasons = "; ".join((*seen.reasons, *complaints))
        shown.append(f"layer {one.layer.name} has {what}{f' ({reasons})' if reasons else ''}")
    return f"{surveyed[0].source.path.name if surveyed else 'it'}: nothing to draw: {', '.join(shown)}"


def _spec_of(spec: LayerSpec, layer: SourceLayer) -> LayerSpec:
    """Give a layer that a mapping made the title and department of the mapping."""
    if layer.target is None:
        return spec
    return replace(spec, title=dict(layer.title or spec.title), department=layer.department or spec.department)


def _import_layer(
    desk: Desk, chosen: "_Chosen", spec: LayerSpec, paths: tuple[Path, ...], notes: tuple[str, ...]
) -> Report:
    source, layer, seen = chosen.source, chosen.layer, chosen.seen
    assert seen is not None
    evidence = weigh(seen, layer.crs, layer.facts, desk.frame, desk.options.read)
    _must_be_settled(source, layer, evidence)
    assert evidence.placement is not None
    where = degrees(seen.points, evidence.placement)
    transform = storage_transform(evidence.placement, where, desk.frame, desk.options.read, desk.options.city)
    draft = begin_version(desk.session, spec)
    columns, renamed = table_columns(layer.columns)
    unifier = Unifier(transform, desk.frame.extent, desk.options.geometry)
    tally = unifier.tally
    z = seen.has_z or " Z" in layer.geometry_type or "3D" in layer.geometry_type
    try:
        batches = _unified(layer, unifier, desk.progress)
        table = write_table(desk.session, draft, columns, batches, tally, desk.frame.storage_srid, z=z)
        if not tally.rows or len(tally.kinds) == 0:
            raise NothingToImport(f"{source.path.name}: nothing to draw: {_reasons(tally)}")
        style = _style(desk.session, spec)
        levels, occupied = finish_table(desk.session, table, columns, style, desk.progress)
        accuracy = accuracy_of(transform, seen, desk.options)
        scale = scale_of_vectors(accuracy)
        checks = check_features(tally, layer, transform, seen)
        verdict = verdict_of(checks)
        report = Report(
            layer=spec.name,
            kind="vector",
            verdict=verdict,
            version=draft.number,
            sources=keep_sources(desk.storage, draft, paths, archive=desk.options.original),
            format=source.format,
            source_layer=layer.name,
            crs=crs_name(evidence.placement.crs),
            decisions=source.decisions + layer.decisions + evidence.decisions + renamed,
            operations=transform.steps,
            operation_note=transform.note,
            accuracy_m=accuracy,
            largest_scale=scale.denominator,
            scale_why=scale.why,
            counts=_counts(tally),
            geometry=dict(tally.kinds),
            done=dict(tally.done),
            refusals=dict(tally.reasons),
            examples=tuple(f"{r.source_id}: {r.reason}" for r in tally.refusals[:20]),
            refused_key=write_refused(desk.storage, draft, tally.refusals, evidence.placement.crs),
            checks=checks,
            warnings=evidence.warnings + warnings_of(layer, seen, desk.frame, desk.options.read),
            notes=source.notes + layer.facts + notes,
            extent=tally.bounds,
            captured=desk.options.captured.isoformat() if desk.options.captured else None,
            by=desk.options.by,
            seconds=round(time.monotonic() - desk.started, 2),
            published_failed=verdict == "fail",
        )
        if verdict == "fail" and not desk.options.publish_failed:
            failed = "; ".join(f"{check.name}: {check.detail}" for check in checks if check.outcome == "fail")
            raise VerdictFail(f"{source.path.name} did not pass ({failed}); --publish-failed publishes it all the same")
        facts = VersionFacts(
            srid=desk.frame.storage_srid,
            table=table,
            geometry_type=geometry_type(tally),
            columns=columns,
            levels=levels,
            occupied=occupied,
            accuracy_m=accuracy,
            largest_scale=scale.denominator,
            operation="; ".join(transform.steps) or transform.note,
        )
        report_id = store_report(desk.session, spec.name, verdict, report.to_json())
        publish(
            desk.session, draft, facts, extent=tally.bounds, feature_count=tally.rows, sources=report.sources,
            report_id=report_id,
        )  # fmt: skip
    except BaseException:
        drop_files(desk.storage, draft)
        raise
    return report.numbered(report_id)


def _must_be_settled(source: Source, layer: SourceLayer, evidence: Evidence) -> None:
    """Refuse to go on while a question is open.

    Raises:
        QuestionOpen: with the evidence and the option that answers.
    """
    questions = layer.questions + evidence.questions
    if not questions:
        return
    facts = f" The file says: {'; '.join(layer.facts)}." if layer.facts else ""
    asked = " ".join(_asked(question, evidence) for question in questions)
    raise QuestionOpen(f"{source.path.name}: {asked}{facts}")


def _asked(question: Question, evidence: Evidence) -> str:
    text = f"{question.what} must be given with {question.option}: {question.why}."
    if question.option != "--crs":
        return text + (f" Choices: {', '.join(question.choices)}." if question.choices else "")
    likely = [c for c in evidence.candidates if not c.declared][:4]
    shown = "; ".join(f"{c.crs} {c.name} ({c.supports[0]})" for c in likely if c.supports)
    return text + (f" Candidates by the numbers: {shown}." if shown else " The numbers fit no system used here.")


def _unified(layer: SourceLayer, unifier: Unifier, progress: Progress) -> Iterator[UnifiedBatch]:
    total = float(layer.claimed) if layer.claimed else None
    for batch in layer.batches():
        yield unifier.unify(batch)
        done = float(unifier.tally.read)
        progress(done, max(total, done) if total else None, "features")


def _counts(tally: Tally) -> Counts:
    return Counts(
        read=tally.read, kept=tally.kept, repaired=tally.repaired, split=tally.split, merged=tally.merged,
        refused=tally.refused, rows=tally.rows, parts=tally.parts, without_geometry=tally.without_geometry,
    )  # fmt: skip


def _reasons(tally: Tally) -> str:
    if not tally.read:
        return "the layer has no features"
    return "; ".join(f"{reason} ({number})" for reason, number in tally.reasons.items()) or "no feature has a geometry"


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


def _keep_refusal(session: Session, name: str, kind: str, request: Request, error: GeoError) -> None:
    """Undo the import and keep a report of the refusal."""
    session.rollback()
    names = ", ".join(path.name for path in request.files)
    report = Report(layer=name, kind=kind or "unknown", verdict="refused", problem=str(error), notes=(names,))
    store_report(session, name, "refused", report.to_json())
    session.commit()


KINDS: tuple[LayerKind, ...] = ("vector", "imagery", "elevation")
