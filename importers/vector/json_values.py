"""Values of JSON that GDAL makes others of without a word: they are read as the texts that they are written as.

A day that no calendar has becomes the next one (30 February is 1 March), a year of two digits one of four, and a whole
number beyond 64 bits loses its last digits or the file's reader. Each is made a text with a mark for the reading, so
that its column, and no other, is one of texts; the marks are taken off again.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from importers.batch import FeatureBatch, ReadOptions, Source, SourceLayer
from importers.vector.geojson_form import rewritten
from importers.vector.source import RECIPES, open_recipe
from layers.sentences import say

MARK = "\ue5c1\ue0f3\ue5c1"
"""Characters of private use, in an order that no text has."""
_PIECE, _LONGEST = 1 << 20, 512
_DOUBTFUL = re.compile(
    rb'("\s{0,8}:\s{0,8})(?:(-?[1-9]\d{18,400})(\s{0,8}[,}\]])|'
    rb'"(?:(\d{4})([-/])(02|04|06|09|11)\5(29|30|31)|(0000[-/]|\d\d([-/])\d\d\9\d\d[" T])))'
)
"""A member's value: a long whole number, or a text that begins with the end of a short month or a short year."""


def json_opener(format_name: str) -> Callable[[Path, ReadOptions], Source]:
    """Return the function that opens a file of a JSON format about which there is nothing else to know."""
    recipe = RECIPES[format_name]

    def open_file(path: Path, options: ReadOptions) -> Source:
        with ExitStack() as stack:
            readable = stack.enter_context(as_texts(path))
            source = open_recipe(readable, recipe, options, encoding=None, crs=None, shown=path)
            stack.callback(source.close)
            layers = source.layers if readable is path else tuple(map(as_written, source.layers))
            return replace(source, path=path, layers=layers, close=stack.pop_all().close)

    return open_file


@contextmanager
def as_texts(path: Path) -> Iterator[Path]:
    """Yield the file itself, or a copy of the same name where such values are marked texts."""
    if not _has_some(path):
        yield path
        return
    with rewritten(path, _DOUBTFUL, lambda found: _marked(found) if _is_spoiled(found) else found[0], _LONGEST) as copy:
        yield copy


def as_written(layer: SourceLayer) -> SourceLayer:
    """Return a layer of such a copy with its texts as they are in the file, counted by column."""

    def batches(limit: int | None = None) -> Iterator[FeatureBatch]:
        for batch in layer.batches() if limit is None else layer.look(limit):
            columns, done = dict(batch.columns), dict(batch.done)
            refused = tuple(replace(one, attributes=_unmarked(one.attributes)) for one in batch.refused)
            for title, values in columns.items():
                if not pa.types.is_large_string(values.type):
                    continue
                if marked := pc.sum(pc.match_substring(values, MARK)).as_py():
                    columns[title] = pc.replace_substring(values, MARK, "")
                    done[say("column-how", title=title, how=say("kept-as-written"))] = marked
            yield replace(batch, columns=columns, refused=refused, done=done)

    return replace(layer, batches=batches, first=batches)


def _unmarked(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {title: v.replace(MARK, "") if isinstance(v, str) else v for title, v in attributes.items()}


def _has_some(path: Path) -> bool:
    with path.open("rb") as file:
        held = b""
        while piece := file.read(_PIECE):
            text = held + piece
            if any(map(_is_spoiled, _DOUBTFUL.finditer(text))):
                return True
            held = text[-_LONGEST:]
    return False


def _is_spoiled(found: re.Match[bytes]) -> bool:
    """Say whether a value is one that GDAL spoils: a quote behind a backslash ends no name, but stands in a text."""
    number, year, month, day = found[2], found[4], found[6], found[7]
    if found.string[found.start() - 1 : found.start()] == b"\\":
        return False
    if number:
        return not -(1 << 63) < int(number) < (1 << 63) - 1  # what it cuts off becomes the last one
    return not year or int(year) == 0 or int(day) > monthrange(int(year), int(month))[1]


def _marked(found: re.Match[bytes]) -> bytes:
    name, number, after = found[1], found[2], found[3]
    mark = name + b'"' + MARK.encode()
    return mark + number + b'"' + after if number else mark + found[0].removeprefix(name + b'"')
