"""ezdxf entities to rows: everything ``dxf_simple`` leaves, and whole drawings that it cannot read.

Block references are exploded with their own layers, or kept as points with their attributes, as ``as_point`` says;
content on layer 0 takes the reference's layer, content coloured "by block" its colour. An entity that fails is refused
by itself, with the reason; the drawing goes on.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from ezdxf.protocols import SupportsVirtualEntities, virtual_entities
from shapely.geometry.base import BaseGeometry

from importers.batch import BATCH_ROWS, Refusal
from importers.drawing.block_parts import Part, copies, parts, stands
from importers.drawing.blocks import (
    MOST_ROWS,
    NeverEnding,
    attributes_text,
    block_weight,
    check_block,
    check_copies,
)
from importers.drawing.cass import feature_code
from importers.drawing.dxf_simple import BlockChoice
from importers.drawing.dxf_words import clean, extended_of
from importers.drawing.features import GIVEN, NUMBERS, DrawingStyle, Rows, colour_text, extended_text
from importers.drawing.shapes import DRAW, Drawn, Facts, NotDrawable, measured_line
from layers.sentences import say

_WITHOUT_GEOMETRY = {
    "IMAGE": say("entity-picture"),
    "XLINE": say("entity-endless"),
    "RAY": say("entity-endless"),
    "OLE2FRAME": say("entity-document"),
}


@dataclass(frozen=True)
class _Parent:
    """The block reference that entities are drawn within."""

    handle: str
    layer: str
    colour: str
    linetype: str
    block: str
    code: str | None
    attributes: str | None
    depth: int = 0


@dataclass
class EntityReader:
    """Turns ezdxf entities into rows.

    ``tolerance`` is in drawing units; ``handles`` gives the handles that entities had before we renamed them.
    """

    style: DrawingStyle
    tolerance: float
    as_point: BlockChoice
    handles: Mapping[str, str] = field(default_factory=dict)
    _made: int = 0
    _weights: dict[str, int] = field(default_factory=dict)
    _done: Counter[str] = field(default_factory=Counter)
    _refused: list[Refusal] = field(default_factory=list)

    def rows(self, entities: Iterable[Any]) -> Iterator[Rows]:
        """Yield the entities of model space in batches, refusals and counts with them."""
        waiting: list[tuple[BaseGeometry, Facts]] = []
        for entity in entities:
            if entity.dxf.get("paperspace", 0):
                continue
            waiting += self._guarded(entity)
            if len(waiting) >= BATCH_ROWS:
                yield self._flush(waiting)
                waiting = []
        if waiting or self._refused or self._done:
            yield self._flush(waiting)

    def picture(self, reference: Any, layer: str, colour: str, linetype: str) -> Rows | None:
        """Return the features of a block, referred to from a layer in a colour; None when a part cannot be drawn."""
        name = clean(str(reference.dxf.name))
        constant = attributes_text(self.style.constant.get(name.lower(), {}))
        within = _Parent("", layer, colour, linetype, name, None, constant)
        try:
            rows = self._flush(list(self._explode(Part(reference), within)))
        except Exception:
            rows = None
        # Drawn one by one, the references will say what is wrong.
        return None if rows is None or rows.refused else rows

    def _flush(self, waiting: list[tuple[BaseGeometry, Facts]]) -> Rows:
        geometries = np.empty(len(waiting), dtype=object)
        geometries[:] = [geometry for geometry, _ in waiting]
        columns = {name: np.array([facts.get(name) for _, facts in waiting], dtype=object) for name in GIVEN}
        for name in NUMBERS:
            columns[name] = np.array([facts.get(name, np.nan) for _, facts in waiting], dtype=object)
        rows = Rows(geometries, columns, self._refused, self._done)
        self._refused, self._done = [], Counter()
        return rows

    def _guarded(self, entity: Any) -> list[tuple[BaseGeometry, Facts]]:
        """Draw one entity of model space; whatever goes wrong with it becomes a refusal."""
        try:
            return list(self._draw(Part(entity), None))
        except Exception as error:
            # ezdxf raises what it likes on damaged entities; one of them must not cost the others.
            self._refuse(entity, error, self._handle(entity))
            return []

    def _refuse(self, entity: Any, error: Exception, handle: str, block: str | None = None) -> None:
        reason = str(error)
        if not isinstance(error, NotDrawable):
            said = " ".join(reason.split())[:120]
            reason = say("entity-damaged", entity=entity.dxftype(), name=type(error).__name__, str=said)
        attributes = {"entity": entity.dxftype(), "layer": _layer_of(entity)} | ({"block": block} if block else {})
        self._refused.append(Refusal(handle, reason, attributes=attributes))

    def _handle(self, entity: Any) -> str:
        handle = str(entity.dxf.get("handle") or "")
        return self.handles.get(handle, handle)

    def _draw(self, part: Part, parent: _Parent | None) -> Drawn:
        entity = part.entity
        kind = entity.dxftype()
        if not entity.dxf.is_supported("layer"):
            raise NotDrawable(say("entity-foreign", kind=kind))
        layer = _layer_of(entity)
        if parent is not None and layer == "0":
            layer = parent.layer
        if (self.style.layer(layer).hidden or _invisible(entity)) and not self.style.keep_hidden:
            self._done[say("entity-hidden")] += 1
            return
        if part.fault is not None:
            raise part.fault
        facts = self._facts(entity, kind, layer, parent)
        if kind == "INSERT":
            yield from self._insert(part, facts, parent)
            return
        draw = DRAW.get(kind)
        if draw is not None:
            for geometry, more in draw(entity, self.tolerance):
                yield self._counted(geometry, facts | more)
        elif isinstance(entity, SupportsVirtualEntities):
            yield from self._composite(entity, facts)
        elif parent is None:
            raise NotDrawable(_WITHOUT_GEOMETRY.get(kind, say("entity-no-geometry", kind=kind)))
        else:
            self._done[say("entity-in-block", kind=kind)] += 1

    def _counted(self, geometry: BaseGeometry, facts: Facts) -> tuple[BaseGeometry, Facts]:
        self._made += 1
        if self._made > MOST_ROWS:
            raise NeverEnding(say("blocks-too-many", most_rows=MOST_ROWS))
        return geometry, facts

    def _facts(self, entity: Any, kind: str, layer: str, parent: _Parent | None) -> Facts:
        style = self.style.layer(layer)
        extended = extended_of(entity)
        aci, linetype = entity.dxf.get("color", 256), str(entity.dxf.get("linetype", "BYLAYER"))
        colour = colour_text(aci, entity.dxf.get("true_color"), style)
        if parent is not None and aci == 0:
            colour = parent.colour
        if linetype.upper() in ("BYLAYER", "BYBLOCK"):
            linetype = parent.linetype if parent is not None and linetype.upper() == "BYBLOCK" else style.linetype
        own = feature_code(extended)
        return {
            "drawing_layer": layer,
            "feature_code": own or (parent.code if parent else None),
            "entity": kind,
            "block": parent.block if parent else None,
            "colour": colour,
            "linetype": linetype,
            "handle": parent.handle if parent else self._handle(entity),
            "attributes": parent.attributes if parent else None,
            "xdata": extended_text(extended),
        }

    def _insert(self, part: Part, facts: Facts, parent: _Parent | None) -> Drawn:
        insert = part.entity
        name = clean(str(insert.dxf.name))
        listed = attributes_text(self.style.constant.get(name.lower(), {}), insert)
        if not name.startswith("*") and self.as_point(name, facts["feature_code"] is not None):
            check_copies(insert, name)
            turned = {"block": name, "attributes": listed}
            for copy in copies(insert):
                at, rotation = stands(copy, part.matrix)
                yield self._counted(shapely.Point(*at), facts | turned | {"rotation": rotation})
            return
        depth = parent.depth + 1 if parent else 0
        check_block(insert, name, depth)
        weight = block_weight(insert.doc, str(insert.dxf.name), self._weights) * max(insert.mcount, 1)
        if depth == 0 and weight > MOST_ROWS:
            raise NotDrawable(say("block-too-many", name=name, weight=weight, most_rows=MOST_ROWS))
        self._done[say("block-exploded")] += parent is None
        yield from self._explode(part, _parent(facts, name, listed, depth))

    def _explode(self, part: Part, within: _Parent) -> Drawn:
        for copy in copies(part.entity):
            for content in parts(copy, part.matrix, self.tolerance):
                try:
                    yield from list(self._draw(content, within))
                except NeverEnding:
                    raise
                except Exception as error:
                    # One entity of a block must not cost the others either.
                    self._refuse(content.entity, error, within.handle, within.block)

    def _composite(self, entity: Any, facts: Facts) -> Drawn:
        """Draw a dimension, leader or multi-line by its parts: one feature of all lines, one for each text."""
        inner = _parent(facts, "", facts["attributes"], 0)
        lines: list[Any] = []
        parts = list(self._parts(entity, inner)) or [(g, facts | f) for g, f in measured_line(entity)]
        for geometry, found in parts:
            if found.get("text"):
                yield self._counted(geometry, found)
            else:
                lines.append(shapely.LineString(geometry.coords) if geometry.geom_type == "LinearRing" else geometry)
        lines = [line for line in lines if line.geom_type in ("LineString", "MultiLineString")]
        if lines:
            yield self._counted(shapely.MultiLineString(list(shapely.get_parts(np.array(lines)))), facts)
        self._done[say("entity-by-parts", entity=entity.dxftype())] += 1

    def _parts(self, entity: Any, within: _Parent) -> Drawn:
        copied = getattr(entity, "virtual_block_content", None)  # of one within a block: where the reference puts it
        if entity.dxftype() == "DIMENSION" and copied is None and entity.get_geometry_block() is None:
            return
        for part in virtual_entities(entity) if copied is None else copied:
            for geometry, facts in self._draw(Part(part), within):
                yield geometry, facts | {"entity": entity.dxftype(), "block": None}


def _parent(facts: Facts, block: str, attributes: str | None, depth: int) -> _Parent:
    handle, layer, colour = facts["handle"], facts["drawing_layer"], facts["colour"]
    return _Parent(handle, layer, colour, facts["linetype"], block, facts["feature_code"], attributes, depth)


def _invisible(entity: Any) -> bool:
    """Tell what is not shown: an entity marked so, or an attribute that is kept for its value only."""
    return bool(entity.dxf.get("invisible", 0)) or (entity.dxftype() in ("ATTRIB", "ATTDEF") and entity.is_invisible)


def _layer_of(entity: Any) -> str:
    known = entity.dxf.is_supported("layer")  # an entity of an unknown type has none
    return clean(str(entity.dxf.get("layer", "0"))).strip() if known else "0"
