"""A first look at a drawing's entities: which types there are, and where they lie."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from ezdxf.document import Drawing

from importers.drawing.dxf_file import DxfFile
from importers.drawing.dxf_tags import BrokenTags, tag_blocks
from importers.drawing.ordinates import Ordinates, ordinates_of
from importers.drawing.shapes import DRAWN

ENOUGH = 10_000
_PLACES = ("insert", "location", "start", "end", "center", "defpoint")


@dataclass(frozen=True)
class Peek:
    """What the first entities show: the types of some ten thousand, and their ordinates."""

    types: Counter[str]
    drawn: Ordinates
    whole: bool


def peek(file: DxfFile, document: Drawing) -> Peek:
    """Count the types and take the ordinates of the first entities, further only while none can be drawn."""
    types: Counter[str] = Counter()
    x: list[float] = []
    y: list[float] = []
    if "ENTITIES" not in file.sections:
        for number, entity in enumerate(document.modelspace()):
            types[entity.dxftype()] += 1
            for place in _places(entity) if number < ENOUGH else ():
                x.append(place[0])
                y.append(place[1])
        return Peek(types, ordinates_of(x, y), True)
    try:
        for block in tag_blocks(file.pieces("ENTITIES"), file.encoding):
            model = block.number(67) != 1
            types.update(block.types[model].tolist())
            x_at, y_at = (np.flatnonzero((block.codes == code) & model[block.owner]) for code in (10, 20))
            x += block.floats(x_at).tolist()[: len(y_at)]
            y += block.floats(y_at).tolist()[: len(x_at)]
            if sum(types.values()) > ENOUGH and any(name in DRAWN for name in types):
                return Peek(types, ordinates_of(x, y), False)
    except BrokenTags:
        return Peek(types, ordinates_of(x, y), False)
    return Peek(types, ordinates_of(x, y), True)


def _places(entity: Any) -> Iterator[Any]:
    """Yield points of an entity as they are drawn."""
    if entity.dxftype() == "LWPOLYLINE":
        yield from entity.get_points("xy")
    elif entity.dxftype() == "POLYLINE":
        yield from entity.points()
    else:
        yield from (entity.dxf.get(name) for name in _PLACES if entity.dxf.hasattr(name))
