"""VCT, the exchange format of land departments (GB/T 17798), as a source: a layer for each table of features.

Lines that only bound areas are no features. The whole file is read once: areas name lines anywhere before them, and
attributes stand behind all shapes.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyproj
import shapely

from importers.batch import (
    BATCH_ROWS,
    Decision,
    FeatureBatch,
    ReadOptions,
    Refusal,
    Source,
    SourceColumn,
    SourceLayer,
)
from importers.errors import NothingToImport, UnreadableSource, UnsupportedSource
from importers.vector.encoding import text_encoding
from importers.vector.vct_content import VctContent, read_content
from importers.vector.vct_shapes import NoShape, shape_of
from importers.vector.vct_tables import VctTable
from importers.vector.vct_text import BrokenText, Coordinates, Lines, VctObject
from layers.crs.names import DEGREE_M
from layers.sentences import say

LARGEST = 256 << 20
"""Bytes of a file: all of it is held, in some ten times as much memory."""
SAMPLE = 1 << 20
WORDS = SourceColumn("text", "text")
_KINDS = {"point": "Point", "line": "LineString", "polygon": "Unknown", "annotation": "Point"}


def open_vct(path: Path, options: ReadOptions) -> Source:
    """Open a VCT file of version 1.0, 2.0 or 3.0.

    Raises:
        UnreadableSource: a line is not what must stand there.
        UnsupportedSource: it is too large, or its head says what we would misread.
        NothingToImport: it holds no shapes.
    """
    if path.stat().st_size > LARGEST:
        raise UnsupportedSource(say("vct-too-large", file=path.name, most=LARGEST >> 20))
    encoding = _encoding(path, options.encoding)
    try:
        with path.open(encoding=encoding.value, errors="replace") as text:
            content = read_content(path, Lines(iter(text)), options.tolerance_m)
    except BrokenText as error:
        raise UnreadableSource(say("vct-line", file=path.name, line=error.line, why=error.why)) from None
    layers = tuple(_layers(content, options.tolerance_m))
    if not layers:
        raise NothingToImport(say("vct-no-features", file=path.name))
    return Source(path, "VCT", layers, (encoding,), tuple(content.notes))


def _encoding(path: Path, said: str | None) -> Decision:
    with path.open("rb") as file:
        letters = file.read(SAMPLE)
        while letters.isascii() and (more := file.read(SAMPLE)):
            letters = more
    return text_encoding(letters, said)


def _layers(content: VctContent, tolerance_m: float) -> Iterator[SourceLayer]:
    """Yield a layer for each table and kind of shape; tell of lines that only bound areas, and of rows left over."""
    bounding = {abs(n) for shapes in content.shapes.values() for one in shapes for n in one.references}
    groups: dict[tuple[str, str], list[VctObject]] = {}
    only_bounding = 0
    for section, shapes in content.shapes.items():
        for one in shapes:
            code = content.codes.get(one.code)
            if section == "line" and code is None and int(one.number) in bounding:
                only_bounding += 1
                continue
            third = one.third if one.third in content.tables else one.code
            groups.setdefault((code.table if code else third, section), []).append(one)
    if only_bounding:
        content.notes.append(say("vct-outlines-only", count=only_bounding))
    crs = content.header.crs(_easting(content))
    for (name, section), shapes in groups.items():
        several = sum(other == name for other, _ in groups) > 1
        shown = f"{name} ({section})" if several else name
        yield _layer(content, shown, name, section, shapes, crs, tolerance_m)
    drawn = {one.number for shapes in content.shapes.values() for one in shapes}
    for table in content.tables.values():
        if left := sum(number not in drawn for number in table.rows):
            content.notes.append(say("vct-rows-left", table=table.name, count=left))


def _easting(content: VctContent) -> float | None:
    place = 1 if content.header.north_first else 0
    for shapes in content.shapes.values():
        for one in shapes:
            if one.parts and len(one.parts[0][1]):
                return float(one.parts[0][1][0, place])
    return None


def _layer(
    content: VctContent, shown: str, name: str, section: str, shapes: list[VctObject], crs: pyproj.CRS | None,
    tolerance_m: float,
) -> SourceLayer:  # fmt: skip
    table = content.tables.get(name, VctTable(name))
    own = table.columns()
    columns = own if section != "annotation" else (*own, WORDS)
    known = {one.code for one in shapes}
    title = next((content.codes[code].name for code in known if code in content.codes), name)
    tolerance = tolerance_m / DEGREE_M if crs is not None and crs.is_geographic else tolerance_m
    header = content.header

    def batches() -> Iterator[FeatureBatch]:
        seen: set[str] = set()
        for start in range(0, len(shapes), BATCH_ROWS):
            made = partial(_made, content, table, section, seen, tolerance)
            yield _batch(shapes[start : start + BATCH_ROWS], table, own, section, made)

    return SourceLayer(
        shown, columns, batches, crs=crs, geometry_type=_KINDS[section], claimed=len(shapes),
        facts=(*header.facts, *table.told, *((title,) if title != name else ())), decisions=header.decisions,
        height_datum=header.heights,
    )  # fmt: skip


def _made(content: VctContent, table: VctTable, section: str, seen: set[str], tolerance: float, one: VctObject) -> Any:
    """Return an object's geometry.

    Raises:
        NoShape: there is none, or its attributes are not its own.
    """
    if one.number in seen:
        raise NoShape(say("vct-same-number"))
    seen.add(one.number)
    if (fault := table.faults.get(one.number)) is not None:
        raise NoShape(fault)
    shape = shape_of(section, one, content.curves, tolerance)
    return shapely.transform(shape, _east_first, include_z=shape.has_z) if content.header.north_first else shape


def _east_first(points: Coordinates) -> Coordinates:
    return points[:, [1, 0, *range(2, points.shape[1])]]


def _batch(
    shapes: list[VctObject],
    table: VctTable,
    columns: Sequence[SourceColumn],
    section: str,
    made: Callable[[VctObject], Any],
) -> FeatureBatch:
    geometries, kept, refused = [], [], []
    for one in shapes:
        try:
            geometries.append(made(one))
            kept.append(one)
        except NoShape as error:
            row = dict(zip((title for title, _ in table.declared), table.rows.get(one.number, ()), strict=False))
            refused.append(Refusal(one.number, str(error.args[0]), attributes=row))
    numbers = [one.number for one in kept]
    values = dict(table.values(numbers, columns))
    if section == "annotation":
        values[WORDS.title] = pa.array([one.words for one in kept], pa.string())
    array = np.empty(len(kept), dtype=object)
    array[:] = geometries
    bare = sum(number not in table.rows for number in numbers) if table.declared else 0
    done = {say("vct-without-attributes"): bare} if bare else {}
    return FeatureBatch(array, values, numbers, tuple(refused), done)
