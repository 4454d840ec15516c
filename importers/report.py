"""The report of an import: what came in, what was decided by whom, what was done, what became of every feature.

One value, shown three ways: JSON (stored with the layer and answered by the API), text for the terminal, and the page
that the service makes of the JSON. Datum parameters never appear in it: quality yes, numbers no.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from importers.batch import Decision, Json, as_json
from importers.vector.counts import Tally
from layers.frame import Bounds, Text
from layers.layer import SourceFile
from layers.sentences import Language, say, worded

Verdict = Literal["pass", "conditional", "fail", "refused"]
Outcome = Literal["pass", "conditional", "fail"]
ORDER: dict[str, int] = {"pass": 0, "conditional": 1, "fail": 2}
TOLD = 50
"""Source files named in a terminal; the report itself names all of them."""


@dataclass(frozen=True)
class Check:
    """One quality check: what was looked at, how it came out, and in which numbers."""

    name: str
    outcome: Outcome
    detail: str


@dataclass(frozen=True)
class Counts:
    """What became of the features: ``read = kept + repaired + split - merged + refused``, exactly.

    ``rows`` were written: ``kept + repaired + parts``, where ``parts`` are the rows that split features became.
    """

    read: int = 0
    kept: int = 0
    repaired: int = 0
    split: int = 0
    merged: int = 0
    refused: int = 0
    rows: int = 0
    parts: int = 0
    without_geometry: int = 0

    @classmethod
    def of(cls, tally: Tally) -> "Counts":
        """Take the counts of a finished tally."""
        return cls(
            read=tally.read, kept=tally.kept, repaired=tally.repaired, split=tally.split, merged=tally.merged,
            refused=tally.refused, rows=tally.rows, parts=tally.parts, without_geometry=tally.without_geometry,
        )  # fmt: skip

    @property
    def add_up(self) -> bool:
        """Whether the equation holds."""
        features = self.read == self.kept + self.repaired + self.split - self.merged + self.refused
        return features and self.rows == self.kept + self.repaired + self.parts


@dataclass(frozen=True)
class Report:
    """What an import did. ``refused_key`` is the storage key of the GeoPackage with the refused features.

    ``protected``: the city's own parameters moved them, so that they are for the layer's department only: mended and
    published, they would tell the parameters beside where they lay before.
    """

    layer: str
    kind: str
    verdict: Verdict
    department: str = ""
    version: int | None = None
    sources: tuple[SourceFile, ...] = ()
    format: str = ""
    source_layer: str = ""
    crs: str | None = None
    decisions: tuple[Decision, ...] = ()
    operations: tuple[str, ...] = ()
    operation_note: str = ""
    accuracy_m: float | None = None
    largest_scale: int | None = None
    scale_why: Text = field(default_factory=dict)
    counts: Counts = Counts()
    geometry: Mapping[str, int] = field(default_factory=dict)
    done: Mapping[str, int] = field(default_factory=dict)
    refusals: Mapping[str, int] = field(default_factory=dict)
    examples: tuple[str, ...] = ()
    refused_key: str | None = None
    protected: bool = False
    checks: tuple[Check, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    extent: Bounds | None = None
    captured: str | None = None
    by: str = "user"
    seconds: float | None = None
    problem: str | None = None
    published_failed: bool = False
    id: int | None = None
    others: tuple["Report", ...] = ()

    def stored(self) -> Json:
        """Return the report as it is kept: plain JSON whose sentences have their codes and values."""
        body: Json = as_json(self)
        return body

    def to_json(self, language: Language = "en") -> Json:
        """Return the report as plain JSON, its sentences in a language."""
        body: Json = worded(self.stored(), language)
        return body

    def to_text(self, language: Language = "en") -> str:
        """Return the report for a terminal."""
        lines = [*_lines(self), *(line for other in self.others for line in ["", *_lines(other)])]
        return "\n".join(worded(line, language) for line in lines)

    def numbered(self, report_id: int) -> "Report":
        """Return the report with its number in the catalogue."""
        return replace(self, id=report_id)


def verdict_of(checks: tuple[Check, ...]) -> Outcome:
    """Return the worst outcome."""
    worst: Outcome = max((check.outcome for check in checks), key=ORDER.__getitem__, default="pass")
    return worst


def _lines(report: Report) -> list[str]:
    head = {"layer": report.layer, "kind": say(f"kind-{report.kind}"), "verdict": say(f"verdict-{report.verdict}")}
    told: list[str] = [report.problem] if report.problem else []
    told += [say("source-line", file=file.name, size=file.size, sum=file.sha256[:16]) for file in report.sources[:TOLD]]
    if len(report.sources) > TOLD:
        told.append(say("and-more", count=len(report.sources) - TOLD))
    told += [decision_line(decision) for decision in report.decisions]
    if report.operations:
        told.append(say("transformed-line", steps=report.operations, note=report.operation_note))
    told += _count_lines(report)
    told += [say("done-count", what=what, number=number) for what, number in report.done.items()]
    told += [say("refused-line", reason=reason, number=number) for reason, number in report.refusals.items()]
    if report.refused_key and report.id:
        told.append(say("refused-file-line", key=report.refused_key, report=report.id))
    told += [
        say("check-line", check=check.name, outcome=say(f"verdict-{check.outcome}"), detail=check.detail)
        for check in report.checks
    ]
    told += [say("warning-text", text=text) for text in report.warnings]
    told += [say("note-text", text=text) for text in report.notes]
    if report.scale_why:
        told.append(say("scale-line", why=report.scale_why))
    if report.seconds is not None:
        told.append(say("seconds-line", seconds=report.seconds))
    first = say("report-head-version", version=report.version, **head) if report.version else say("report-head", **head)
    return [first, *(say("indented", text=line) for line in told)]


def decision_line(decision: Decision) -> str:
    """Return what was decided, by whom and on what evidence."""
    told = {"what": decision.what, "value": decision.value, "by": say(f"by-{decision.by}")}
    return (
        say("decision-line-evidence", evidence=decision.evidence, **told)
        if decision.evidence
        else say("decision-line", **told)
    )


def _count_lines(report: Report) -> list[str]:
    counts = report.counts
    if not counts.read:
        return []
    line = say(
        "counts-line", read=counts.read, kept=counts.kept, repaired=counts.repaired, split=counts.split,
        refused=counts.refused, rows=counts.rows,
    )  # fmt: skip
    kinds = ", ".join(f"{number} {kind}" for kind, number in report.geometry.items())
    return [line + say("in-brackets", text=kinds) if kinds else line]
