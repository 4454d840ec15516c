"""Plain entities of a DXF tag block, all of a kind at once: POINT, LINE, LWPOLYLINE, POLYLINE, TEXT and symbols.

What makes an entity less than plain (a tilted plane, an embedded object, curve fitting, attributes, a block to be
exploded) sends it to ezdxf; ``plain_rows`` says which.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from importers.batch import Refusal
from importers.drawing.blocks import attributes_text
from importers.drawing.cass import feature_code
from importers.drawing.dxf_paths import CURVED, draw_paths
from importers.drawing.dxf_tags import Floats, Mask, Objects, TagBlock
from importers.drawing.dxf_words import clean, extended_data, paragraph_of, text_of
from importers.drawing.features import DrawingStyle, Rows, colour_text
from layers.sentences import say

_KINDS = ("POINT", "LINE", "LWPOLYLINE", "POLYLINE", "ARC", "CIRCLE", "TEXT", "MTEXT", "INSERT")
BlockChoice = Callable[[str, bool], bool]
"""Says of a block name, and whether the reference carries a feature code, if it is kept as a point."""


@dataclass(frozen=True)
class Plain:
    """What reading by columns made of a block of entities.

    ``left`` are the entities for ezdxf; ``columns`` the facts of all of them; ``shown`` those not hidden.
    """

    rows: Rows
    left: Mask
    columns: dict[str, Objects]
    shown: Mask


def plain_rows(block: TagBlock, style: DrawingStyle, as_point: BlockChoice, tolerance: float) -> Plain:
    """Read the plain entities of a block, in the file's order.

    ``tolerance`` for arcs between vertices is in drawing units. Entities in paper space are neither; hidden ones are
    counted only, unless the style keeps them.
    """
    count = len(block)
    kind = {name: block.types == name for name in _KINDS}
    extended, codes = _extended(block)
    left = ~np.logical_or.reduce(list(kind.values())) | _tilted(block) | block.has(101)
    left |= kind["INSERT"] & ~_symbols(block, codes, as_point)
    left |= kind["POLYLINE"] & (block.flags(70) & CURVED != 0)
    geometries: Objects = np.full(count, None, dtype=object)
    points = (kind["POINT"] | kind["INSERT"] | kind["TEXT"] | kind["MTEXT"]) & ~left
    geometries[points] = shapely.points(_positions(block, kind["TEXT"])[points])
    too_short = draw_paths(block, kind, left, geometries, tolerance)
    layers = _names(block.text(8, "0"))
    paper = block.number(67) == 1
    hidden = _hidden(block, layers, style) & ~paper
    kept = ~left & ~paper & ~too_short & (~hidden | style.keep_hidden)
    columns = _columns(block, kind, style, layers, extended, codes)
    left_out = 0 if style.keep_hidden else int((hidden & ~left).sum())
    done = Counter({say("entity-hidden"): left_out} if left_out else {})
    refused = [
        Refusal(columns["handle"][i] or "", say("polyline-too-short"), attributes={"layer": layers[i]})
        for i in np.flatnonzero(too_short & ~left & ~paper)
    ]
    rows = Rows(geometries[kept], {name: values[kept] for name, values in columns.items()}, refused, done)
    return Plain(rows, left & ~paper, columns, ~paper & (~hidden | style.keep_hidden))


def _tilted(block: TagBlock) -> Mask:
    """Find entities with an extrusion direction other than straight up."""
    upright: Mask = (block.number(210) == 0) & (block.number(220) == 0) & (np.abs(block.number(230, 1.0) - 1.0) < 1e-9)
    return np.logical_not(upright)


def single_references(block: TagBlock) -> Mask:
    """Find block references that are no arrays, have no attributes and stand upright."""
    plain = (block.number(66) == 0) & (block.number(70, 1) <= 1) & (block.number(71, 1) <= 1)
    single: Mask = (block.types == "INSERT") & plain & ~_tilted(block)
    return single


def _symbols(block: TagBlock, codes: Objects, as_point: BlockChoice) -> Mask:
    """Find single block references whose block is kept as a point."""
    single = single_references(block)
    names = block.text(2, "")
    chosen: dict[tuple[str, bool], bool] = {}
    for i in np.flatnonzero(single):
        key = (names[i].strip(), codes[i] is not None)
        if key not in chosen:
            chosen[key] = as_point(*key)
        single[i] = chosen[key]
    return single


def _positions(block: TagBlock, text: Mask) -> Floats:
    """Return x, y, z of points; of texts the alignment point where they are aligned by one."""
    aligned = text & ((block.number(72) != 0) | (block.number(73) != 0)) & block.has(11)
    positions: Floats = np.where(aligned[:, None], block.second_point, block.first_point)
    return positions


def _hidden(block: TagBlock, layers: Objects, style: DrawingStyle) -> Mask:
    hidden_layers = {name: style.layer(name).hidden for name in set(layers)}
    off: Mask = np.array([hidden_layers[name] for name in layers], dtype=bool)
    invisible: Mask = block.number(60) == 1
    return off | invisible


def _names(values: Objects) -> Objects:
    known = {value: clean(value.strip()) for value in set(values)}
    return np.array([known[value] for value in values], dtype=object)


def _columns(
    block: TagBlock, kind: dict[str, Mask], style: DrawingStyle, layers: Objects, extended: Objects, codes: Objects
) -> dict[str, Objects]:
    count = len(block)
    nothing: Objects = np.full(count, None, dtype=object)
    text, names = nothing.copy(), nothing.copy()
    raw_text, raw_name = block.text(1, ""), block.text(2, "")
    for i in np.flatnonzero(kind["TEXT"]).tolist():
        text[i] = text_of(raw_text[i])
    for i, words in _paragraphs(block, kind["MTEXT"], raw_text):
        text[i] = words
    inserts = np.flatnonzero(kind["INSERT"])
    names[inserts] = _names(raw_name[inserts]) if len(inserts) else names[inserts]
    turned = kind["TEXT"] | kind["INSERT"] | kind["MTEXT"]
    return {
        "drawing_layer": layers,
        "feature_code": codes,
        "entity": block.types,
        "block": names,
        "text": text,
        "text_height": np.where(kind["TEXT"] | kind["MTEXT"], block.number(40), np.nan),
        "rotation": np.where(turned, _rotations(block, kind["MTEXT"]), np.nan),
        "colour": _colours(block, layers, style),
        "linetype": _linetypes(block, layers, style),
        "handle": np.array([(value or "").strip() for value in block.text(5)], dtype=object),
        "attributes": _constants(names, style),
        "xdata": extended,
    }


def _constants(names: Objects, style: DrawingStyle) -> Objects:
    """Return the attributes that references have of their blocks."""
    texts = {name: attributes_text(style.constant.get(name.lower(), {})) for name in set(names) if name}
    return np.array([texts.get(name) for name in names], dtype=object)


def _paragraphs(block: TagBlock, paragraph: Mask, last: Objects) -> Iterator[tuple[int, str]]:
    """Yield the words of MTEXT entities: code 1, after the chunks of 250 characters in code 3 where there are any."""
    chunks: dict[int, list[str]] = {}
    at = np.flatnonzero((block.codes == 3) & block.own & paragraph[block.owner])
    for i, chunk in zip(block.owner[at].tolist(), block.values.take(pa.array(at)).to_pylist(), strict=True):
        chunks.setdefault(i, []).append(chunk)
    for i in np.flatnonzero(paragraph).tolist():
        yield i, paragraph_of("".join(chunks.get(i, ())) + last[i])


def _rotations(block: TagBlock, paragraph: Mask) -> Floats:
    """Return angles in degrees; of an MTEXT with a direction, the direction's."""
    directed = paragraph & block.has(11)
    direction = np.degrees(np.arctan2(block.second_point[:, 1], block.second_point[:, 0]))
    angles: Floats = np.where(directed, direction, block.number(50))
    return angles


