"""Plain entities of a DXF tag block, all of a kind at once: POINT, LINE, LWPOLYLINE, POLYLINE, TEXT and symbols.

What makes an entity less than plain (a tilted plane, an embedded object, curve fitting, attributes, a block to be
exploded) sends it to ezdxf; ``plain_rows`` says which.
"""

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from ezdxf.lldxf.encoding import decode_dxf_unicode, decode_mif_to_unicode
from ezdxf.tools.text import plain_text

from importers.batch import Refusal
from importers.cass import feature_code
from importers.drawing import DrawingStyle, Rows, colour_text
from importers.drawing_curves import bulged
from importers.dxf_tags import Floats, Indices, Mask, Objects, TagBlock

_KINDS = ("POINT", "LINE", "LWPOLYLINE", "POLYLINE", "TEXT", "INSERT")
_CURVED = 2 | 4 | 16 | 64  # curve fit, spline fit, polygon mesh, polyface mesh
_SPATIAL = 8

BlockChoice = Callable[[str, bool], bool]
"""Says of a block name, and whether the reference carries a feature code, if it is kept as a point."""


def plain_rows(block: TagBlock, style: DrawingStyle, as_point: BlockChoice, tolerance: float) -> tuple[Rows, Mask]:
    """Return rows for the plain entities of a block, in the file's order, and a mask of those left to ezdxf.

    ``tolerance`` for arcs between vertices is in drawing units. Entities in paper space are neither; hidden ones are
    counted only, unless the style keeps them.
    """
    count = len(block)
    kind = {name: block.types == name for name in _KINDS}
    extended, codes = _extended(block)
    left = ~np.logical_or.reduce(list(kind.values())) | _tilted(block) | block.has(101)
    left |= kind["INSERT"] & ~_symbols(block, kind["INSERT"], codes, as_point)
    left |= kind["POLYLINE"] & (block.number(70).astype(np.int64) & _CURVED != 0)
    geometries: Objects = np.full(count, None, dtype=object)
    points = (kind["POINT"] | kind["INSERT"] | kind["TEXT"]) & ~left
    geometries[points] = shapely.points(_positions(block, kind["TEXT"])[points])
    too_short = _draw_paths(block, kind, left, geometries, tolerance)
    layers = _names(block.text(8, "0"))
    paper = block.number(67) == 1
    hidden = _hidden(block, layers, style) & ~paper
    kept = ~left & ~paper & ~too_short & (~hidden | style.keep_hidden)
    columns = _columns(block, kind, style, layers, extended, codes)
    left_out = 0 if style.keep_hidden else int((hidden & ~left).sum())
    done = Counter({"on a hidden layer, left out": left_out} if left_out else {})
    refused = [
        Refusal(columns["handle"][i] or "", "a polyline with fewer than two points", attributes={"layer": layers[i]})
        for i in np.flatnonzero(too_short & ~left & ~paper)
    ]
    rows = Rows(geometries[kept], {name: values[kept] for name, values in columns.items()}, refused, done)
    return rows, left & ~paper


def _tilted(block: TagBlock) -> Mask:
    """Find entities with an extrusion direction other than straight up."""
    upright: Mask = (block.number(210) == 0) & (block.number(220) == 0) & (np.abs(block.number(230, 1.0) - 1.0) < 1e-9)
    return np.logical_not(upright)


def _symbols(block: TagBlock, insert: Mask, codes: Objects, as_point: BlockChoice) -> Mask:
    """Find single block references without attributes whose block is kept as a point."""
    single: Mask = insert & (block.number(66) == 0) & (block.number(70, 1) <= 1) & (block.number(71, 1) <= 1)
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


def _draw_paths(block: TagBlock, kind: dict[str, Mask], left: Mask, geometries: Objects, tolerance: float) -> Mask:
    """Put lines and rings into ``geometries``; may add to ``left``. Returns which polylines are too short to draw."""
    flags = block.number(70).astype(np.int64)
    line = kind["LINE"] & ~left
    geometries[line] = shapely.linestrings(np.stack([block.first_point[line], block.second_point[line]], axis=1))
    wanted = (kind["LWPOLYLINE"] | kind["POLYLINE"]) & ~left
    owner, coordinates, bulges = _vertices(block, kind, wanted, flags, left)
    wanted &= ~left
    keep = wanted[owner]
    owner, coordinates, bulges = owner[keep], coordinates[keep], bulges[keep]
    if bulges.any():
        owner, coordinates = _with_arcs(owner, coordinates, bulges, flags & 1 == 1, tolerance)
    length = np.bincount(owner, minlength=len(block))
    closed = wanted & (flags & 1 == 1) & (length >= 3)  # counted with arcs: two vertices can enclose a circle
    open_ = wanted & ~closed & (length >= 2)
    for chosen, make in ((open_, shapely.linestrings), (closed, shapely.linearrings)):
        mask = chosen[owner]
        if mask.any():
            numbered = np.cumsum(chosen) - 1
            geometries[chosen] = make(coordinates[mask], indices=numbered[owner[mask]])
    too_short: Mask = wanted & ~closed & ~open_
    return too_short


