"""Tables with coordinates, and CSV in any of its dialects; geometry from two columns or from one of pairs, WKT or WKB.

A table is read twice: once to learn each column's type from every value (``0101`` stays text, a whole number beyond 32
bits becomes bigint), once to hand its features over.
"""

import csv
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import dropwhile, islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from importers.batch import (
    BATCH_ROWS,
    ColumnType,
    Decision,
    FeatureBatch,
    ReadOptions,
    Source,
    SourceColumn,
    SourceLayer,
)
from importers.beside import sidecars
from importers.errors import NothingToImport, UnreadableSource
from importers.table.cells import cell_value, columns_of
from importers.table.columns import nameless, titles_of, told_of_columns, told_of_gap, told_twice
from importers.table.corners import with_corners_joined
from importers.table.geometry import (
    Rows,
    Shape,
    decimal_comma,
    find_shape,
    geometries_of,
    packed_angles,
    stated_crs,
)
from importers.table.headers import heads, means_degrees
from importers.table.layout import laid_out_plainly
from importers.table.lines import Lines, lines_encoding
from importers.table.rows import FeaturesBelow, digits_kept
from importers.vector.arrow import ARROW_TYPES
from importers.vector.encoding import text_encoding
from importers.vector.gdal_layer import without
from importers.vector.source import read_prj
from layers.sentences import say

MAX_FIELD = 1 << 24
SAMPLE = 1 << 20
"""Bytes from which delimiter and encoding are told."""
DELIMITERS = (",", "\t", ";", "|", "，")

HEADER_WITHIN = 12
"""The header is looked for in so many rows from the top."""


def open_csv(path: Path, options: ReadOptions) -> Source:
    """Open a delimited text file with a header line.

    Raises:
        UnreadableSource: it is not delimited text, or its quotes do not pair up.
        NothingToImport: it has no rows, or no column of coordinates.
    """
    start, letters = _samples(path)
    encoding = lines_encoding(letters, options.encoding)
    if b"\0" in start and not encoding.value.startswith("utf-16"):
        raise UnreadableSource(say("not-a-text-file", file=path.name))
    delimiter = _delimiter(start.decode(encoding.value, "replace"))
    decisions = (encoding, Decision(say("delimiter"), {"\t": "tab"}.get(delimiter, delimiter), "measured"))

    lines = Lines(path, encoding)
    reader = partial(csv.reader, lines, delimiter=delimiter, skipinitialspace=delimiter == " ", strict=True)

    def rows() -> Iterator[list[str]]:
        csv.field_size_limit(MAX_FIELD)
        try:
            yield from map(digits_kept, filter(any, reader()))
        except csv.Error as error:
            raise UnreadableSource(say("row-damaged", file=path.name, line=_damaged(reader()), error=error)) from None

    layer = table_layer(path, path.stem, rows, options)
    layer = replace(layer, facts=(*layer.facts, *lines.told()))
    return Source(path, "CSV", (_placed_by_prj(layer, path),), decisions)


def _damaged(reader: Any) -> int:
    """Return the number of the line in which the row begins that cannot be read."""
    line = 0
    with suppress(csv.Error):
        for _ in reader:
            line = reader.line_num
    return line + 1


def _placed_by_prj(layer: SourceLayer, path: Path) -> SourceLayer:
    """Take the system of the ``.prj`` beside a table, unless the table names one or the ``.prj`` is a Shapefile's."""
    parts = sidecars(path)
    prj = parts.get(".prj", parts.get(".qpj"))
    if layer.crs is not None or prj is None or ".shp" in parts:
        return layer
    crs, fact = read_prj(prj)
    return replace(layer, crs=crs, crs_by=say("prj-beside"), facts=(*layer.facts, *((fact,) if fact else ())))


def _samples(path: Path) -> tuple[bytes, bytes]:
    """Return a file's beginning, and its first stretch that is more than plain ASCII (the beginning if none is)."""
    with path.open("rb") as file:
        start = letters = file.read(SAMPLE)
        while letters.isascii() and (more := file.read(SAMPLE)):
            letters = more
    return start, start if letters.isascii() else letters


def _delimiter(text: str) -> str:
    """Return the delimiter that the first lines have in equal numbers, the most frequent one; else blanks."""
    lines = _lines(text)
    counts = {d: lines[0].count(d) if lines else 0 for d in DELIMITERS}
    found = max(counts, key=lambda d: (counts[d], d == ","))
    return found if counts[found] or not _parted_by_blanks(lines) else " "


def _lines(text: str) -> list[str]:
    """Return the first lines that hold something, remarks before the header left out."""
    written = filter(str.strip, _rejoined(text.splitlines()[:40]))
    return list(islice(dropwhile(lambda line: line.lstrip("\ufeff").startswith("#"), written), 20))


