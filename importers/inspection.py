"""What is found out about a file before it is imported: the values that ``inspect`` answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from importers.batch import Decision, Json, Question, SourceColumn, SourceKind, as_json
from layers.frame import Bounds
from layers.sentences import Language, worded


@dataclass(frozen=True)
class CrsCandidate:
    """A coordinate system a layer may be in, with the evidence for and against it; ``score`` only orders them.

    ``swapped``: with the north ordinate first.
    """

    crs: str
    name: str
    score: int
    supports: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    declared: bool = False
    swapped: bool = False


@dataclass(frozen=True)
class LayerInspection:
    """What is known about one layer before importing it. ``bounds`` are in the file's own coordinates."""

    name: str
    count: int | None
    geometry_kinds: Mapping[str, int]
    columns: tuple[SourceColumn, ...]
    bounds: Bounds | None
    crs: CrsCandidate | None
    candidates: tuple[CrsCandidate, ...] = ()
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()
    facts: tuple[str, ...] = ()
    operation: str | None = None
    heights: str | None = None
    sampled: bool = False


@dataclass(frozen=True)
class Inspection:
    """Everything ``inspect`` found out about a file, folder or archive; nothing was written."""

    path: str
    format: str
    kind: SourceKind
    layers: tuple[LayerInspection, ...] = ()
    decisions: tuple[Decision, ...] = ()
    notes: tuple[str, ...] = ()
    members: tuple["Inspection", ...] = ()
    refusal: str | None = None

    @property
    def questions(self) -> tuple[Question, ...]:
        """What must be answered first, of all layers and members, each once."""
        asked = [q for layer in self.layers for q in layer.questions] + [q for m in self.members for q in m.questions]
        return tuple(dict.fromkeys(asked))

    def to_json(self, language: Language = "en") -> Json:
        """Return the same as JSON, its sentences in a language, the questions gathered at the top."""
        shown: Json = worded(as_json(self) | {"questions": as_json(self.questions)}, language)
        return shown
