"""In which units a drawing is, and where: by what the user says, the ordinates, GEODATA and ``$INSUNITS``.

CAD templates set ``$INSUNITS`` to millimetres whatever is drawn, so ordinates that read as Gauss-Krüger metres in China
outweigh it. Where nothing decides, the question is asked: a drawing in millimetres taken for metres is a thousandfold
wrong.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyproj
from ezdxf.document import Drawing
from ezdxf.lldxf.const import InvalidGeoDataException

from importers.batch import Decision, Question
from importers.drawing.ordinates import Ordinates
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.errors import GeoError
from layers.sentences import say

UNITS = {"mm": 0.001, "cm": 0.01, "dm": 0.1, "m": 1.0, "km": 1000.0, "in": 0.0254, "ft": 0.3048, "yd": 0.9144,
         "us-ft": 1200 / 3937}  # fmt: skip
_INSUNITS = {1: "in", 2: "ft", 4: "mm", 5: "cm", 6: "m", 7: "km", 10: "yd", 14: "dm", 21: "us-ft"}

Affine = tuple[float, float, float, float, float, float]


class UnknownUnit(GeoError):
    """The unit of length is not known."""


@dataclass(frozen=True)
class Placement:
    """What GEODATA says: the CRS and the affine matrix (xoff, yoff, a, b, d, e) from drawing to its east, north."""

    crs: pyproj.CRS
    matrix: Affine = field(repr=False)


@dataclass(frozen=True)
class Units:
    """The length of a drawing unit in metres, how that was settled, or the question that settles it."""

    metres: float
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()


def geodata(document: Drawing) -> tuple[Placement | None, str | None]:
    """Return what the GEODATA object says, and a sentence for the report; (None, None) when there is none."""
    found = document.modelspace().get_geodata()
    if found is None:
        return None, None
    try:
        matrix, epsg = found.get_crs_transformation()
        crs = parse_crs(epsg)
    except (InvalidGeoDataException, GeoError, ValueError, AttributeError) as error:
        return None, say("geodata-unusable", str=" ".join(str(error).split())[:80])
    (x_off, y_off, _), (ax, ay, _), (bx, by, _) = (matrix.transform(point) for point in ((0, 0), (1, 0), (0, 1)))
    affine = (x_off, y_off, ax - x_off, bx - x_off, ay - y_off, by - y_off)
    return Placement(crs, affine), say("geodata-places", epsg=epsg)


def settle_units(
    said: str | None, crs: str | None, insunits: int, drawn: Ordinates, placement: Placement | None
) -> Units:
    """Settle the drawing's units. ``drawn`` are (some of) its ordinates, ``crs`` what the user says."""
    declared = _INSUNITS.get(insunits)
    claim = (
        say("insunits", number=insunits, unit=declared) if declared else say("insunits-none", number=insunits or "0")
    )
    if said is not None:
        return _settled(said, "user", claim)
    if placement is not None:
        return Units(UNITS.get(declared or "m", 1.0), (Decision(say("units"), say("as-in-geodata"), "file", (claim,)),))
    given = parse_crs(crs) if crs else None
    if given is not None and given.is_geographic:
        return Units(
            1.0, (Decision(say("units"), say("degrees"), "user", (say("crs-in-degrees", given=given.name), claim)),)
        )
    if drawn.read_as_gauss_krueger():
        return _settled("m", "measured", say("ordinates-read-as-gk"), claim)
    fitting = [] if given is None else _units_that_fit(given, drawn, [u for u in ("m", declared) if u])
    if given is not None and fitting:
        return _settled(fitting[0], "measured", say("ordinates-in-area", given=given.name), claim)
    if declared is not None:
        return _settled(declared, "file", claim)
    why = say("drawing-no-unit")
    return Units(1.0, (), (Question(say("units"), say("which-unit", why=why), "--units", tuple(UNITS)),))


def _settled(unit: str, by: Any, *evidence: str) -> Units:
    if unit not in UNITS:
        raise UnknownUnit(say("not-a-unit", unit=unit, units=", ".join(UNITS)))
    return Units(UNITS[unit], (Decision(say("units"), unit, by, evidence),))


def _units_that_fit(crs: pyproj.CRS, drawn: Ordinates, units: list[str]) -> list[str]:
    """Return the units in which the drawing's middle falls into the CRS's area of use."""
    use, middle = crs.area_of_use, drawn.middle
    if use is None or crs.geodetic_crs is None or middle is None:
        return []
    to_degrees = find_transform(crs, crs.geodetic_crs)
    fitting = []
    for unit in units:
        x, y = (np.array([ordinate * UNITS[unit]]) for ordinate in middle)
        lon, lat = to_degrees.points(x, y)
        if use.west <= lon[0] <= use.east and use.south <= lat[0] <= use.north:
            fitting.append(unit)
    return fitting