def _vertices(
    block: TagBlock, kind: dict[str, Mask], wanted: Mask, flags: Any, left: Mask
) -> tuple[Indices, Floats, Floats]:
    """Return the polylines' vertices with their entity and bulge; what does not pair up is added to ``left``."""
    from_own = kind["LWPOLYLINE"][block.owner] & block.own
    from_parts = kind["POLYLINE"][block.owner] & ~block.own
    candidate = (from_own | from_parts) & wanted[block.owner]
    x_at, y_at = (np.flatnonzero((block.codes == code) & candidate) for code in (10, 20))
    z_at = np.flatnonzero((block.codes == 30) & candidate & (kind["POLYLINE"] & (flags & _SPATIAL != 0))[block.owner])
    count = len(block)
    x_count, y_count, z_count = (np.bincount(block.owner[at], minlength=count) for at in (x_at, y_at, z_at))
    left |= wanted & ((x_count != y_count) | ((z_count != 0) & (z_count != x_count)))
    even = ~left
    x_at, y_at, z_at = (at[even[block.owner[at]]] for at in (x_at, y_at, z_at))
    owner = block.owner[x_at]
    level = np.where(kind["LWPOLYLINE"], block.number(38), block.number(30))
    coordinates = np.column_stack([block.floats(x_at), block.floats(y_at), level[owner]])
    has_z = (z_count > 0)[owner]
    coordinates[has_z, 2] = block.floats(z_at)
    bulges = np.zeros(len(x_at))
    bulge_at = np.flatnonzero((block.codes == 42) & candidate & even[block.owner])
    vertex = np.searchsorted(x_at, bulge_at) - 1  # a bulge stands after its vertex's ordinates
    inside = vertex >= 0
    bulges[vertex[inside]] = np.nan_to_num(block.floats(bulge_at[inside]))
    return owner, coordinates, bulges


def _with_arcs(
    owner: Indices, coordinates: Floats, bulges: Floats, closed: Mask, tolerance: float
) -> tuple[Indices, Floats]:
    """Put the points of arcs between the vertices of the polylines that have bulges."""
    starts = np.concatenate([[0], np.flatnonzero(np.diff(owner)) + 1, [len(owner)]])
    pieces, owners = [], []
    for first, last in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        piece = coordinates[first:last]
        if bulges[first:last].any():
            vertices = list(zip(piece[:, 0].tolist(), piece[:, 1].tolist(), bulges[first:last].tolist(), strict=True))
            points = np.array(bulged(vertices, bool(closed[owner[first]]), tolerance))
            piece = np.column_stack([points, np.full(len(points), piece[0, 2])])
        pieces.append(piece)
        owners.append(np.full(len(piece), owner[first]))
    return np.concatenate(owners), np.concatenate(pieces)


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
    for i in np.flatnonzero(kind["TEXT"]):
        text[i] = text_of(raw_text[i])
    inserts = np.flatnonzero(kind["INSERT"])
    names[inserts] = _names(raw_name[inserts]) if len(inserts) else names[inserts]
    turned = kind["TEXT"] | kind["INSERT"]
    return {
        "drawing_layer": layers,
        "feature_code": codes,
        "entity": block.types,
        "block": names,
        "text": text,
        "text_height": np.where(kind["TEXT"], block.number(40), np.nan),
        "rotation": np.where(turned, block.number(50), np.nan),
        "colour": _colours(block, layers, style),
        "linetype": _linetypes(block, layers, style),
        "handle": np.array([(value or "").strip() for value in block.text(5)], dtype=object),
        "attributes": nothing,
        "xdata": extended,
    }


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


def extended_data(tags: Any) -> dict[str, list[Any]]:
    """Return extended data (pairs of group code and value as text) as lists of values by application id."""
    data: dict[str, list[Any]] = {}
    values: list[Any] | None = None
    for code, value in tags:
        if code == 1001:
            values = data.setdefault(clean(value.strip()), [])
        elif values is not None:
            values.append(_extended_value(code, value))
    return data


def _extended_value(code: int, value: str) -> Any:
    try:
        if code in (1070, 1071):
            return int(value)
        if 1010 <= code < 1060:
            number = float(value)
            return number if np.isfinite(number) else value
    except ValueError:
        pass
    return clean(value)


_ESCAPES = re.compile(r"\\[UM]\+")
_HALVES = re.compile("[\ud800-\udfff]+")


def clean(text: str) -> str:
    """Decode ``\\U+XXXX`` and ``\\M+nXXXX`` escapes; what cannot be text becomes the replacement character."""
    if _ESCAPES.search(text):
        text = decode_mif_to_unicode(decode_dxf_unicode(text))
    if _HALVES.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\x00", "")


def text_of(value: str) -> str:
    """Return the content of a TEXT entity as it reads: escapes decoded, ``%%d`` and the like replaced."""
    value = clean(value)
    return str(plain_text(value)) if "%" in value or "^" in value else value
