"""Where the geometry of a table is: columns known by name or by content; and the geometries made of it."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely

from importers.batch import (
    BATCH_ROWS,
    Decision,
    Question,
    ReadOptions,
)
from importers.errors import NothingToImport, UnreadableSource
from importers.table.headers import PAIR_NAMES, WKT_NAMES, columns_of_pair, means_degrees, part_of_angle, plain_title
from importers.table.ordinates import Numbers, has_decimal_comma, is_none, looks_packed, number_of, pair_of, unpacked
from importers.table.written import FORMS, form_of, read, srids
from importers.vector.wkb import Decoded
from layers.crs.names import parse_crs
from layers.errors import BadQuery, UnknownCrs
from layers.sentences import say

Rows = Callable[[], Iterator[Sequence[Any]]]


@dataclass(frozen=True)
class Shape:
    """Where the geometry of a table is: two ordinate columns (and perhaps a third), one of both, or one that writes it.

    ``form``: how the column ``written`` writes its geometries (``importers.table.written``). ``comma``: ordinates have
    a decimal comma. ``packed``: they are degrees, minutes and seconds as DDD.MMSS. ``parts``: the columns of minutes
    and seconds that go with an ordinate column of whole degrees.
    """

    x: int | None = None
    y: int | None = None
    z: int | None = None
    written: int | None = None
    form: str = "wkt"
    pair: int | None = None
    comma: bool = False
    packed: bool = False
    parts: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


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
    if not means_degrees(titles[shape.x]):
        return shape, (), ()
    columns = [np.array([number_of(value, shape.comma) for value in sample(body, i)]) for i in (shape.x, shape.y)]
    if not looks_packed(np.concatenate(columns)):
        return shape, (), ()
    question = Question(say("angles"), say("angles-packed-why"), "--option angles", ("decimal", "packed"))
    return shape, (), (question,)


def stated_crs(body: Rows, shape: Shape) -> pyproj.CRS | None:
    """Return the one system that the geometries' SRIDs name; None when they name none or several."""
    if shape.written is None:
        return None
    texts = [str(value) for value in sample(body, shape.written) if value not in (None, "")]
    found = srids(texts, shape.form)
    srid = found.pop() if len(found) == 1 else 0
    try:
        return parse_crs(srid) if srid > 0 else None
    except UnknownCrs:
        return None


def find_shape(path: Path, titles: list[str], body: Rows, options: ReadOptions) -> tuple[Shape, tuple[Decision, ...]]:
    """Find the geometry: the columns the user names; else by name, written ones before ordinates; else by content."""
    if options.wkt or options.x or options.y:
        return _as_told(path, titles, body, options), ()
    lowered = [plain_title(title) for title in titles]
    named = (number for number, title in enumerate(lowered) if title in WKT_NAMES)
    if (found := _written(titles, body, named)) is not None:
        return found
    pair = columns_of_pair(titles)
    if (
        pair is None
        and (column := next((n for n, title in enumerate(lowered) if title in PAIR_NAMES), None)) is not None
    ):
        if np.isfinite(pair_of(_first_text(body, column))[0]):
            return Shape(pair=column), (
                Decision(say("geometry"), say("pair-in-column", titles=titles[column]), "rule"),
            )
    if pair is None and (found := _written(titles, body, range(len(titles)))) is not None:
        return found
    if pair is None:
        code = "no-header" if all(map(_is_plain_number, titles)) else "no-coordinate-columns"
        raise NothingToImport(say(code, file=path.name, titles=", ".join(titles)[:300]))
    x, y = pair
    decision = Decision(
        say("geometry"), say("xy-from-columns", titles=titles[x], titles2=titles[y]), "rule", (say("by-column-names"),)
    )
    parts = {number: rest for number in pair if (rest := _rest_of_angle(titles, number))}
    whole = tuple(
        Decision(say("angles"), say("angle-in-columns", titles=", ".join(titles[i] for i in (number, *rest))), "rule")
        for number, rest in parts.items()
    )
    return Shape(x, y, parts=parts), (decision, *whole)


def _rest_of_angle(titles: list[str], number: int) -> tuple[int, ...]:
    """Return the columns of minutes and seconds that belong to one of degrees; none where an angle is in one."""
    known = part_of_angle(titles[number])
    if known is not None and known[1]:
        return ()
    found = {part_of_angle(title): column for column, title in enumerate(titles)}
    for angle in (known[0] if known else "", titles[number].strip().lower()):  # 经度(度) and 经, but also 经度分
        minutes, seconds = found.get((angle, 1)), found.get((angle, 2))
        if minutes is not None:
            return (minutes,) if seconds is None else (minutes, seconds)
    return ()


def _written(titles: list[str], body: Rows, numbers: Iterable[int]) -> tuple[Shape, tuple[Decision, ...]] | None:
    """Return the first of some columns whose first text writes a geometry."""
    for number in numbers:
        if (form := form_of(_first_text(body, number))) is not None:
            decision = Decision(say("geometry"), say(FORMS[form], titles=titles[number]), "rule")
            return Shape(written=number, form=form), (decision,)
    return None


def _first_text(body: Rows, column: int) -> str:
    """Return the first cell of a column that holds something, as text."""
    return next((str(value) for value in sample(body, column) if value not in (None, "")), "")


def _is_plain_number(title: str) -> bool:
    return title.startswith("column ") or math.isfinite(number_of(title))


def _as_told(path: Path, titles: list[str], body: Rows, options: ReadOptions) -> Shape:
    def number(name: str | None) -> int | None:
        if name is None:
            return None
        if name not in titles:
            raise UnreadableSource(say("no-such-column", file=path.name, name=name, titles=", ".join(titles)[:300]))
        return titles.index(name)

    shape = Shape(number(options.x), number(options.y), number(options.z), number(options.wkt))
    if shape.written is not None:
        return replace(shape, form=form_of(_first_text(body, shape.written)) or "wkt")
    if shape.x is None or shape.y is None:
        raise UnreadableSource(say("x-and-y-together", file=path.name))
    return shape


def geometries_of(rows: list[Sequence[Any]], shape: Shape, tolerance_m: float) -> Decoded:
    """Make the geometries; a row without ordinates has none, a row with unreadable ones is refused with the reason."""
    if shape.written is not None:
        written_cells = [str(row[shape.written] or "") if shape.written < len(row) else "" for row in rows]
        return read(["" if is_none(text) else text for text in written_cells], shape.form, tolerance_m)
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
    return Decoded(geometries, reasons, {})


def _ordinates(rows: list[Sequence[Any]], column: int, shape: Shape) -> Numbers:
    values = _numbers(rows, column, shape)
    if parts := shape.parts.get(column):
        for part, share in zip(parts, (60.0, 3600.0), strict=False):
            cells = [row[part] if part < len(row) else None for row in rows]
            more = np.array([0.0 if is_none(str(cell or "")) else number_of(cell, shape.comma) for cell in cells])
            values = values + np.copysign(np.where((more >= 0) & (more < 60), more, np.nan) / share, values)
    return unpacked(values) if shape.packed and column != shape.z else values


def _numbers(rows: list[Sequence[Any]], column: int, shape: Shape) -> Numbers:
    return np.array([number_of(row[column] if column < len(row) else None, shape.comma) for row in rows])
