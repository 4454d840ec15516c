"""Quality checks after an import, each with its outcome and its numbers, and the accuracy that can be stated."""

import math

from importers.batch import ImportOptions, SourceLayer
from importers.report import Check, Outcome
from importers.scale import gate_of_transform
from importers.vector.counts import Tally
from importers.vector.survey import Survey
from layers.crs.names import DEGREE_M
from layers.crs.transform import Transform
from layers.sentences import say

REFUSED_FAIL = 0.25
"""Share of refused features above which an import fails."""


def check_features(tally: Tally, layer: SourceLayer, transform: Transform, options: ImportOptions) -> tuple[Check, ...]:
    """Judge what was written."""
    return (
        _counts(tally),
        _complete(tally, layer),
        _geometry(tally),
        _repairs(tally),
        _duplicates(tally),
        _operation(transform, options),
        _place(tally),
    )


def accuracy_of(transform: Transform, seen: Survey, options: ImportOptions) -> float | None:
    """Return the planimetric error that can be stated, metres; None when nobody states the data's own.

    The data's error (stated, or that of the stated scale, or the rounding of the coordinates where it is coarse) and
    the operation's add in squares. Rounding to a step gives an RMSE of step / sqrt(6) in the plane.
    """
    own = options.accuracy_m
    if own is None and options.scale:
        own = options.rules.error_mm / 1000 * options.scale
    rounding = seen.step / math.sqrt(6) if seen.step else 0.0
    if transform.source.is_geographic:
        rounding *= DEGREE_M
    if own is None:
        own = rounding if rounding > 10.0 else None
    if own is None or transform.accuracy_m is None:
        return None
    return math.hypot(own, transform.accuracy_m)


def _counts(tally: Tally) -> Check:
    equation = say(
        "counts-add-up",
        read=tally.read,
        kept=tally.kept,
        repaired=tally.repaired,
        split=tally.split,
        merged=tally.merged,
        refused=tally.refused,
    )
    return Check(say("counts"), "pass" if tally.adds_up() else "fail", equation)


def _complete(tally: Tally, layer: SourceLayer) -> Check:
    if layer.claimed is None or layer.claimed == tally.read:
        return Check(say("completeness"), "pass", say("all-read", read=tally.read))
    return Check(say("completeness"), "conditional", say("claimed-but-read", claimed=layer.claimed, read=tally.read))


def _geometry(tally: Tally) -> Check:
    share = tally.refused / tally.read if tally.read else 0.0
    outcome: Outcome = "fail" if share > REFUSED_FAIL else "conditional" if tally.refused else "pass"
    detail = say("features-refused", refused=tally.refused, read=tally.read)
    if tally.without_geometry:
        outcome = "conditional" if outcome == "pass" else outcome
        detail += say("also-without-geometry", without_geometry=tally.without_geometry)
    complaints = sum(number for text, number in tally.done.items() if text.startswith("the reader complained"))
    if complaints:
        outcome = "conditional" if outcome == "pass" else outcome
        detail += say("also-complaints", complaints=complaints)
    return Check(say("geometry"), outcome, detail)


def _repairs(tally: Tally) -> Check:
    if not tally.repaired and not tally.repairs:
        return Check(say("repairs"), "pass", say("nothing-repaired"))
    change = sum(area for _, _, area in tally.repairs)
    worst = max(tally.repairs, key=lambda repair: abs(repair[2]), default=None)
    detail = say("features-repaired", repaired=tally.repaired, change=change)
    if worst is not None:
        detail += say("most-repaired", worst=worst[0], worst2=worst[2], worst3=worst[1])
    return Check(say("repairs"), "conditional", detail)


def _duplicates(tally: Tally) -> Check:
    found = tally.duplicates()
    outcome: Outcome = "conditional" if found > 0.001 * max(tally.rows, 1) else "pass"
    detail = say("rows-duplicate", found=found)
    if (others := tally.same_shapes() - found) > 0:
        detail += say("also-duplicate-geometry", others=others)
    return Check(say("duplicates"), outcome, detail)


def _operation(transform: Transform, options: ImportOptions) -> Check:
    if transform.accuracy_m is None:
        return Check(say("operation"), "conditional", say("operation-accuracy-unknown"))
    gate = gate_of_transform(transform.accuracy_m, options.scale, options.rules) if options.scale else "pass"
    outcome: Outcome = "conditional" if transform.kind == "approximate" or gate != "pass" else "pass"
    detail = say("operation-kind", kind=say(f"kind-{transform.kind}"), metres=transform.accuracy_m)
    if gate == "flag":
        detail += say("operation-gate-flag", mm=options.rules.flag_mm, scale=options.scale)
    elif gate == "refuse":
        detail += say("operation-gate-refuse", mm=options.rules.refuse_mm, scale=options.scale)
    return Check(say("operation"), outcome, detail)


def _place(tally: Tally) -> Check:
    detail = say("outside-extent", outside=tally.outside, rows=tally.rows)
    if tally.at_zero:
        detail += say("also-at-zero", at_zero=tally.at_zero)
    if tally.distant:
        detail += say("also-distant", distant=tally.distant)
    far = tally.outside and tally.outside >= 0.5 * tally.rows
    return Check(say("place"), "conditional" if far or tally.at_zero or tally.distant else "pass", detail)
