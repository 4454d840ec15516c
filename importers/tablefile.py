"""Tables with coordinates: CSV in any of its dialects, and workbooks; geometry from two columns or from one of WKT.

A table is read twice: once to learn each column's type from every value (``0101`` stays text, a whole number beyond 32
bits becomes bigint), once to hand its features over.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from importers.arrow import ARROW_TYPES
from importers.batch import (
    BATCH_ROWS,
    ColumnType,
    Decision,
    FeatureBatch,
    Question,
    ReadOptions,
    Source,
    SourceColumn,
    SourceLayer,
)
from importers.cells import cell_value, column_types
from importers.encoding import text_encoding
from importers.errors import NothingToImport, UnreadableSource
from importers.vectorfile import without
from layers.sentences import listed, reason, say

X_NAMES = (
    "lon",
    "lng",
    "long",
    "longitude",
    "经度",
    "东经",
    "x",
    "xcoord",
    "easting",
    "east",
    "东坐标",
    "横坐标",
    "point_x",
)
Y_NAMES = ("lat", "latitude", "纬度", "北纬", "y", "ycoord", "northing", "north", "北坐标", "纵坐标", "point_y")
WKT_NAMES = ("wkt", "geometry", "geom", "the_geom", "wkt_geom", "shape", "几何")
DEGREES = frozenset({"lon", "lng", "long", "longitude", "经度", "东经", "lat", "latitude", "纬度", "北纬"})
MAX_FIELD = 1 << 24
_WKT = re.compile(
    r"\s*(SRID=\d+;)?\s*((MULTI)?(POINT|LINESTRING|POLYGON|CURVE|SURFACE)|GEOMETRYCOLLECTION|CIRCULARSTRING|"
    r"COMPOUNDCURVE|CURVEPOLYGON)\b",
    re.IGNORECASE,
)
_DMS = re.compile(
    r"([NSEW]|[东西南北][经纬])?\s*(\d{1,3})\s*[°度d:]\s*(\d{1,2})\s*['′’分m:]\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:\"|″|”|''|秒|s)?)?\s*([NSEW])?",
    re.IGNORECASE,
)
"""Degrees, minutes and seconds: 115°39'00"E, 东经115度39分0秒, 115:39:00."""

_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_THOUSANDS = re.compile(r"[+-]?\d{1,3},\d{3}")
HEADER_WITHIN = 12
"""The header is looked for in so many rows from the top."""

Rows = Callable[[], Iterator[Sequence[Any]]]


@dataclass(frozen=True)
class _Shape:
    """Where the geometry of a table is: two ordinate columns (and perhaps a third), or one of WKT.

    ``comma``: ordinates have a decimal comma.
    """

    x: int | None = None
    y: int | None = None
    z: int | None = None
    wkt: int | None = None
    comma: bool = False


def open_csv(path: Path, options: ReadOptions) -> Source:
    """Open a delimited text file with a header line.

    Raises:
        UnreadableSource: it is not delimited text, or its quotes do not pair up.
        NothingToImport: it has no rows, or no column of coordinates.
    """
    with path.open("rb") as file:
        start = file.read(1 << 20)
    encoding = text_encoding(start, options.encoding)
    if b"\0" in start and encoding.value != "utf-16":
        raise UnreadableSource(say("not-a-text-file", file=path.name))
    delimiter = _delimiter(start.decode(encoding.value, "replace"))
    decisions = (encoding, Decision(say("delimiter"), {"\t": "tab"}.get(delimiter, delimiter), "measured"))

    def rows() -> Iterator[list[str]]:
        csv.field_size_limit(MAX_FIELD)
        try:
            with path.open(encoding=encoding.value, newline="") as text:
                yield from csv.reader(text, delimiter=delimiter, strict=True)
        except csv.Error as error:
            raise UnreadableSource(say("text-damaged", file=path.name, error=error)) from None
        except UnicodeDecodeError as error:
            raise UnreadableSource(
                say("byte-not-encoding", file=path.name, start=error.start, value=encoding.value)
            ) from None

    return Source(path, "CSV", (_layer(path, path.stem, rows, options),), decisions)


def open_workbook(path: Path, options: ReadOptions) -> Source:
    """Open the sheets of an ``.xlsx`` workbook that hold coordinates under a header line.

    Raises:
        UnreadableSource: it is no workbook, or the sheet asked for does not exist.
        NothingToImport: no sheet has coordinates.
    """
    from importers.archive import check_zip

    check_zip(path)
    with closing(_workbook(path)) as book:
        sheets = list(book.sheetnames)
    names = [options.sheet] if options.sheet else sheets
    if unknown := [name for name in names if name not in sheets]:
        raise UnreadableSource(say("no-workbook-sheet", file=path.name, unknown=unknown[0], sheets=", ".join(sheets)))
    layers, notes = [], []
    for name in names:
        try:
            layers.append(_layer(path, name, _sheet_rows(path, name), options))
        except NothingToImport as error:
            notes.append(reason(error))
    if not layers:
        raise NothingToImport(listed(notes))
    return Source(path, "Excel workbook", tuple(layers), notes=tuple(notes))


