"""Text objects of MapInfo: what they say, how high and how turned, which GDAL gives as the style of a point."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyproj

from importers.batch import ColumnType, FeatureBatch, SourceColumn, SourceLayer
from importers.vector.source import STYLE
from layers.crs.names import DEGREE_M

COLUMNS: tuple[tuple[str, ColumnType], ...] = (("text", "text"), ("text_height", "float"), ("rotation", "float"))
"""As in a drawing's annotation: heights in ground metres, rotation in degrees, anticlockwise from east.

The height is that of letters, which GDAL takes for 0.69 of the box MapInfo stores."""
_LABEL = re.compile(r'LABEL\(t:"((?:[^"\\]|\\.)*)"(.*)\)', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')
_ANGLE = re.compile(r",a:(-?[\d.]+)")
_HEIGHT = re.compile(r",s:([\d.]+)g")


def with_texts(layer: SourceLayer) -> SourceLayer:
    """Return the layer with what its texts say in columns of their own, in place of the styles; others as they are."""
    if all(column.title != STYLE for column in layer.columns):
        return layer
    kept = tuple(column for column in layer.columns if column.title != STYLE)
    taken = {column.title for column in kept}
    titles = [title if title not in taken else f"{title} (2)" for title, _ in COLUMNS]
    metres = _metres(layer.crs)
    first = layer.first

    def told(batches: Iterator[FeatureBatch]) -> Iterator[FeatureBatch]:
        for batch in batches:
            columns = dict(batch.columns)
            found = [_parts(style, metres) for style in columns.pop(STYLE).to_pylist()] if STYLE in columns else []
            for number, (title, (_, kind)) in enumerate(zip(titles, COLUMNS, strict=True)):
                columns[title] = pa.array(
                    [parts[number] for parts in found], pa.string() if kind == "text" else pa.float64()
                )
            yield replace(batch, columns=columns)

    return replace(
        layer,
        columns=(*kept, *(SourceColumn(title, kind) for title, (_, kind) in zip(titles, COLUMNS, strict=True))),
        batches=lambda: told(layer.batches()),
        first=None if first is None else lambda count: told(first(count)),
    )


def _parts(style: str | None, metres: float) -> tuple[Any, Any, Any]:
    label = _LABEL.match(style or "")
    if label is None:
        return None, None, None
    angle, height = _ANGLE.search(label[2]), _HEIGHT.search(label[2])
    text = _ESCAPED.sub(r"\1", label[1])
    return text, float(height[1]) * metres if height else None, float(angle[1]) if angle else 0.0


def _metres(crs: pyproj.CRS | None) -> float:
    """Return how many metres a unit of the ordinates is; without a system heights stay in units of the ordinates."""
    if crs is None or not crs.axis_info:
        return 1.0
    return DEGREE_M if crs.is_geographic else crs.axis_info[0].unit_conversion_factor
