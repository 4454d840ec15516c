"""Features as a drawing: DXF in GBK, as the CAD programs of the city read it."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from layers.crs.output import OutputCrs
from layers.errors import BadQuery
from layers.feature_text import selected_columns
from layers.layer import Layer
from layers.query import LayerQuery
from layers.sentences import say

MOST_DRAWN = 200_000
"""Features of a DXF."""


def write_drawing(
    path: Path, batches: Iterator[pa.RecordBatch], layer: Layer, query: LayerQuery, crs: OutputCrs
) -> None:
    """Write a DXF: geometry on drawing layers, and no other attribute. GDAL takes its layers not by Arrow, so the
    features are held here, and bounded.

    Raises:
        BadQuery: there are more than a drawing takes.
    """
    drawn, shapes, names = _drawing_column(layer, query), list[bytes](), list[str]()
    for batch in batches:
        batch = batch.filter(batch.column(batch.num_columns - 1).is_valid())
        shapes += batch.column(batch.num_columns - 1).to_pylist()
        values = batch.column(drawn).to_pylist() if drawn else [None] * batch.num_rows
        names += [_drawing_layer(value, layer.name) for value in values]
        if len(shapes) > MOST_DRAWN:
            raise BadQuery(say("drawing-most", most=MOST_DRAWN), "f")
    from pyogrio import raw

    raw.write(
        path, geometry=np.array(shapes, dtype=object), field_data=[np.array(names, dtype=object)], fields=["Layer"],
        geometry_type="Unknown", driver="DXF", crs=f"EPSG:{crs.srid}",
    )  # fmt: skip
    _in_gbk(path)


def _in_gbk(path: Path) -> None:
    """Bring a drawing of GDAL's, whose names are UTF-8 under a Western code page, to GBK and its code page."""
    as_written = path.with_suffix(".utf8")
    path.rename(as_written)
    with as_written.open(encoding="utf-8", newline="") as source, path.open("wb") as target:
        for line in source:
            target.write(line.replace("ANSI_1252", "ANSI_936").encode("gbk", errors="dxf"))
    as_written.unlink()


def _as_dxf_writes(error: UnicodeError) -> tuple[str, int]:
    """Return what GBK lacks as AutoCAD writes it: ``\\U+20000``."""
    assert isinstance(error, UnicodeEncodeError)
    return "".join(f"\\U+{ord(sign):04X}" for sign in error.object[error.start : error.end]), error.end


codecs.register_error("dxf", _as_dxf_writes)


def _drawing_column(layer: Layer, query: LayerQuery) -> str | None:
    """Return the column that names drawing layers: that of an imported drawing, else the one the style classes by."""
    names = {column.name for column in selected_columns(layer.version, query)}
    wished = ("drawing_layer", layer.style.get("class"))
    return next((str(name) for name in wished if name in names), None)


def _drawing_layer(value: Any, otherwise: str) -> str:
    """Return a name that a drawing layer can have: without the signs that CAD programs refuse."""
    name = re.sub(r'[<>/\\":;?*|=,`\x00-\x1f]', "_", str(value)).strip() if value is not None else ""
    return name[:255] or otherwise
