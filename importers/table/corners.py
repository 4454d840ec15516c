"""Tables of boundary points (界址点成果表): corners of a parcel, row below row, made an area where the user says so.

``--option corners_of=宗地号`` names the column whose value tells the parcel. Corners follow each other as in the table;
a ring ends where it is back at its first corner, and what follows is a hole or a further part.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from importers.batch import BATCH_ROWS, FeatureBatch, ReadOptions, Refusal, SourceLayer
from importers.errors import UnreadableSource
from importers.vector.arrow import ARROW_TYPES
from importers.vector.nested_rings import area_of, rings_of
from layers.sentences import say

OPTION = "corners_of"
_MARK = "界址点"


@dataclass
class _Parcel:
    first: str
    attributes: dict[str, Any]
    corners: list[tuple[float, ...]] = field(default_factory=list)
    fault: str | None = None


def with_corners_joined(path: Path, layer: SourceLayer, options: ReadOptions) -> SourceLayer:
    """Return the layer of areas whose corners a layer of points holds, if that is asked for; else the layer itself.

    Raises:
        UnreadableSource: it has no column of the name given.
    """
    column = options.others.get(OPTION)
    if column is None:
        boundary = any(_MARK in title.title for title in layer.columns) and layer.geometry_type == "Point"
        return replace(layer, facts=(*layer.facts, say("corners-hint"))) if boundary else layer
    titles = [known.title for known in layer.columns]
    if column not in titles:
        told = ", ".join(titles)[:300]
        raise UnreadableSource(say("no-such-column", file=path.name, name=column, titles=told))

    def batches() -> Iterator[FeatureBatch]:
        parcels = _parcels(layer, column)
        for group in _groups(list(parcels.values())):
            yield _batch(group, layer)

    return replace(layer, batches=batches, claimed=None, geometry_type="Unknown", first=None)


def _groups(parcels: list[_Parcel]) -> Iterator[list[_Parcel]]:
    for start in range(0, len(parcels), BATCH_ROWS):
        yield parcels[start : start + BATCH_ROWS]


def _parcels(layer: SourceLayer, column: str) -> dict[Any, _Parcel]:
    """Gather the corners by parcel; one that is unreadable spoils its parcel, which would have another shape."""
    found: dict[Any, _Parcel] = {}
    for batch in layer.batches():
        values = {title: array.to_pylist() for title, array in batch.columns.items()}
        for row, geometry in enumerate(batch.geometries):
            attributes = {title: cells[row] for title, cells in values.items()}
            key = attributes[column]
            if key is None and geometry is None:
                continue  # a sum or a signature below the table
            parcel = found.setdefault(key, _Parcel(str(batch.source_ids[row]), attributes))
            if geometry is None:
                parcel.fault = say("corner-without-place", row=batch.source_ids[row])
            elif key is None:
                parcel.fault = say("corner-of-none", column=column)
            else:
                parcel.corners.append(tuple(shapely.get_coordinates(geometry, include_z=shapely.has_z(geometry))[0]))
        for refused in batch.refused:
            key = refused.attributes.get(column)
            parcel = found.setdefault(key, _Parcel(refused.source_id, dict(refused.attributes)))
            parcel.fault = refused.reason
    return found


def _batch(parcels: list[_Parcel], layer: SourceLayer) -> FeatureBatch:
    made = [parcel.fault or _area(parcel) for parcel in parcels]
    kept = [(parcel, shape) for parcel, shape in zip(parcels, made, strict=True) if not isinstance(shape, str)]
    refused = tuple(
        Refusal(parcel.first, why, attributes=parcel.attributes)
        for parcel, why in zip(parcels, made, strict=True)
        if isinstance(why, str)
    )
    columns = {
        known.title: pa.array([parcel.attributes[known.title] for parcel, _ in kept], ARROW_TYPES[known.type])
        for known in layer.columns
    }
    shapes = np.empty(len(kept), dtype=object)
    shapes[:] = [shape for _, shape in kept]
    done = Counter({say("corners-joined"): sum(len(parcel.corners) for parcel, _ in kept)})
    return FeatureBatch(shapes, columns, [parcel.first for parcel, _ in kept], refused, done)


def _area(parcel: _Parcel) -> Any:
    rings = list(rings_of(parcel.corners))
    if min(map(len, rings), default=0) < 3:
        return say("plots-too-few", count=len(parcel.corners))
    return area_of(rings)