def _colours(block: TagBlock, layers: Objects, style: DrawingStyle) -> Objects:
    known: dict[Any, str] = {}
    result: Objects = np.empty(len(block), dtype=object)
    for i, key in enumerate(zip(block.text(62), block.text(420), layers, strict=True)):
        if key not in known:
            known[key] = colour_text(_integer(key[0]), _integer(key[1]), style.layer(key[2]))
        result[i] = known[key]
    return result


def _integer(value: str | None) -> int | None:
    """Read the integer a value begins with, as CAD programs do."""
    digits = re.match(r"[+-]?\d{1,10}", value or "")
    return int(digits[0]) if digits else None


def _linetypes(block: TagBlock, layers: Objects, style: DrawingStyle) -> Objects:
    known = {layer: style.layer(layer).linetype for layer in set(layers)}
    given = [value.strip() if value else "BYLAYER" for value in block.text(6)]
    by_layer = ("BYLAYER", "BYBLOCK")
    return np.array(
        [known[layer] if value.upper() in by_layer else value for value, layer in zip(given, layers, strict=True)],
        dtype=object,
    )


def _extended(block: TagBlock) -> tuple[Objects, Objects]:
    """Return extended data as JSON text, and the feature code in it, for each entity; the same tags are read once."""
    texts: Objects = np.full(len(block), None, dtype=object)
    codes = texts.copy()
    at = np.flatnonzero((block.codes >= 1000) & block.own)
    if len(at) == 0:
        return texts, codes
    owner = block.owner[at]
    begin = np.concatenate([[0], np.flatnonzero(np.diff(owner)) + 1])
    end = np.append(begin[1:], len(at))
    known: dict[tuple[Any, ...], tuple[str | None, str | None]] = {}
    tag_codes, tag_values = block.codes[at].tolist(), block.texts(at).tolist()
    for i, first, last in zip(owner[begin].tolist(), begin.tolist(), end.tolist(), strict=True):
        key = (*tag_codes[first:last], *tag_values[first:last])
        if key not in known:
            data = extended_data(zip(tag_codes[first:last], tag_values[first:last], strict=True))
            known[key] = (json.dumps(data, ensure_ascii=False) if data else None, feature_code(data))
        texts[i], codes[i] = known[key]
    return texts, codes
