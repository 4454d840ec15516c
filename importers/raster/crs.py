"""Settles a raster's coordinate system: the user's word, else the file's, else a question with the evidence.

A CRS that names only a modern ellipsoid (GRS80, WGS 84) and no datum is taken as WGS 84 within 2 m and says so: every
datum on these ellipsoids lies that close. Nothing else is assumed.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pyproj
from affine import Affine

from importers.batch import Decision, Question, crs_name
from importers.crs.evidence import rank, recognised
from importers.errors import QuestionOpen, UnreadableSource, UnsupportedSource
from importers.inspection import CrsCandidate
from importers.raster.file import RasterSource
from importers.raster.outline import ground_fit, outline
from importers.raster.place import world_files
from importers.vector.survey import Survey
from layers.crs.names import SEMI_MAJOR_M, horizontal, parse_crs, vertical_part
from layers.crs.operations import find_transform
from layers.errors import NoDatumOperation, UnknownCrs
from layers.frame import Bounds, Frame
from layers.sentences import listed, say
from layers.sheet.names import sheet_in_name

WEB_MERCATOR_SPHERE = ("WGS_1984_Web_Mercator", "Popular Visualisation")
UNNAMED = ("unknown", "not specified", "not_specified", "ellipse based")
MODERN_ELLIPSOIDS = {"GRS80": 298.257222101, "WGS 84": 298.257223563}


@dataclass(frozen=True)
class CrsAnswer:
    """What is known of a raster's CRS: the CRS or the question, and why. ``vertical`` is a compound CRS's heights."""

    crs: pyproj.CRS | None
    vertical: pyproj.CRS | None = None
    decisions: tuple[Decision, ...] = ()
    warnings: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    is_3d: bool = False
    """Whether the CRS has a third axis, which counts from the ellipsoid."""


def settle_crs(source: RasterSource, said: str | None, frame: Frame) -> CrsAnswer:
    """Find out a raster's CRS: the user's word, else the file's, else a question with the evidence.

    Raises:
        UnsupportedSource: the file's CRS is not of the Earth.
        UnknownCrs: the user's is not known.
    """
    if source.affine is None and source.ground is None:
        return CrsAnswer(None, questions=(_no_place(source),))
    declared = source.ground.crs if source.ground and source.affine is None else source.crs
    if declared is not None and "unretrievable" in declared:  # GDAL's word for GeoTIFF keys that say nothing
        declared = None
    if said is not None:
        return _users_crs(source, said, declared)
    if declared is None:
        return CrsAnswer(None, questions=(_ask(source, frame, say("file-declares-no-crs")),))
    try:
        crs = parse_crs(declared)
    except UnknownCrs as error:
        raise UnsupportedSource(say("file-error", file=source.path.name, error=error)) from error
    flat = horizontal(crs)
    if not (flat.is_geographic or flat.is_projected):
        why = say("only-local-system", crs=crs.name)
        return CrsAnswer(None, questions=(_ask(source, frame, why),))
    vertical = vertical_part(crs)
    answer = _known(flat, frame)
    if source.crs_by != say("declared-in-file"):
        stated = replace(answer.decisions[0], evidence=(source.crs_by, *answer.decisions[0].evidence[1:]))
        answer = replace(answer, decisions=(stated, *answer.decisions[1:]))
    return replace(answer, vertical=vertical, is_3d=len(crs.axis_info) == 3)


def _users_crs(source: RasterSource, said: str, declared: str | None) -> CrsAnswer:
    crs = parse_crs(said)
    vertical = vertical_part(crs)
    crs = horizontal(crs)
    decision = Decision(say("coordinate-system"), crs_name(crs), "user", (say("given-as-option"),))
    warnings: tuple[str, ...] = ()
    if declared is not None:
        own = pyproj.CRS.from_user_input(declared)
        if not horizontal(own).equals(crs, ignore_axis_order=True):
            warnings = (say("declares-but-believed", file=source.path.name, own=own.name, crs=crs.name),)
    return CrsAnswer(crs, vertical, (decision,), warnings)


@lru_cache(maxsize=64)
def _known(crs: pyproj.CRS, frame: Frame) -> CrsAnswer:
    """Take what the file declares, under its code where it is exactly that; asked once for sheets alike."""
    if crs.name.startswith(WEB_MERCATOR_SPHERE):
        evidence = (say("old-name", crs=crs.name),)
        return CrsAnswer(
            parse_crs("EPSG:3857"), decisions=(Decision(say("coordinate-system"), "EPSG:3857", "rule", evidence),)
        )
    code = crs.to_epsg(min_confidence=100)
    crs = parse_crs(f"EPSG:{code}") if code else crs
    same = None if code else _registered(crs, frame)
    crs = same or crs
    name = crs_name(crs) if code or same else say("no-code-exactly", crs=crs.name)
    like = (say("numbers-of-the-code"),) if same else ()
    stated = Decision(say("coordinate-system"), name, "file", (say("declared-in-file"), *like))
    if not _datum_is_unnamed(crs):
        return CrsAnswer(crs, decisions=(stated,))
    on_wgs84 = _on_wgs84(crs)
    if on_wgs84 is None:
        return CrsAnswer(crs, decisions=(stated,))
    ellipsoid = crs.ellipsoid.name if crs.ellipsoid else ""
    taken = Decision(
        say("datum"), say("wgs84-nominal"), "rule",
        (say("names-ellipsoid-only", ellipsoid=ellipsoid), say("datums-within-2m")),
    )  # fmt: skip
    warning = say("taken-as-wgs84", ellipsoid=ellipsoid)
    return CrsAnswer(on_wgs84, decisions=(stated, taken), warnings=(warning,))


def _registered(crs: pyproj.CRS, frame: Frame) -> pyproj.CRS | None:
    """Return the registered CRS that gives the same numbers all over the frame; None when there is none."""
    if _datum_is_unnamed(crs):
        return None
    west, south, east, north = frame.extent
    x, y = (side.ravel() for side in np.meshgrid(np.linspace(west, east, 3), np.linspace(south, north, 3)))
    try:
        points = np.column_stack(find_transform(parse_crs(frame.storage_srid), crs).points(x, y))
    except NoDatumOperation:
        return None
    name = recognised(crs, points, frame) if np.isfinite(points).all() else None
    return parse_crs(name.split(" ")[0]) if name else None


def _datum_is_unnamed(crs: pyproj.CRS) -> bool:
    base = crs.geodetic_crs
    name = (base.datum.name if base and base.datum else "unknown").lower()
    return any(said in name for said in UNNAMED)


def _on_wgs84(crs: pyproj.CRS) -> pyproj.CRS | None:
    """Return the CRS on the datum WGS 84 when its ellipsoid is a modern one."""
    if crs.ellipsoid is None or abs(crs.ellipsoid.semi_major_metre - SEMI_MAJOR_M) > 0.1:
        return None  # a raised ellipsoid moves northings by tens of metres
    if not any(abs(crs.ellipsoid.inverse_flattening - known) < 1e-6 for known in MODERN_ELLIPSOIDS.values()):
        return None
    base = parse_crs("EPSG:4326")
    if crs.is_geographic:
        return base
    document: dict[str, Any] = crs.to_json_dict()
    document.pop("id", None)
    document["base_crs"] = base.to_json_dict()
    return pyproj.CRS.from_json_dict(document)


def _no_place(source: RasterSource) -> Question:
    if source.has_rpc:
        why = say("only-rpc")
    else:
        broken = world_files(source.path)
        from_air = "EXIF_GPSLatitude" in source.tags
        why = say("photo-from-air") if from_air else say("nowhere-on-ground")
        why = say("world-file-unread", file=broken[0].name) if broken else why
        if (sheet := sheet_in_name(source.path.stem)) is not None:
            west, south, east, north = sheet.bounds
            why += say("name-is-of-sheet", code=sheet.code, west=west, south=south, east=east, north=north)
    return Question(say("where-it-lies", file=source.path.name), why, "")


def _ask(source: RasterSource, frame: Frame, why: str) -> Question:
    """Ask for the CRS, offering those that would put the raster into the frame."""
    fits = tuple(candidate.crs for candidate in candidates(source, None, frame) if candidate.supports)
    x, y = outline(source, source.affine or Affine.identity(), ground_fit(source))
    told = listed((why, *source.warnings[:2]))
    evidence = say("told-ordinates", told=told, x=x.min(), x2=x.max(), y=y.min(), y2=y.max())
    if fits:
        evidence += say("datums-not-told-apart")
    return Question(say("crs-of", file=source.path.name), evidence, "--crs", fits[:8])


def candidates(source: RasterSource, declared: pyproj.CRS | None, frame: Frame) -> tuple[CrsCandidate, ...]:
    """Rank the CRSs the raster's outline may be in, each with what speaks for and against it."""
    if source.affine is None and source.ground is None:
        return ()
    x, y = outline(source, source.affine or Affine.identity(), ground_fit(source))
    bounds = Bounds(float(x.min()), float(y.min()), float(x.max()), float(y.max()))
    seen = Survey(
        count=1, complete=True, kinds={}, bounds=bounds, points=np.column_stack([x, y]), has_z=False, flat=True,
        heights=None, done={}, refused=0, reasons=(), step=None,
    )  # fmt: skip
    return rank(seen, declared, (), frame)


def require_crs(answer: CrsAnswer, name: str) -> pyproj.CRS:
    """Return the CRS.

    Raises:
        QuestionOpen: it must be asked for.
        UnreadableSource: nothing the user could say would help.
    """
    if answer.crs is not None:
        return answer.crs
    question = answer.questions[0]
    if not question.option:
        raise UnreadableSource(say("file-why", name=name, why=question.why))
    offered = f" ({', '.join(question.choices)})" if question.choices else ""
    raise QuestionOpen(say("file-why-say", name=name, why=question.why, option=question.option, offered=offered))
