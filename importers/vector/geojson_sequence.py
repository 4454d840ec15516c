"""GeoJSON text sequences (RFC 8142), and features one a line: a record that is none is refused and counted.

GDAL passes over such records without a word. They are looked for where it gave fewer features than there are records.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from importers.batch import BATCH_ROWS, FeatureBatch, ReadOptions, Refusal, Source, SourceLayer
from importers.errors import UnreadableSource
from importers.vector.geojson_form import numbered
from importers.vector.json_values import as_texts, as_written
from importers.vector.source import RECIPES, open_recipe
from layers.sentences import say

MARK = b"\x1e"
"""What begins a record of a sequence; where there is none, each line is one."""
LONGEST_TOLD = 1 << 24
SHAPES = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection")
TYPES = frozenset({"FeatureCollection", "Feature", *SHAPES})


def open_sequence(path: Path, options: ReadOptions) -> Source:
    """Open a sequence of features.

    Raises:
        UnreadableSource: GDAL cannot read it.
    """
    with ExitStack() as stack:
        readable = values = stack.enter_context(as_texts(path))
        recipe = RECIPES["GeoJSON sequence"]
        try:
            source = open_recipe(readable, recipe, options, encoding=None, crs=None, shown=path)
        except UnreadableSource:
            if why := _first_broken(path):
                raise UnreadableSource(why) from None
            raise
        stack.callback(source.close)
        if any(layer.identity == "id" for layer in source.layers):  # as in geojson
            readable = stack.enter_context(numbered(readable))
            source = open_recipe(readable, recipe, options, encoding=None, crs=None, shown=path)
            stack.callback(source.close)
        layers = source.layers if values is path else tuple(map(as_written, source.layers))
        layers = tuple(_counted(layer, path) for layer in layers) if len(layers) == 1 else layers
        return replace(source, path=path, layers=layers, close=stack.pop_all().close)


def _first_broken(path: Path) -> str | None:
    """Say what is wrong with the first line of features one a line; None where nothing is."""
    with path.open("rb") as file:
        first = file.readline(LONGEST_TOLD).removeprefix(b"\xef\xbb\xbf").removeprefix(MARK)
    try:
        json.loads(first.decode("utf-8", "replace"))
    except json.JSONDecodeError as error:
        return say("json-broken", file=path.name, line=1, column=error.colno, error=error.msg)
    except RecursionError:
        pass
    return None


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
