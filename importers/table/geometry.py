"""Where the geometry of a table is: columns found by their names, WKT, WKB in hex; and the geometries made of it."""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyproj
import shapely

from importers.batch import (
    BATCH_ROWS,
    Decision,
    Question,
    ReadOptions,
)
from importers.errors import NothingToImport, UnreadableSource
from importers.table.headers import DEGREES, PAIR_NAMES, WKT_NAMES, coordinate_pairs, plain_title
from importers.table.ordinates import Numbers, has_decimal_comma, is_none, looks_packed, number_of, pair_of, unpacked
from importers.vector import wkb
from layers.crs.names import parse_crs
from layers.errors import BadQuery, UnknownCrs
from layers.sentences import say

_WKT = re.compile(
    r"\s*(SRID=\d+;)?\s*((MULTI)?(POINT|LINESTRING|POLYGON|CURVE|SURFACE)|GEOMETRYCOLLECTION|CIRCULARSTRING|"
    r"COMPOUNDCURVE|CURVEPOLYGON)\b",
    re.IGNORECASE,
)
_HEX_WKB = re.compile(r"\s*(\\x)?0[01]([0-9A-Fa-f]{2}){8,}\s*")
_SRID = re.compile(r"\s*SRID=(\d+);", re.IGNORECASE)
TOLERANCE = 0.01
"""Curves of WKB are followed so closely, in units of the coordinates."""
Rows = Callable[[], Iterator[Sequence[Any]]]


@dataclass(frozen=True)
class Shape:
    """Where the geometry of a table is: two ordinate columns (and perhaps a third), or one of both, WKT or WKB in hex.

    ``comma``: ordinates have a decimal comma. ``packed``: they are degrees, minutes and seconds as DDD.MMSS.
    """

    x: int | None = None
    y: int | None = None
    z: int | None = None
    wkt: int | None = None
    wkb: int | None = None
    pair: int | None = None
    comma: bool = False
    packed: bool = False


def sample(body: Rows, column: int) -> list[Any]:
    """Return the cells of a column in the first rows."""
    return [row[column] if column < len(row) else None for row in islice(body(), BATCH_ROWS)]


def decimal_comma(body: Rows, shape: Shape) -> bool:
    """Say whether ordinates are written 115,65."""
    if shape.x is None or shape.y is None:
        return False
    return has_decimal_comma([str(value) for column in (shape.x, shape.y) for value in sample(body, column)])


def packed_angles(
    body: Rows, shape: Shape, titles: list[str], options: ReadOptions
) -> tuple[Shape, tuple[Decision, ...], tuple[Question, ...]]:
    """Settle whether columns of degrees hold packed degrees, minutes and seconds: as told, else asked where it shows.

    Raises:
        BadQuery: the option ``angles`` is neither ``decimal`` nor ``packed``.
    """
    said = options.others.get("angles")
    if said not in (None, "decimal", "packed"):
        raise BadQuery(say("angles-option", said=said), "angles")
    if shape.x is None or shape.y is None:
        return shape, (), ()
    if said is not None:
        decision = Decision(say("angles"), say(f"angles-{said}"), "user", (say("given-as-option"),))
        return replace(shape, packed=said == "packed"), (decision,), ()
    if plain_title(titles[shape.x]) not in DEGREES:
        return shape, (), ()
    columns = [np.array([number_of(value, shape.comma) for value in sample(body, i)]) for i in (shape.x, shape.y)]
    if not looks_packed(np.concatenate(columns)):
        return shape, (), ()
    question = Question(say("angles"), say("angles-packed-why"), "--option angles", ("decimal", "packed"))
    return shape, (), (question,)


def stated_crs(body: Rows, shape: Shape) -> pyproj.CRS | None:
    """Return the one system that the geometries' SRIDs name; None when they name none or several."""
    column = shape.wkb if shape.wkt is None else shape.wkt
    if column is None:
        return None
    texts = [str(value) for value in sample(body, column) if value not in (None, "")]
    if shape.wkb is not None:
        found = shapely.from_wkb(list(map(_bare_hex, texts)), on_invalid="ignore")
        srids = set(shapely.get_srid(found[~shapely.is_missing(found)]).tolist())
    else:
        srids = {int(named[1]) if (named := _SRID.match(text)) else 0 for text in texts}
    srid = srids.pop() if len(srids) == 1 else 0
    try:
        return parse_crs(srid) if srid > 0 else None
    except UnknownCrs:
        return None


def find_shape(path: Path, titles: list[str], body: Rows, options: ReadOptions) -> tuple[Shape, tuple[Decision, ...]]:
    """Find the geometry: the columns the user names, else by name, WKT before ordinates."""
    if options.wkt or options.x or options.y:
        return _as_told(path, titles, options), ()
    lowered = [plain_title(title) for title in titles]
    for number, title in enumerate(lowered):
        if title not in WKT_NAMES:
            continue
        value = _first_text(body, number)
        if _WKT.match(value):
            return Shape(wkt=number), (Decision(say("geometry"), say("wkt-in-column", titles=titles[number]), "rule"),)
        if _HEX_WKB.fullmatch(value):
            return Shape(wkb=number), (Decision(say("geometry"), say("wkb-in-column", titles=titles[number]), "rule"),)
    pairs = [
        (lowered.index(x), lowered.index(y)) for x, y in coordinate_pairs() if x in lowered and y in lowered
    ]  # longest-known names first
    if not pairs and (column := next((n for n, title in enumerate(lowered) if title in PAIR_NAMES), None)) is not None:
        if np.isfinite(pair_of(_first_text(body, column))[0]):
            return Shape(pair=column), (
                Decision(say("geometry"), say("pair-in-column", titles=titles[column]), "rule"),
            )
    if not pairs:
        code = "no-header" if all(map(_is_plain_number, titles)) else "no-coordinate-columns"
        raise NothingToImport(say(code, file=path.name, titles=", ".join(titles)[:300]))
    x, y = pairs[0]
    decision = Decision(
        say("geometry"), say("xy-from-columns", titles=titles[x], titles2=titles[y]), "rule", (say("by-column-names"),)
    )
    return Shape(x, y), (decision,)


