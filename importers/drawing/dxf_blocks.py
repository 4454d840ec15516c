"""Block references exploded by picture: a block is drawn once, and its picture set down wherever it is referred to.

A drawing refers to the same tree or lamp ten thousand times. ezdxf would make every copy anew from entities; here the
block's features are made once (at a tolerance finer than its largest copy), and all references of a piece of the file
are moved, turned and scaled at once. References with attributes, in arrays or in tilted planes are left to ezdxf.
"""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import shapely
from ezdxf.document import Drawing
from ezdxf.entities import Insert

from importers.drawing.blocks import MOST_ROWS, block_weight
from importers.drawing.dxf_simple import BlockChoice, Plain, single_references
from importers.drawing.dxf_tags import Floats, Indices, Mask, Objects, TagBlock
from importers.drawing.entities import EntityReader
from importers.drawing.features import FARTHEST, GIVEN, NUMBERS, DrawingStyle, LayerStyle, Rows
from layers.sentences import say

_LAYER, _COLOUR, _LINETYPE = "\0layer", "\0colour", "\0linetype"
_LAYER_COLOUR, _LAYER_LINETYPE = "\0layer colour", "\0layer linetype"
_LARGEST = 1e6  # scale of a reference
_MOST_POINTS = 4_000_000
MOST_PICTURED = 100_000
"""Entities of a block drawn as a picture."""


@dataclass(frozen=True)
class Picture:
    """A block's features around its base point; what depends on the reference is marked."""

    rows: Rows
    has_text: bool


