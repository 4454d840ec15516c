"""GeoJSON text sequences (RFC 8142), and features one a line: a record that is none is refused and counted.

GDAL passes over such records without a word. They are looked for where it gave fewer features than there are records.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from importers.batch import BATCH_ROWS, FeatureBatch, ReadOptions, Refusal, Source, SourceLayer
from importers.vector.source import opener
from layers.sentences import say

MARK = b"\x1e"
"""What begins a record of a sequence; where there is none, each line is one."""
SHAPES = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection")
TYPES = frozenset({"FeatureCollection", "Feature", *SHAPES})


def open_sequence(path: Path, options: ReadOptions) -> Source:
    """Open a sequence of features.

    Raises:
        UnreadableSource: GDAL cannot read it.
    """
    source = opener("GeoJSON sequence")(path, options)
    if len(source.layers) != 1:
        return source
    return replace(source, layers=(_counted(source.layers[0], path),))


def _counted(layer: SourceLayer, path: Path) -> SourceLayer:
    def batches(limit: int | None = None) -> Iterator[FeatureBatch]:
        count = 0
        for batch in layer.batches() if limit is None else layer.look(limit):
            count += len(batch) + len(batch.refused)
            yield batch
        if (limit is None or count < limit) and count < sum(1 for _ in _records(path)):
            yield from _refused(path)

    return replace(layer, batches=batches, first=batches)


def _refused(path: Path) -> Iterator[FeatureBatch]:
    """Yield the records that are no features, by the number of the line on which each begins."""
    said = say("no-geojson-record")
    broken = (Refusal(str(line), said) for line, record in _records(path) if not _is_geojson(record))
    while refused := tuple(islice(broken, BATCH_ROWS)):
        yield FeatureBatch(np.empty(0, dtype=object), {}, [], refused=refused)


def _is_geojson(record: bytes) -> bool:
    try:
        found = json.loads(record)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and found.get("type") in TYPES


def _records(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield each record and its line; none of a file without marks whose first line is not whole."""
    with path.open("rb") as file:
        first = file.readline().removeprefix(b"\xef\xbb\xbf")
        marked = first.lstrip().startswith(MARK)
        if not marked and not _is_geojson(first):
            return
        held, began = first, 1
        for number, line in enumerate(file, 2):
            if not marked or line.startswith(MARK):
                yield from _record(began, held)
                held, began = b"", number
            held += line
        yield from _record(began, held)


def _record(line: int, text: bytes) -> Iterator[tuple[int, bytes]]:
    for record in text.split(MARK):
        if record.strip():
            yield line, record