def _rejoined(lines: list[str]) -> Iterator[str]:
    """Put the lines of a quoted cell together: a line with an odd number of quotes goes on, if another ends it."""
    held: list[str] = []
    for number, line in enumerate(lines):
        odd = line.count('"') % 2 == 1
        if held:
            held.append(line)
            if odd:
                yield " ".join(held)
                held = []
        elif odd and any(other.count('"') % 2 for other in lines[number + 1 :]):
            held = [line]
        else:
            yield line
    yield from held


def _parted_by_blanks(lines: list[str]) -> bool:
    """Say whether lines are of words in equal numbers, the first of which are the titles of more than ordinates."""
    words = [line.split() for line in lines]
    equal = len(words) > 1 and len({len(row) for row in words[:-1]}) == 1
    return equal and heads(words[0]) and not {word.lower() for word in words[0]} <= {"x", "y", "z", "h"}


def table_layer(path: Path, name: str, rows: Rows, options: ReadOptions) -> SourceLayer:
    """Make a layer of the rows of one table, its header among the first of them.

    Raises:
        NothingToImport: it has no rows, or no column of coordinates.
        UnreadableSource: a column the user names is not there.
    """
    first = list(islice(rows(), HEADER_WITHIN))
    if not first or not first[0]:
        raise NothingToImport(say("table-empty", file=path.name, name=name))
    rows, above, laid_out = laid_out_plainly(rows, first, options)
    first = list(islice(rows(), above + 1))
    titles = titles_of(first[above], first[above - 1] if above else ())
    body = FeaturesBelow(rows, above, path.name if name == path.stem else f"{path.name}, {name}")
    shape, decisions = find_shape(path, titles, body, options)
    decisions += laid_out
    if above:
        decisions += (Decision(say("header"), say("header-in-row", row=above + 1), "rule", (say("by-column-names"),)),)
    if decimal_comma(body, shape):
        shape = replace(shape, comma=True)
        decisions += (Decision(say("decimal-sign"), say("comma"), "measured"),)
    shape, settled, questions = packed_angles(body, shape, titles, options)
    decisions += settled
    body.shape = shape
    seen, count = columns_of(body(), len(titles), shape.comma)
    left_out = tuple(body.told())
    if not count:
        raise NothingToImport(say("table-no-rows", file=path.name, name=name))
    beyond = [nameless(number) for number in range(len(titles) + 1, len(seen) + 1)]
    titles += beyond
    attributes = [
        (i, title, column.type or "text")
        for i, (title, column) in enumerate(zip(titles, seen, strict=True))
        if i != shape.written and (column.type or title != nameless(i + 1))
    ]
    columns = tuple(SourceColumn(title, kind) for _, title, kind in attributes)

    def batches() -> Iterator[FeatureBatch]:
        source, start = body(), 0
        while chunk := list(islice(source, BATCH_ROWS)):
            yield _batch(chunk, start, shape, attributes, options.tolerance_m)
            start += len(chunk)

    facts: tuple[str, ...] = ()
    if shape.x is not None and means_degrees(titles[shape.x]):
        facts = (say("columns-called", titles=titles[shape.x], titles2=titles[shape.y or 0]),)
    facts += (
        *told_twice(first[above], shape),
        *left_out,
        *told_of_columns(titles, seen),
        *told_of_gap(titles, seen, shape),
    )
    if beyond:
        facts += (say("more-cells-than-titles", titles=", ".join(beyond)),)
    layer = SourceLayer(
        name, columns, batches, crs=stated_crs(body, shape), claimed=count,
        geometry_type="Point" if shape.written is None else "Unknown",
        facts=facts, decisions=decisions, questions=questions,
    )  # fmt: skip
    return with_corners_joined(path, layer, options)


def _batch(
    rows: list[Sequence[Any]],
    start: int,
    shape: Shape,
    columns: list[tuple[int, str, ColumnType]],
    tolerance_m: float,
) -> FeatureBatch:
    made = geometries_of(rows, shape, tolerance_m)
    arrays = {
        title: pa.array(
            [cell_value(row[i] if i < len(row) else None, kind, shape.comma) for row in rows], ARROW_TYPES[kind]
        )
        for i, title, kind in columns
    }
    ids = np.arange(start + 1, start + 1 + len(rows))
    return without(FeatureBatch(made.geometries, arrays, ids, done=made.done), made.reasons)


def looks_like_table(head: bytes) -> bool:
    """Say whether text begins like a delimited table: two lines at least with the same number of a delimiter."""
    encoding = text_encoding(head).value if b"\0" in head else "utf-8-sig"
    text = head.decode(encoding, "replace")
    lines = _lines(text)[:6]
    lines = lines[:-1] or lines
    delimiter = _delimiter(text)
    return bool(lines) and (delimiter == " " or all(delimiter in line for line in lines))
