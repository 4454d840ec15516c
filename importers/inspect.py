"""Inspect: what a file, folder or archive is, what would be done with it, what must be answered. Writes nothing."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from importers.batch import ImportOptions, Question, ReadOptions, SourceLayer
from importers.crs.evidence import Evidence, weigh
from importers.crs.neighbours import Neighbours
from importers.crs.placement import Placement, degrees
from importers.crs.transform import steps_told, storage_transform
from importers.finding import Finding, Found, find
from importers.inspection import CrsCandidate, Inspection, LayerInspection
from importers.options import require_options
from importers.report import decision_line
from importers.scale import NATIONAL, ScaleRules
from importers.vector.hints import warnings_of
from importers.vector.survey import Survey, survey
from layers.crs.names import parse_crs
from layers.crs.transform import Transform
from layers.errors import GeoError, NoDatumOperation
from layers.frame import Frame
from layers.sentences import Language, Sentence, reason, say, worded

NOBODY: tuple[Transform, ...] = ()
HELD_AGAINST_NEIGHBOURS = 6
Candidates = tuple[CrsCandidate, ...]
Beside = Callable[[Survey, SourceLayer, Candidates], Candidates]


def inspect(
    path: Path | Sequence[Path],
    frame: Frame,
    options: ReadOptions | None = None,
    city: Sequence[Transform] = NOBODY,
    neighbours: Neighbours | None = None,
    rules: ScaleRules = NATIONAL,
) -> Inspection:
    """Find out about a path; ``city`` are the city's own datum transforms, ``neighbours`` the published layers,
    ``rules`` those of usable scales.

    Raises:
        UnreadableSource: it cannot be read, or it is of a kind that is not imported; the sentence says what to do.
        BadQuery: an option does not exist, or cannot say what it does.
    """
    paths = (path,) if isinstance(path, Path) else tuple(path)
    options = options or ReadOptions()
    require_options(options.others)
    with find(paths) as finding:
        if len(kinds := {found.raster for found in finding.usable}) == 1:
            require_options(options.others, "rasters" if True in kinds else "features")

        def beside(seen: Survey, layer: SourceLayer, candidates: Candidates) -> Candidates:
            return _beside(neighbours, seen, layer, candidates)

        members = [_inspect_one(found, frame, options, city, beside) for found in finding.sources if not found.raster]
        rasters = tuple(found.path for found in finding.sources if found.raster and not found.refusal)
        if rasters:
            how = ImportOptions(read=options, city=tuple(city), rules=rules)
            members.append(_inspect_rasters(rasters, frame, how))
        return _together(paths[0].name, members, finding)


def _together(name: str, members: list[Inspection], finding: Finding) -> Inspection:
    """One member is the answer itself; several are told side by side."""
    aside = tuple(say("left-aside", text=text) for text in finding.aside)
    if len(members) == 1:
        only = members[0]
        return Inspection(
            name, only.format, only.kind, only.layers, only.decisions, only.notes + aside, only.members, only.refusal
        )
    formats = ", ".join(dict.fromkeys(member.format for member in members))
    return Inspection(
        name,
        say("sources-of-formats", count=len(members), formats=formats),
        members[0].kind,
        notes=aside,
        members=tuple(members),
    )


def _inspect_one(
    found: Found, frame: Frame, options: ReadOptions, city: Sequence[Transform], beside: Beside
) -> Inspection:
    name, kind = found.name, found.format.kind
    if found.refusal or found.format.open is None:
        return Inspection(name, found.format.name, kind, refusal=found.refusal)
    try:
        source = found.format.open(found.path, options)
    except GeoError as error:
        return Inspection(name, found.format.name, kind, refusal=reason(error))
    try:
        layers = tuple(_inspect_layer(layer, frame, options, city, beside) for layer in source.layers)
    except GeoError as error:
        return Inspection(name, source.format, kind, decisions=source.decisions, refusal=reason(error))
    finally:
        source.close()
    return Inspection(name, source.format, kind, layers, source.decisions, source.notes)


def _beside(neighbours: Neighbours | None, seen: Survey, layer: SourceLayer, candidates: Candidates) -> Candidates:
    """Add to the likeliest candidates whether the layer would line up with its neighbours."""
    if neighbours is None:
        return candidates
    told = []
    for candidate in candidates[:HELD_AGAINST_NEIGHBOURS]:
        crs = layer.crs if candidate.declared and layer.crs is not None else parse_crs(candidate.crs)
        supports, against = neighbours.speak(*degrees(seen.points, Placement(crs, candidate.swapped)))
        told.append(replace(candidate, supports=candidate.supports + supports, against=candidate.against + against))
    return (*told, *candidates[HELD_AGAINST_NEIGHBOURS:])


def _inspect_layer(
    layer: SourceLayer, frame: Frame, options: ReadOptions, city: Sequence[Transform], beside: Beside
) -> LayerInspection:
    seen = survey(layer)
    if not seen.drawable:
        return _nothing_drawable(layer, seen)
    evidence = weigh(seen, layer.crs, layer.facts, frame, options, layer.crs_by)
    candidates = beside(seen, layer, evidence.candidates[:12])
    operation, asked = _operation(seen, evidence, frame, options, city)
    return LayerInspection(
        name=layer.name,
        count=seen.count if seen.complete else layer.claimed,
        geometry_kinds=seen.kinds,
        columns=layer.columns,
        bounds=seen.bounds,
        crs=next((candidate for candidate in candidates if candidate.declared), None),
        candidates=candidates,
        decisions=layer.decisions + evidence.decisions,
        questions=layer.questions + evidence.questions + asked,
        facts=layer.facts + evidence.warnings + warnings_of(layer, seen, frame, options) + _done(seen),
        operation=operation,
        heights=_heights(layer, seen, options),
        sampled=not seen.complete,
    )


def _nothing_drawable(layer: SourceLayer, seen: Survey) -> LayerInspection:
    """Ask nothing about a layer that will not be imported."""
    fact = say("nothing-to-draw")
    return LayerInspection(
        layer.name, seen.count, seen.kinds, layer.columns, None, None, facts=(fact, *seen.reasons, *_done(seen))
    )


def _operation(
    seen: Survey, evidence: Evidence, frame: Frame, options: ReadOptions, city: Sequence[Transform]
) -> tuple[str | None, tuple[Question, ...]]:
    """Say which operation would be used, or ask for the one that is missing."""
    if evidence.placement is None:
        return None, ()
    try:
        transform = storage_transform(
            evidence.placement, degrees(seen.points, evidence.placement), frame, options, city
        )
    except NoDatumOperation as error:
        why = reason(error)
        nameless = isinstance(why, Sentence) and why.code == "no-datum-in-crs"
        return None, (Question(say("the-datum"), why, "--crs" if nameless else "geoservice datum add", ()),)
    return steps_told(transform), ()


def _heights(layer: SourceLayer, seen: Survey, options: ReadOptions) -> str | None:
    if seen.heights is None:
        return None
    low, high = seen.heights
    system = options.heights or layer.height_datum or say("height-system-not-stated")
    return say("heights-range", low=low, high=high, system=system)


def _done(seen: Survey) -> tuple[str, ...]:
    return tuple(say("done-count", what=what, number=number) for what, number in seen.done.items())


def _inspect_rasters(paths: tuple[Path, ...], frame: Frame, how: ImportOptions) -> Inspection:
    from importers.raster.survey import inspect_rasters

    return inspect_rasters(paths, frame, how)


def to_text(found: Inspection, language: Language = "en", indent: str = "") -> str:
    """Return the inspection for a terminal."""
    inside: list[str] = [say("not-importable-line", refusal=found.refusal)] if found.refusal else []
    inside += [decision_line(decision) for decision in found.decisions]
    inside += [say("note-text", text=note) for note in found.notes]
    lines = [worded(say("file-format", path=found.path, format=found.format), language)]
    lines += [f"  {worded(line, language)}" for line in inside]
    for layer in found.layers:
        head, *rest = (worded(line, language) for line in _layer_text(layer))
        lines += [f"  {head}", *(f"    {line}" for line in rest)]
    for member in found.members:
        lines.append(to_text(member, language, indent + "  "))
    asked = () if indent else found.questions
    lines += [f"  {worded(_question_line(question), language)}" for question in asked]
    return "\n".join(indent + line for line in "\n".join(lines).splitlines())


def _question_line(question: Question) -> str:
    """Return a question with the option that answers it; where none does, with what is in the way."""
    if not question.option:
        return say("question-without-option", what=question.what, why=question.why)
    return say("question-line", what=question.what, option=question.option, why=question.why)


def _layer_text(layer: LayerInspection) -> list[str]:
    kinds = ", ".join(f"{number} {kind}" for kind, number in layer.geometry_kinds.items()) or say("no-features")
    count = say("unknown-number-of") if layer.count is None else layer.count
    if layer.count is None and not layer.geometry_kinds:
        return [say("layer-line-raster", layer=layer.name), *_layer_details(layer)]
    lines: list[str] = [
        say("layer-line-sampled" if layer.sampled else "layer-line", layer=layer.name, count=count, kinds=kinds),
        say("columns-line", columns=", ".join(f"{c.title} {c.type}" for c in layer.columns) or say("none")),
    ]
    return lines + _layer_details(layer)


def _layer_details(layer: LayerInspection) -> list[str]:
    """Return where a layer lies, in which system it may be, what was decided and noticed."""
    lines: list[str] = []
    if layer.bounds:
        lines.append(say("extent-line", extent=", ".join(f"{number:.10g}" for number in layer.bounds)))
    for candidate in layer.candidates[:6]:
        code = "declared-line" if candidate.declared else "candidate-line"
        lines.append(say(code, crs=candidate.crs, name=candidate.name))
        lines += [say("indented", text=say("speaks-for", text=text)) for text in candidate.supports]
        lines += [say("indented", text=say("speaks-against", text=text)) for text in candidate.against]
    lines += [decision_line(decision) for decision in layer.decisions]
    lines += [say("note-text", text=fact) for fact in layer.facts]
    lines += [say("heights-line", heights=layer.heights)] if layer.heights else []
    lines += [say("would-line", operation=layer.operation)] if layer.operation else []
    return lines