@dataclass
class BlockPictures:
    """The pictures of a drawing's blocks, made when first needed."""

    document: Drawing
    style: DrawingStyle
    tolerance: float
    as_point: BlockChoice
    _known: dict[tuple[str, int], Picture | None] = field(default_factory=dict)
    _made: int = 0
    _weights: dict[str, int] = field(default_factory=dict)

    def rows(self, block: TagBlock, plain: Plain) -> Iterator[Rows]:
        """Yield the features of the references that have a picture, and take those off ``plain.left``."""
        chosen = plain.left & plain.shown & single_references(block)
        if not chosen.any():
            return
        names = block.text(2, "")
        scale = np.column_stack([block.number(41, 1.0), block.number(42, 1.0), block.number(43, 1.0)])
        with np.errstate(invalid="ignore"):
            chosen &= (np.abs(scale) < _LARGEST).all(axis=1) & (scale != 0).all(axis=1)
            chosen &= (np.abs(block.first_point) < FARTHEST).all(axis=1) & np.isfinite(block.number(50))
        size = np.abs(scale[:, :2]).max(axis=1, initial=0.0)
        groups: dict[tuple[str, int], list[int]] = {}
        for i in np.flatnonzero(chosen).tolist():
            groups.setdefault((names[i], max(-20, min(20, math.ceil(math.log2(size[i]))))), []).append(i)
        for key, members in groups.items():
            picture = self._picture(*key)
            if picture is not None:
                yield from self._set_down(picture, np.array(members), block, plain, scale)

    def _picture(self, name: str, power: int) -> Picture | None:
        key = (name.upper(), power)
        if key not in self._known:
            self._known[key] = self._draw(name, self.tolerance / 2.0**power)
        return self._known[key]

    def _draw(self, name: str, tolerance: float) -> Picture | None:
        """Make a block's picture; None where ezdxf must say what is wrong with it, or with what is in it."""
        found = self.document.blocks.get(name)
        if found is None or found.block is None or found.block.is_xref:
            return None
        if block_weight(self.document, name, self._weights) > MOST_PICTURED:
            return None
        marked = {**self.style.layers, _LAYER: LayerStyle(_LAYER_COLOUR, _LAYER_LINETYPE)}
        style = replace(self.style, layers=marked)
        reader = EntityReader(style, tolerance, self.as_point)
        reference = Insert.new(dxfattribs={"name": name, "insert": (0, 0, 0)}, doc=self.document)
        rows = reader.picture(reference, _LAYER, _COLOUR, _LINETYPE)
        if rows is None or not (np.abs(shapely.get_coordinates(rows.geometries)) < FARTHEST).all():
            return None
        return Picture(rows, bool(np.any(rows.columns["text"] != None)))  # noqa: E711 (element by element)

    def _set_down(
        self, picture: Picture, members: Indices, block: TagBlock, plain: Plain, scale: Floats
    ) -> Iterator[Rows]:
        if picture.has_text:  # text cannot be squeezed or mirrored by a number
            members = members[(scale[members] == scale[members, :1]).all(axis=1) & (scale[members, 0] > 0)]
        points = max(1, int(shapely.get_num_coordinates(picture.rows.geometries).sum()))
        self._made += len(members) * len(picture.rows)
        if self._made > MOST_ROWS:
            return  # ezdxf's reader refuses with a sentence
        plain.left[members] = False
        at_once = max(1, _MOST_POINTS // points)
        for start in range(0, len(members), at_once):
            yield self._copies(picture, members[start : start + at_once], block, plain, scale)

    def _copies(self, picture: Picture, members: Indices, block: TagBlock, plain: Plain, scale: Floats) -> Rows:
        count, parts = len(members), len(picture.rows)
        geometries: Objects = np.tile(shapely.force_3d(picture.rows.geometries), count)
        drawn = shapely.get_coordinates(picture.rows.geometries, include_z=True)
        turn = np.radians(block.number(50)[members])
        moved = _moved(np.nan_to_num(drawn, nan=0.0), scale[members], turn, block.first_point[members])
        geometries = shapely.set_coordinates(geometries, moved.reshape(-1, 3))
        columns = {name: np.tile(picture.rows.columns[name], count) for name in (*GIVEN, *NUMBERS)}
        of: dict[str, Objects] = {name: np.repeat(plain.columns[name][members], parts) for name in GIVEN}
        layer_styles = {name: self.style.layer(name) for name in set(plain.columns["drawing_layer"][members])}
        own_colour = np.array([layer_styles[name].colour for name in of["drawing_layer"]], dtype=object)
        own_linetype = np.array([layer_styles[name].linetype for name in of["drawing_layer"]], dtype=object)
        _fill(columns["drawing_layer"], _LAYER, of["drawing_layer"])
        _fill(columns["colour"], _COLOUR, of["colour"])
        _fill(columns["colour"], _LAYER_COLOUR, own_colour)
        _fill(columns["linetype"], _LINETYPE, of["linetype"])
        _fill(columns["linetype"], _LAYER_LINETYPE, own_linetype)
        _fill(columns["feature_code"], None, of["feature_code"])
        columns["handle"] = of["handle"]
        columns["rotation"] = columns["rotation"].astype(float) + np.repeat(np.degrees(turn), parts)
        columns["text_height"] = columns["text_height"].astype(float) * np.repeat(scale[members, 1], parts)
        done = Counter({what: many * count for what, many in picture.rows.done.items()}) + Counter(
            {say("block-exploded"): count}
        )
        return Rows(geometries, columns, [], done)


def _moved(points: Floats, scale: Floats, turn: Floats, to: Floats) -> Floats:
    """Return copies (m x n x 3) of points (n x 3), each scaled, turned and moved."""
    x, y = points[:, 0] * scale[:, :1], points[:, 1] * scale[:, 1:2]
    c, s = np.cos(turn)[:, None], np.sin(turn)[:, None]
    z = points[:, 2] * scale[:, 2:3] + to[:, 2:3]
    return np.stack([c * x - s * y + to[:, :1], s * x + c * y + to[:, 1:2], z], axis=-1)


def _fill(column: Objects, mark: str | None, values: Objects) -> None:
    """Put values where the column has the mark."""
    marked: Mask = np.array([value == mark for value in column], dtype=bool)
    column[marked] = values[marked]
