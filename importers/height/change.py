"""Brings heights into another height system, where one number is known that does it, and only when asked to.

Of the national systems one difference is published: the origin in Qingdao is 72.289 m high in the system of 1956 and
72.260 m in that of 1985, so heights of 1985 are 0.029 m less (State Bureau of Surveying and Mapping, 1987). Levelling
networks were adjusted anew between the two, so elsewhere the difference is another by centimetres: the number is
nominal and is told so, unless the city gives its own (``heights_add_m``). Between the national systems, the geoid
models and the ellipsoid lie surfaces, not numbers; without the city's own number such a change is refused.
"""

import math

from importers.batch import Decision, ImportOptions
from importers.errors import UnsupportedSource
from importers.height.systems import SYSTEMS, known_system
from layers.errors import BadQuery
from layers.sentences import say

MOST_M = 200.0
"""No two height systems of one place are farther apart."""
NOMINAL_M = {("1956", "1985"): -0.029}
"""Metres to be added to heights of the first system to have them in the second."""


def change_heights(
    name: str, system: str | None, options: ImportOptions
) -> tuple[str | None, float, tuple[Decision, ...], tuple[str, ...]]:
    """Return the system heights are published in, the metres to add for it, the decision and what is to be told.

    ``name`` is the file's, ``system`` the full name of the system its heights are in, None when unknown.

    Raises:
        BadQuery: ``to_heights`` names no height system, or ``heights_add_m`` is no number of metres.
        UnsupportedSource: no number is known that leads there.
    """
    said = options.read.others.get("to_heights")
    if said is None:
        return system, 0.0, (), ()
    target = known_system(said)
    if target == system:
        return system, 0.0, (), ()
    own = _own_difference(options)
    metres = nominal_difference(system, target) if own is None else own
    if metres is None:
        raise UnsupportedSource(say("heights-no-way", sheet=name, system=system or say("unknown"), target=target))
    decision = Decision(
        say("height-change"), say("metres-added", metres=f"{metres:+.3f}"), "user", (f"to_heights={said}",)
    )
    told = () if own is not None else (say("heights-nominal", sheet=name, system=system, target=target),)
    return target, metres, (decision,), told


def _own_difference(options: ImportOptions) -> float | None:
    """Return the metres that the city says are to be added; None when it says none."""
    said = options.read.others.get("heights_add_m")
    if said is None:
        return None
    try:
        metres = float(said)
    except ValueError:
        metres = math.nan
    if not abs(metres) < MOST_M:
        raise BadQuery(say("heights-add", said=said, most=MOST_M), "heights_add_m")
    return metres


def nominal_difference(system: str | None, target: str) -> float | None:
    """Return the metres to add to heights of one system to have them in another; None when no number is known."""
    short = {full: key for key, full in SYSTEMS.items()}
    pair = short.get(system or "", ""), short.get(target, "")
    if pair in NOMINAL_M:
        return NOMINAL_M[pair]
    back = NOMINAL_M.get((pair[1], pair[0]))
    return None if back is None else -back
