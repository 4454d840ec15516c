"""CASS field points, ``.dat``: one point a line, ``number,code,east,north,height``.

CASS writes **Y (east) before X (north)**. The code may be empty; heights may be. Files come in GBK, with notes in the
codes. Rows that do not fit are refused one by one.
"""

import csv
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from importers.batch import (
    BATCH_ROWS,
    Decision,
    FeatureBatch,
    ReadOptions,
    Refusal,
    Source,
    SourceColumn,
    SourceFormat,
    SourceLayer,
)
from importers.cass import CodeTable, load_codes
from importers.errors import NothingToImport, UnreadableSource
from layers.sentences import reason, say

COLUMNS = (
    SourceColumn("number", "text"),
    SourceColumn("feature_code", "text"),
    SourceColumn("gb_code", "text"),
    SourceColumn("name_zh", "text"),
    SourceColumn("name_en", "text"),
    SourceColumn("elevation", "float"),
)

_NUMBER = rb"[+-]?\d+(?:\.\d*)?"
_LINE = re.compile(rb"[^,\r\n]*,[^,\r\n]*," + _NUMBER + rb"," + _NUMBER + rb",(?:" + _NUMBER + rb")?,?[ \t]*\Z")


def probe_points(path: Path, head: bytes) -> bool:
    """Say whether a ``.dat`` file holds CASS points: its first lines have five fields, the last three numbers."""
    if path.suffix.lower() != ".dat":
        return False
    lines = [line for line in head.splitlines()[:-1] or head.splitlines() if line.strip()][:20]
    fitting = sum(1 for line in lines if _LINE.match(line.strip()))
    return bool(lines) and fitting >= 0.8 * len(lines)


def open_points(path: Path, options: ReadOptions) -> Source:
    """Open a file of CASS points; ``options.axis`` "yx" says that it has north first after all.

    Raises:
        NothingToImport: the file is empty.
        UnreadableSource: it is not text.
    """
    content = path.read_bytes()
    encoding = options.encoding or _encoding(path, content)
    if not content.strip():
        raise NothingToImport(say("file-empty", file=path.name))
    swapped = options.axis == "yx"
    decisions = (
        Decision(say("encoding"), encoding, "user" if options.encoding else "measured", (say("strict-decoding"),)),
        Decision(
            say("axis-order"),
            say("north-first") if swapped else say("east-first"),
            "user" if swapped else "file",
            (say("cass-dat-order"),),
        ),
    )
    codes = load_codes(options.mapping)

    def batches() -> Iterator[FeatureBatch]:
        rows = enumerate(csv.reader(content.decode(encoding, "replace").splitlines()), start=1)
        while block := list(islice(rows, BATCH_ROWS)):
            yield _batch(block, codes, swapped)

    layer = SourceLayer(
        path.stem,
        COLUMNS,
        batches,
        geometry_type="Point",
        claimed=content.count(b"\n"),
        facts=(say("cass-dat-facts"),),
        decisions=decisions[1:],
    )
    return Source(path, "CASS points", (layer,), decisions[:1])


FORMAT = SourceFormat("CASS points", "drawing", (".dat",), probe_points, open_points)


def _encoding(path: Path, content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise UnreadableSource(say("file-neither-utf8-nor-gb18030", file=path.name))


def _batch(block: list[tuple[int, list[str]]], codes: CodeTable, swapped: bool) -> FeatureBatch:
    kept: list[tuple[str, str, float, float, float]] = []
    ids: list[str] = []
    refused = []
    for line, fields in block:
        if not any(field.strip() for field in fields):
            continue
        try:
            kept.append(_point(fields))
        except ValueError as error:
            refused.append(Refusal(f"line {line}", reason(error), attributes={"line": ",".join(fields)[:200]}))
        else:
            ids.append(f"line {line}")
    ordinates = np.array([row[2:] for row in kept], dtype=np.float64).reshape(-1, 3)
    if swapped:
        ordinates = ordinates[:, [1, 0, 2]]
    has_height = np.isfinite(ordinates[:, 2])
    geometries = np.empty(len(kept), dtype=object)
    geometries[has_height] = shapely.points(ordinates[has_height])
    geometries[~has_height] = shapely.points(ordinates[~has_height, :2])
    meanings = [codes.meaning(row[1] or None, None, None) for row in kept]
    columns = {
        "number": pa.array([row[0] for row in kept], pa.string()),
        "feature_code": pa.array([row[1] or None for row in kept], pa.string()),
        "gb_code": pa.array([m.gb_code or None if m else None for m in meanings], pa.string()),
        "name_zh": pa.array([m.name_zh if m else None for m in meanings], pa.string()),
        "name_en": pa.array([m.name_en if m else None for m in meanings], pa.string()),
        "elevation": pa.array(ordinates[:, 2], pa.float64(), from_pandas=True),
    }
    return FeatureBatch(geometries, columns, ids, tuple(refused))


def _point(fields: list[str]) -> tuple[str, str, float, float, float]:
    if len(fields) < 4:
        raise ValueError(say("cass-dat-fields", count=len(fields)))
    height = fields[4].strip() if len(fields) > 4 else ""
    east, north, level = float(fields[2]), float(fields[3]), float(height) if height else float("nan")
    if not (np.isfinite(east) and np.isfinite(north)):
        raise ValueError(say("ordinate-not-finite"))
    return fields[0].strip(), fields[1].strip(), east, north, level