def _first_text(body: Rows, column: int) -> str:
    """Return the first cell of a column that holds something, as text."""
    return next((str(value) for value in sample(body, column) if value not in (None, "")), "")


def _is_plain_number(title: str) -> bool:
    return title.startswith("column ") or math.isfinite(number_of(title))


def _as_told(path: Path, titles: list[str], options: ReadOptions) -> Shape:
    def number(name: str | None) -> int | None:
        if name is None:
            return None
        if name not in titles:
            raise UnreadableSource(say("no-such-column", file=path.name, name=name, titles=", ".join(titles)[:300]))
        return titles.index(name)

    shape = Shape(number(options.x), number(options.y), number(options.z), number(options.wkt))
    if shape.wkt is None and (shape.x is None or shape.y is None):
        raise UnreadableSource(say("x-and-y-together", file=path.name))
    return shape


def geometries_of(rows: list[Sequence[Any]], shape: Shape) -> tuple[Any, dict[int, str]]:
    """Make the geometries; a row without ordinates has none, a row with unreadable ones is refused with the reason."""
    if shape.wkb is not None:
        return _from_wkb([str(row[shape.wkb] or "") if shape.wkb < len(row) else "" for row in rows])
    if shape.wkt is not None:
        return _from_wkt([str(row[shape.wkt] or "") if shape.wkt < len(row) else "" for row in rows])
    if shape.pair is not None:
        x, y = np.array([pair_of(row[shape.pair] if shape.pair < len(row) else None) for row in rows]).T
        written: tuple[int, ...] = (shape.pair,)
    else:
        assert shape.x is not None
        assert shape.y is not None
        x, y = _ordinates(rows, shape.x, shape), _ordinates(rows, shape.y, shape)
        written = (shape.x, shape.y)
    geometries = np.full(len(rows), None, dtype=object)
    good = np.isfinite(x) & np.isfinite(y)
    if shape.z is not None:
        z = _ordinates(rows, shape.z, shape)
        geometries[good] = shapely.points(x[good], y[good], np.where(np.isfinite(z[good]), z[good], 0.0))
    else:
        geometries[good] = shapely.points(x[good], y[good])
    reasons = {}
    for number in np.flatnonzero(~good):
        cells = [rows[number][i] if i < len(rows[number]) else None for i in written]
        texts = ["" if cell is None else str(cell).strip() for cell in cells]
        if not all(map(is_none, texts)):
            formula = any(text.startswith("=") for text in texts)
            code = "formula-for-ordinate" if formula else "not-two-numbers"
            reasons[int(number)] = say(code, texts=texts[0], texts2=texts[-1])
    return geometries, reasons


def _ordinates(rows: list[Sequence[Any]], column: int, shape: Shape) -> Numbers:
    values = np.array([number_of(row[column] if column < len(row) else None, shape.comma) for row in rows])
    return unpacked(values) if shape.packed and column != shape.z else values


def _bare_hex(text: str) -> str:
    return text.strip().removeprefix("\\x")


def _from_wkb(texts: list[str]) -> tuple[Any, dict[int, str]]:
    raw = [_bytes_of(_bare_hex(text)) for text in texts]
    decoded = wkb.decode(pa.array(raw, pa.binary()), TOLERANCE)
    unreadable = {n: say("wkb-unreadable") for n, text in enumerate(texts) if text and raw[n] is None}
    return decoded.geometries, {**decoded.reasons, **unreadable}


def _bytes_of(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text) or None
    except ValueError:
        return None


def _from_wkt(texts: list[str]) -> tuple[Any, dict[int, str]]:
    bare = [text.split(";", 1)[1] if text[:5].upper() == "SRID=" else text for text in texts]
    try:
        geometries = shapely.from_wkt([text or None for text in bare], on_invalid="ignore")
    except NotImplementedError:  # a curve among them, which GEOS does not read
        geometries = np.array([_one_wkt(text) for text in bare], dtype=object)
    return geometries, {
        number: say("wkt-problem", wkt_problem=_wkt_problem(text), text=text[:60])
        for number, text in enumerate(bare)
        if text and geometries[number] is None
    }


def _wkt_problem(text: str) -> str:
    curved = re.match(r"\s*\w*(CURVE|CIRCULAR|SURFACE)", text, re.IGNORECASE)
    return say("wkt-curves") if curved else say("wkt-unreadable")


def _one_wkt(text: str) -> Any:
    try:
        return shapely.from_wkt(text or None, on_invalid="ignore")
    except NotImplementedError:
        return None