def _workbook(path: Path) -> Any:
    import openpyxl

    try:
        return openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl lets many kinds of errors of damaged files through
        raise UnreadableSource(say("workbook-unreadable", file=path.name, error=error)) from None


def _sheet_rows(path: Path, name: str) -> Rows:
    def rows() -> Iterator[Sequence[Any]]:
        with closing(_workbook(path)) as book:
            every = book[name].iter_rows(values_only=True)
            yield from (row for row in every if any(value is not None for value in row))

    return rows


def _delimiter(text: str) -> str:
    """Return the delimiter that the first lines have in equal numbers, the most frequent one."""
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    counts = {d: lines[0].count(d) if lines else 0 for d in (",", "\t", ";", "|")}
    return max(counts, key=lambda d: (counts[d], d == ","))


def _layer(path: Path, name: str, rows: Rows, options: ReadOptions) -> SourceLayer:
    first = list(islice(rows(), HEADER_WITHIN))
    if not first or not first[0]:
        raise NothingToImport(say("table-empty", file=path.name, name=name))
    above = _rows_above(first, options)
    titles = _titles(first[above])
    body: Rows = lambda: islice(rows(), above + 1, None)  # noqa: E731
    shape, decisions, questions = _find_shape(path, titles, body, options)
    if above:
        decisions += (Decision(say("header"), say("header-in-row", row=above + 1), "rule", (say("by-column-names"),)),)
    if _decimal_comma(body, shape):
        shape = replace(shape, comma=True)
        decisions += (Decision(say("decimal-sign"), say("comma"), "measured"),)
    kinds, count = column_types(body(), len(titles))
    if not count:
        raise NothingToImport(say("table-no-rows", file=path.name, name=name))
    geometry = [shape.wkt] if shape.wkt is not None else []
    attributes = [i for i in range(len(titles)) if i not in geometry]
    columns = tuple(SourceColumn(titles[i], kinds[i]) for i in attributes)

    def batches() -> Iterator[FeatureBatch]:
        source, start = body(), 0
        while chunk := list(islice(source, BATCH_ROWS)):
            yield _batch(chunk, start, shape, [(i, titles[i], kinds[i]) for i in attributes])
            start += len(chunk)

    facts: tuple[str, ...] = ()
    if shape.x is not None and titles[shape.x].strip().lower() in DEGREES:
        facts = (say("columns-called", titles=titles[shape.x], titles2=titles[shape.y or 0]),)
    return SourceLayer(
        name, columns, batches, claimed=count, geometry_type="Point" if shape.x is not None else "Unknown",
        facts=facts, decisions=decisions, questions=questions,
    )  # fmt: skip


def _rows_above(first: list[Sequence[Any]], options: ReadOptions) -> int:
    """Return how many rows stand above the header: titles of the sheet, for example. None where no row is one."""
    wanted = {name.lower() for name in (options.x, options.y, options.wkt) if name}
    for number, row in enumerate(first):
        names = {str(value).strip().lower() for value in row if value not in (None, "")}
        if wanted <= names if wanted else names & set(WKT_NAMES) or any(x in names and y in names for x, y in _pairs()):
            return number
    return 0


def _decimal_comma(body: Rows, shape: _Shape) -> bool:
    """Say whether ordinates are written 115,65: every one that has a comma, and not all as thousands are parted."""
    if shape.x is None or shape.y is None:
        return False
    columns = (shape.x, shape.y)
    rows = islice(body(), BATCH_ROWS)
    texts = [str(row[i]).strip() for row in rows for i in columns if i < len(row) and "," in str(row[i])]
    return bool(texts) and all(map(_DECIMAL_COMMA.fullmatch, texts)) and not all(map(_THOUSANDS.fullmatch, texts))


def _titles(header: Sequence[Any]) -> list[str]:
    """Return the header's names, an unnamed column numbered, a second one of the same name too."""
    titles: list[str] = []
    for number, value in enumerate(header, 1):
        title = str(value).strip() if value not in (None, "") else f"column {number}"
        titles.append(title if title not in titles else f"{title} ({number})")
    return titles


def _find_shape(
    path: Path, titles: list[str], body: Rows, options: ReadOptions
) -> tuple[_Shape, tuple[Decision, ...], tuple[Question, ...]]:
    """Find the geometry: the columns the user names, else by name, WKT before ordinates."""
    if options.wkt or options.x or options.y:
        return _as_told(path, titles, options), (), ()
    lowered = [title.strip().lower() for title in titles]
    first = next(body(), ())
    for number, title in enumerate(lowered):
        value = first[number] if number < len(first) else None
        if title in WKT_NAMES and isinstance(value, str) and _WKT.match(value):
            return (
                _Shape(wkt=number),
                (Decision(say("geometry"), say("wkt-in-column", titles=titles[number]), "rule"),),
                (),
            )
    pairs = [
        (lowered.index(x), lowered.index(y)) for x, y in _pairs() if x in lowered and y in lowered
    ]  # longest-known names first
    if not pairs:
        raise NothingToImport(say("no-coordinate-columns", file=path.name, titles=", ".join(titles)[:300]))
    x, y = pairs[0]
    decision = Decision(
        say("geometry"), say("xy-from-columns", titles=titles[x], titles2=titles[y]), "rule", (say("by-column-names"),)
    )
    return _Shape(x, y), (decision,), ()


