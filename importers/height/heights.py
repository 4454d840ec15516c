"""Settles what the numbers of a height grid mean: their unit and the system of heights they count from.

The 1985 and 1956 datums, the geoid models and the ellipsoid lie decimetres to tens of metres apart and no number tells
which one was meant. So the system is the user's word, the file's, or what the file's format prescribes; otherwise it is
recorded as unknown, with a warning, and never assumed.
"""

from dataclasses import dataclass

from importers.batch import Decision, ImportOptions
from importers.height.change import change_heights
from importers.height.systems import SYSTEMS, known_system
from importers.raster.sheet import Sheet
from layers.crs.names import vertical_name
from layers.errors import BadQuery
from layers.sentences import say

METRES = {
    "米": 1.0, "分米": 0.1, "厘米": 0.01, "毫米": 0.001, "英尺": 0.3048,
    "m": 1.0, "metre": 1.0, "meter": 1.0, "metres": 1.0, "meters": 1.0, "dm": 0.1, "cm": 0.01, "mm": 0.001,
    "ft": 0.3048, "foot": 0.3048, "feet": 0.3048, "us-ft": 1200 / 3937, "us survey foot": 1200 / 3937,
}  # fmt: skip
LOWEST_M, HIGHEST_M = -500.0, 9000.0


@dataclass(frozen=True)
class Heights:
    """The system published (None: unknown) and what turns a stored value into it: value x ``factor`` + ``addend``."""

    system: str | None
    factor: float
    addend: float
    decisions: tuple[Decision, ...]
    warnings: tuple[str, ...]
    doubts: tuple[str, ...] = ()


def settle_heights(sheet: Sheet, options: ImportOptions) -> Heights:
    """Settle unit and height system of a sheet's first band.

    Raises:
        BadQuery: the user's unit or system is not known.
    """
    system, decisions, doubts = _system(sheet, options)
    published, added, changed, nominal = change_heights(sheet.name, system, options)
    warnings = () if system else (say("heights-unknown-recorded", sheet=sheet.name, systems=", ".join(SYSTEMS)),)
    unit, unit_decision = _unit(sheet, options)
    band = sheet.source.bands[0]
    decisions = (*decisions, unit_decision, *changed)
    return Heights(published, unit * band.scale, unit * band.offset + added, decisions, (*warnings, *nominal), doubts)


def _system(sheet: Sheet, options: ImportOptions) -> tuple[str | None, tuple[Decision, ...], tuple[str, ...]]:
    what = say("height-system")
    stated = _stated(sheet)
    if options.read.heights:
        name = known_system(options.read.heights)
        decision = Decision(what, name, "user", (f"--heights {options.read.heights}",))
        if stated is None or stated.value == name:
            return name, (decision,), ()
        return name, (decision,), (say("heights-contradicted", sheet=sheet.name, stated=stated.value, name=name),)
    if stated is not None:
        return stated.value, (stated,), ()
    return None, (Decision(what, say("unknown"), "rule", (say("nobody-names-one"),)),), ()


def _stated(sheet: Sheet) -> Decision | None:
    """Return the system that the file names or its format prescribes; None when nothing does."""
    what = say("height-system")
    vertical = sheet.answer.vertical
    if vertical is not None:
        return Decision(what, vertical_name(vertical) or vertical.name, "file", (say("compound-names-it"),))
    if sheet.answer.is_3d:
        return Decision(what, SYSTEMS["ellipsoidal"], "file", (say("crs-three-axes"),))
    if sheet.source.driver == "SRTMHGT":
        return Decision(what, SYSTEMS["egm96"], "rule", (say("hgt-egm96"),))
    if stated := sheet.source.tags.get("HEIGHT_SYSTEM", "").strip():
        return Decision(what, _named(stated), "file", (say("metadata-say", stated="HEIGHT_SYSTEM", stated2=stated),))
    if stated := sheet.source.tags.get("DTED_VerticalDatum", "").strip():
        name = {"MSL": say("mean-sea-level"), "E96": SYSTEMS["egm96"], "E08": SYSTEMS["egm2008"]}.get(stated, stated)
        return Decision(what, name, "file", (say("dted-says", stated=stated),))
    return None


def _named(stated: str) -> str:
    """Return a system by our name for it where we have one, as an exported sheet tells it; else as it is told."""
    try:
        return known_system(stated.split(" ")[0] if stated.startswith("EPSG:") else stated)
    except BadQuery:
        return stated


def _unit(sheet: Sheet, options: ImportOptions) -> tuple[float, Decision]:
    said = options.read.others.get("unit")
    if said is not None:
        if said.lower() not in METRES:
            raise BadQuery(say("unit-option", metres=", ".join(METRES), said=said), "unit")
        return METRES[said.lower()], Decision(say("height-unit"), said, "user", (say("given-as-option"),))
    stated = sheet.source.bands[0].unit
    if stated and stated.lower() in METRES:
        return METRES[stated.lower()], Decision(say("height-unit"), stated, "file", (say("band-says-so"),))
    vertical = sheet.answer.vertical
    if vertical is not None and vertical.axis_info:
        factor = vertical.axis_info[0].unit_conversion_factor
        return factor, Decision(
            say("height-unit"), vertical.axis_info[0].unit_name, "file", (say("of-vertical-system"),)
        )
    why = say("band-unit-unknown", stated=stated) if stated else say("file-names-no-unit")
    return 1.0, Decision(say("height-unit"), "m", "rule", (why, say("heights-in-metres")))
