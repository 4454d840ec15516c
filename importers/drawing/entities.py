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
from importers.drawing.blocks import (
    MOST_ROWS,
    attributes_text,
    block_weight,
    check_block,
    check_copies,
    constant_words,
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
            return self._flush(list(self._explode(reference, within)))
        except Exception:
            # Drawn one by one, the references will say what is wrong.
            return None

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
            return list(self._draw(entity, None))
        except NotDrawable as refused:
            reason = str(refused)
        except Exception as error:
            # ezdxf raises what it likes on damaged entities; one of them must not cost the others.
            reason = say(
                "entity-damaged",
                entity=entity.dxftype(),
                name=type(error).__name__,
                str=" ".join(str(error).split())[:120],
            )
        self._refused.append(
            Refusal(self._handle(entity), reason, attributes={"entity": entity.dxftype(), "layer": _layer_of(entity)})
        )
        return []

    def _handle(self, entity: Any) -> str:
        handle = str(entity.dxf.get("handle") or "")
        return self.handles.get(handle, handle)

    def _draw(self, entity: Any, parent: _Parent | None) -> Drawn:
        kind = entity.dxftype()
        if not entity.dxf.is_supported("layer"):
            raise NotDrawable(say("entity-foreign", kind=kind))
        layer = _layer_of(entity)
        if parent is not None and layer == "0":
            layer = parent.layer
        if (self.style.layer(layer).hidden or entity.dxf.get("invisible", 0)) and not self.style.keep_hidden:
            self._done[say("entity-hidden")] += 1
            return
        facts = self._facts(entity, kind, layer, parent)
        if kind == "INSERT":
            yield from self._insert(entity, facts, parent)
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
            raise NotDrawable(say("blocks-too-many", most_rows=MOST_ROWS))
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

    def _insert(self, insert: Any, facts: Facts, parent: _Parent | None) -> Drawn:
        name = clean(str(insert.dxf.name))
        listed = attributes_text(self.style.constant.get(name.lower(), {}), insert)
        if not name.startswith("*") and self.as_point(name, facts["feature_code"] is not None):
            check_copies(insert, name)
            turned = {"block": name, "attributes": listed, "rotation": float(insert.dxf.get("rotation", 0.0))}
            for copy in insert.multi_insert() if insert.mcount > 1 else (insert,):
                yield self._counted(shapely.Point(*copy.ocs().to_wcs(copy.dxf.insert)), facts | turned)
            return
        depth = parent.depth + 1 if parent else 0
        check_block(insert, name, depth)
        weight = block_weight(insert.doc, str(insert.dxf.name), self._weights) * max(insert.mcount, 1)
        if depth == 0 and weight > MOST_ROWS:
            raise NotDrawable(say("block-too-many", name=name, weight=weight, most_rows=MOST_ROWS))
        self._done[say("block-exploded")] += parent is None
        yield from self._explode(insert, _parent(facts, name, listed, depth))

    def _explode(self, insert: Any, within: _Parent) -> Drawn:
        for copy in insert.multi_insert() if insert.mcount > 1 else (insert,):
            shift = copy.dxf.insert - insert.dxf.insert
            for attribute in copy.attribs:
                if shift and attribute.dxf.hasattr("align_point"):
                    attribute.dxf.align_point += shift  # which multi_insert leaves where it was
                yield from self._draw(attribute, within)
            for content in (*virtual_entities(copy), *constant_words(copy)):
                if content.dxftype() != "ATTDEF" or content.is_const:  # others are a form for attributes
                    yield from self._draw(content, within)

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
            for geometry, facts in self._draw(part, within):
                yield geometry, facts | {"entity": entity.dxftype(), "block": None}


def _parent(facts: Facts, block: str, attributes: str | None, depth: int) -> _Parent:
    handle, layer, colour = facts["handle"], facts["drawing_layer"], facts["colour"]
    return _Parent(handle, layer, colour, facts["linetype"], block, facts["feature_code"], attributes, depth)


def _layer_of(entity: Any) -> str:
    known = entity.dxf.is_supported("layer")  # an entity of an unknown type has none
    return clean(str(entity.dxf.get("layer", "0"))).strip() if known else "0"