def _pairs() -> Iterator[tuple[str, str]]:
    """Yield names that go together: longitude with latitude before x with y, anything with anything last."""
    degrees_x = [name for name in X_NAMES if name in DEGREES]
    degrees_y = [name for name in Y_NAMES if name in DEGREES]
    yield from ((x, y) for x in degrees_x for y in degrees_y)
    yield from ((x, y) for x in X_NAMES for y in Y_NAMES if x not in DEGREES and y not in DEGREES)


def _as_told(path: Path, titles: list[str], options: ReadOptions) -> _Shape:
    def number(name: str | None) -> int | None:
        if name is None:
            return None
        if name not in titles:
            raise UnreadableSource(say("no-such-column", file=path.name, name=name, titles=", ".join(titles)[:300]))
        return titles.index(name)

    shape = _Shape(number(options.x), number(options.y), number(options.z), number(options.wkt))
    if shape.wkt is None and (shape.x is None or shape.y is None):
        raise UnreadableSource(say("x-and-y-together", file=path.name))
    return shape


def _batch(
    rows: list[Sequence[Any]], start: int, shape: _Shape, columns: list[tuple[int, str, ColumnType]]
) -> FeatureBatch:
    geometries, reasons = _geometries(rows, shape)
    arrays = {
        title: pa.array([cell_value(row[i] if i < len(row) else None, kind) for row in rows], ARROW_TYPES[kind])
        for i, title, kind in columns
    }
    return without(FeatureBatch(geometries, arrays, np.arange(start + 1, start + 1 + len(rows))), reasons)


def _geometries(rows: list[Sequence[Any]], shape: _Shape) -> tuple[Any, dict[int, str]]:
    """Make the geometries; a row without ordinates has none, a row with unreadable ones is refused with the reason."""
    if shape.wkt is not None:
        return _from_wkt([str(row[shape.wkt] or "") if shape.wkt < len(row) else "" for row in rows])
    assert shape.x is not None
    assert shape.y is not None
    x, y = _ordinates(rows, shape.x, shape.comma), _ordinates(rows, shape.y, shape.comma)
    geometries = np.full(len(rows), None, dtype=object)
    good = np.isfinite(x) & np.isfinite(y)
    if shape.z is not None:
        z = _ordinates(rows, shape.z, shape.comma)
        geometries[good] = shapely.points(x[good], y[good], np.where(np.isfinite(z[good]), z[good], 0.0))
    else:
        geometries[good] = shapely.points(x[good], y[good])
    reasons = {}
    for number in np.flatnonzero(~good):
        texts = [str(rows[number][i] if i < len(rows[number]) else "").strip() for i in (shape.x, shape.y)]
        if any(texts):
            reasons[int(number)] = say("not-two-numbers", texts=texts[0], texts2=texts[1])
    return geometries, reasons


def _ordinates(rows: list[Sequence[Any]], column: int, comma: bool) -> Any:
    def number(row: Sequence[Any]) -> float:
        value = row[column] if column < len(row) else None
        if comma and isinstance(value, str):
            value = value.strip().replace(",", ".")
        try:
            return float(value) if value not in (None, "") else float("nan")
        except (TypeError, ValueError):
            return _sexagesimal(str(value))

    return np.array([number(row) for row in rows])


def _sexagesimal(text: str) -> float:
    """Return degrees of degrees, minutes and seconds; NaN when it is nothing of the kind."""
    found = _DMS.fullmatch(text.strip())
    if found is None:
        return float("nan")
    before, degrees, minutes, seconds, after = found.groups()
    if float(minutes) >= 60 or float(seconds or 0) >= 60:
        return float("nan")
    size = int(degrees) + int(minutes) / 60 + float(seconds or 0) / 3600
    return -size if (before or after or "").upper()[:1] in ("S", "W", "南", "西") else size


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


def looks_like_table(head: bytes) -> bool:
    """Say whether text begins like a delimited table: two lines at least with the same number of a delimiter."""
    text = head.decode("utf-8-sig", "replace") if b"\0" not in head else head.decode("utf-16", "replace")
    lines = [line for line in io.StringIO(text).read().splitlines()[:6] if line.strip()][:-1] or text.splitlines()[:1]
    counts = {line.count(_delimiter(text)) for line in lines}
    return bool(lines) and 0 not in counts
