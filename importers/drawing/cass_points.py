"""CASS field points, ``.dat``: one point a line, ``number,code,east,north,height``.

CASS writes **Y (east) before X (north)**. The code may be empty or left out; heights may be. Receivers write the same
lines as ``.txt`` and ``.csv``. Files come in GBK, with notes in the codes, with commas of full width or tabs, with a
count or a header in front. Rows that do not fit are refused one by one.
"""

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
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
from importers.drawing.cass import CodeTable, load_codes
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

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d{1,3})?")
_BETWEEN = re.compile(r"[ \t]*[,，][ \t]*|\t")
_PLAIN_SIGNS = str.maketrans("０１２３４５６７８９．－＋", "0123456789.-+")
LEAST_ORDINATE = 10_000.0
"""Field points are in metres, far from zero: what is less in the second column is a code."""
FITTING, FITTING_DAT = 0.8, 0.5
"""Share of the first lines that must be points; a name of their own lets bad lines be refused one by one."""
PLAIN_TEXT = (".txt", ".csv")
"""Names that tables have too: these must begin with a point, for a table begins with its header."""


def probe_points(path: Path, head: bytes) -> bool:
    """Say whether a file holds CASS points: its first lines have five fields, the last three numbers."""
    suffix = path.suffix.lower()
    if suffix not in (".dat", *PLAIN_TEXT) or b"\0" in head:
        return False
    text = head.removeprefix(b"\xef\xbb\xbf").decode(_encoding_of(head) or "latin-1", "ignore")
    lines = [line for line in text.splitlines()[:-1] or text.splitlines() if line.strip("\x1a ")][:20]
    fitting = [_fits(_fields(line)) for line in lines]
    if not any(fitting) or (suffix in PLAIN_TEXT and not fitting[0]):
        return False
    least = FITTING_DAT if suffix == ".dat" else FITTING
    return sum(fitting) >= least * len(fitting[_before_points(lines) :])


def _fields(line: str) -> list[str]:
    """Return number, code, east, north, height of a line; a code that was left out is empty, one with commas whole."""
    line = line.strip("\x1a \r\n\ufeff").translate(_PLAIN_SIGNS)
    fields = next(csv.reader([line], skipinitialspace=True), []) if '"' in line else _BETWEEN.split(line)
    if len(fields) == 6 and not fields[5]:
        fields.pop()
    if len(fields) == 4 and all(map(_is_ordinate, fields[1:3])):
        fields.insert(1, "")
    if len(fields) > 5 and all(map(_is_ordinate, fields[-3:-1])):
        fields[1:-3] = [",".join(fields[1:-3])]
    return fields


def _is_ordinate(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None and abs(float(text)) >= LEAST_ORDINATE


def _fits(fields: Sequence[str]) -> bool:
    numbers = [_NUMBER.fullmatch(text) is not None for text in fields[2:]]
    return len(fields) in (4, 5) and all(numbers[:2]) and (len(fields) == 4 or numbers[2] or not fields[4])


def _before_points(lines: Sequence[str]) -> int:
    """Return how many lines stand before the points: a count of them, or a header without any number."""
    fields = _fields(lines[0]) if lines else []
    counted = len(fields) == 1 and fields[0].isdigit()
    header = len(fields) > 3 and not any(map(_NUMBER.fullmatch, fields))
    return int(counted or header)


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
    lines = content.decode(encoding, "replace").splitlines()
    before = _before_points(lines)
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
        rows = islice(enumerate(map(_fields, lines), start=1), before, None)
        while block := list(islice(rows, BATCH_ROWS)):
            yield _batch(block, codes, swapped)

    layer = SourceLayer(
        path.stem,
        COLUMNS,
        batches,
        geometry_type="Point",
        claimed=_claimed(lines, before),
        facts=(say("cass-dat-facts"), *(say("cass-dat-before", text=line[:80]) for line in lines[:before])),
        decisions=decisions[1:],
    )
    return Source(path, "CASS points", (layer,), decisions[:1])


FORMAT = SourceFormat("CASS points", "drawing", (".dat", *PLAIN_TEXT), probe_points, open_points)


def _claimed(lines: Sequence[str], before: int) -> int:
    """Return how many points there should be: the count in front, else the lines that are not blank."""
    if before and lines[0].strip().isdigit():
        return int(lines[0])
    return sum(1 for line in lines[before:] if line.strip("\x1a ,\t"))


def _encoding(path: Path, content: bytes) -> str:
    encoding = _encoding_of(content)
    if encoding is None:
        raise UnreadableSource(say("file-neither-utf8-nor-gb18030", file=path.name))
    return encoding


def _encoding_of(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            codecs.getincrementaldecoder(encoding)("strict").decode(content)
        except UnicodeDecodeError:
            continue
        return encoding
    return None


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
