"""The part of a report that counts: what was decided and done, what became of the features; nothing is judged here."""

from importers.batch import crs_name
from importers.report import Counts, Report
from importers.vector.counts import Tally
from importers.vector.plan import Plan
from layers.layer import LayerSpec
from layers.sentences import Sentence, say


def counted(planned: Plan, spec: LayerSpec, tally: Tally) -> Report:
    """Report what was decided, done and counted, before anything is judged."""
    source, layer = planned.chosen.source, planned.chosen.layer
    return Report(
        layer=spec.name,
        kind="vector",
        department=spec.department,
        verdict="refused",
        format=source.format,
        source_layer=layer.name,
        crs=crs_name(planned.placement.crs),
        decisions=source.decisions + layer.decisions + planned.evidence.decisions + planned.renamed,
        operations=planned.transform.steps,
        operation_note=planned.transform.note,
        protected=planned.transform.kind == "city",
        counts=Counts.of(tally),
        geometry=dict(tally.kinds),
        done=dict(tally.done),
        refusals=dict(tally.reasons),
        examples=tuple(say("id-reason", source_id=r.source_id, reason=r.reason) for r in tally.refusals[:20]),
        notes=source.notes + _facts(planned) + planned.notes + _left_out(tally),
    )


def _left_out(tally: Tally) -> tuple[str, ...]:
    kept = len(tally.refusals)
    return (say("refused-first", kept=kept, refused=tally.refused),) if tally.refused > kept else ()


def _facts(planned: Plan) -> tuple[str, ...]:
    """Return what the file says of itself, for a report that many may read.

    Where a drawing lay is not told when the city's own parameters moved it: beside what is published it tells them.
    """
    facts = planned.chosen.layer.facts
    if planned.transform.kind != "city":
        return facts
    return tuple(fact for fact in facts if not (isinstance(fact, Sentence) and fact.code == "dxf-ordinates"))
