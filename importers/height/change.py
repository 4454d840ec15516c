"""Brings heights into another height system, where one number is known that does it, and only when asked to.

Of the national systems one difference is published: heights of 1985 are those of 1956 less 0.029 m at the origin in
Qingdao. Levelling networks were adjusted anew between the two, so elsewhere the difference is another by centimetres:
the number is nominal and is told so. Between the national systems, the geoid models and the ellipsoid lie surfaces, not
numbers; without the city's geoid model such a change is refused.
"""

from importers.batch import Decision, ImportOptions
from importers.errors import UnsupportedSource
from importers.height.systems import SYSTEMS, known_system
from layers.sentences import say

NOMINAL_M = {("1956", "1985"): -0.029}
"""Metres to be added to heights of the first system to have them in the second."""


def change_heights(
    name: str, system: str | None, options: ImportOptions
) -> tuple[str | None, float, tuple[Decision, ...], tuple[str, ...]]:
    """Return the system heights are published in, the metres to add for it, the decision and what is to be told.

    ``name`` is the file's, ``system`` the full name of the system its heights are in, None when unknown.

    Raises:
        BadQuery: ``to_heights`` names no height system.
        UnsupportedSource: no number is known that leads there.
    """
    said = options.read.others.get("to_heights")
    if said is None:
        return system, 0.0, (), ()
    target = known_system(said)
    if target == system:
        return system, 0.0, (), ()
    metres = nominal_difference(system, target)
    if metres is None:
        raise UnsupportedSource(say("heights-no-way", sheet=name, system=system or say("unknown"), target=target))
    decision = Decision(
        say("height-change"), say("metres-added", metres=f"{metres:+.3f}"), "user", (f"to_heights={said}",)
    )
    return target, metres, (decision,), (say("heights-nominal", sheet=name, system=system, target=target),)


def nominal_difference(system: str | None, target: str) -> float | None:
    """Return the metres to add to heights of one system to have them in another; None when no number is known."""
    short = {full: key for key, full in SYSTEMS.items()}
    pair = short.get(system or "", ""), short.get(target, "")
    if pair in NOMINAL_M:
        return NOMINAL_M[pair]
    back = NOMINAL_M.get((pair[1], pair[0]))
    return None if back is None else -back
