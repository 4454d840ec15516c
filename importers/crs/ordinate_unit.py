"""Ordinates in another unit than the metres of their system: kilometres of a table, millimetres of a drawing program.

The unit is told by the user and never guessed. Where nothing fits, it is said in which unit the data would lie in the
frame.
"""

import numpy as np
import pyproj

from importers.batch import Decision, ReadOptions, crs_name
from importers.crs.placement import Placement, share_in_frame
from importers.crs.zones import CERTAIN
from importers.vector.survey import Survey
from layers.crs.names import parse_crs
from layers.errors import BadQuery
from layers.frame import Frame
from layers.sentences import listed, say

OPTION = "ordinate_m"
UNITS = (1000.0, 0.01, 0.001)
"""Metres of the units that ordinates come in: kilometres, centimetres, millimetres."""
_MOST = 1e6
_MOST_WAYS = 3


def said_unit(options: ReadOptions) -> float:
    """Return how many metres the user says an ordinate's unit has; 1 where nothing is said.

    Raises:
        BadQuery: ``ordinate_m`` is no length.
    """
    said = options.others.get(OPTION, "1")
    try:
        metres = float(said)
    except ValueError:
        metres = np.nan
    if not 1 / _MOST <= metres <= _MOST:
        raise BadQuery(say("metres-of-a-unit", name=OPTION, said=said), OPTION)
    return metres


def unit_decisions(metres: float) -> tuple[Decision, ...]:
    """Return the unit that was said, nothing where none was."""
    if metres == 1.0:
        return ()
    return (Decision(say("ordinate-unit"), say("unit-of-metres", metres=metres), "user", (_option(metres),)),)


def other_unit(survey: Survey, frame: Frame, chosen: pyproj.CRS | None = None) -> str | None:
    """Say in which other unit the data would lie in the frame; None when in none.

    ``chosen`` is the system asked about; else those of the frame's files are tried.
    """
    codes = frame.source_srids or (frame.metric_srid,)
    systems = [chosen] if chosen is not None else [parse_crs(code) for code in codes]
    ways: dict[str, str] = {}
    for metres in UNITS:
        for crs in systems:
            for swapped in (False, True):
                if not crs.is_projected:
                    continue
                if share_in_frame(survey.points, Placement(crs, swapped, unit_m=metres), frame) >= CERTAIN:
                    axis = "--axis yx " if swapped else ""
                    ways.setdefault(axis + _option(metres), crs_name(crs))
    if not ways:
        return None
    told = listed(say("digits-would-fit", crs=crs, option=option) for option, crs in list(ways.items())[:_MOST_WAYS])
    return say("unit-not-metres", title=frame.title or frame.name, ways=told)


def _option(metres: float) -> str:
    return f"--option {OPTION}={metres:g}"
