"""What is settled before the first row is written: which layers are imported, and how each comes onto the frame."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from importers.batch import Decision, ImportOptions, Question, Source, SourceLayer
from importers.crs.evidence import Evidence, weigh
from importers.crs.placement import Placement, degrees
from importers.crs.transform import storage_transform
from importers.desk import Desk
from importers.errors import NoSuchSourceLayer, NothingToImport, QuestionOpen
from importers.finding import Found
from importers.vector.columns import table_columns
from importers.vector.survey import Survey, survey
from layers.crs.transform import Transform
from layers.frame import Frame
from layers.layer import Column, LayerSpec
from layers.sentences import say

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
    def z(self) -> bool | None:
        """Whether the table keeps heights; None where some features have them and some do not."""
        declared, seen = self.chosen.layer.geometry_type, self.chosen.seen
        some = seen.has_z or " Z" in declared or "3D" in declared
        return None if some and seen.flat else some


def open_all(usable: Sequence[Found], options: ImportOptions) -> Iterator[Source]:
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


def choose(sources: Sequence[Source], desk: Desk) -> list[Chosen]:
    """Take the layers that hold something to draw; several only when asked for, or when a mapping made them."""
    desk.progress(0, None, say("looking-at-data"))
    every = [Chosen(source, layer, survey(layer)) for source in sources for layer in source.layers]
    drawable = [one for one in every if one.seen.drawable]
    if not drawable:
        raise NothingToImport(_why_nothing(every))
    asked = bool(desk.options.read.layer) or all(one.layer.target for one in drawable)
    if len(drawable) > 1 and not asked:
        names = ", ".join(one.layer.name for one in drawable)
        files = dict.fromkeys(one.source.path.name for one in drawable)
        which = say(
            "name-the-layers", file=", ".join(files), count=len(drawable), names=names, every_layer=EVERY_LAYER
        )  # fmt: skip
        raise QuestionOpen(which + (say("or-merge") if len(files) > 1 else ""))
    left = tuple(say("layer-not-drawn", layer=o.layer.name) for o in every if o.seen.count and not o.seen.drawable)
    return [replace(one, source=replace(one.source, notes=one.source.notes + left)) for one in drawable]


def _why_nothing(every: Sequence[Chosen]) -> str:
    shown = []
    for one in every:
        seen = one.seen
        what = say("no-features") if not seen.count else say("features-not-drawable", count=seen.count)
        complaints = [text for text in seen.done if text.startswith("the reader complained")]
        reasons = (*seen.reasons, *complaints, *(() if seen.count else one.source.notes))
        told = say("layer-has", layer=one.layer.name, what=what)
        shown.append(told + say("in-brackets", text=reasons) if reasons else told)
    file = every[0].source.path.name if every else ""
    return say("file-nothing-to-draw", file=file, reasons=tuple(shown))


def spec_of(spec: LayerSpec, layer: SourceLayer, name: str, of: int) -> LayerSpec:
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
    evidence = weigh(seen, layer.crs, layer.facts, frame, options.read, layer.crs_by)
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
