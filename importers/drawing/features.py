"""From drawing entities to features: the columns, the classification, polygons by rule, batches.

Both readers of DXF entities, the fast one for plain geometry (``dxf_tags``) and ezdxf's (``drawing_entities``), give
``Rows``; ``DrawingStyle.batch`` turns rows into a ``FeatureBatch``. Closed polylines arrive as linear rings and become
polygons where the rule for their code or layer says area, or where no rule says anything; contours stay lines.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from ezdxf import colors

from importers.batch import FeatureBatch, Refusal, SourceColumn
from importers.drawing.cass import CodeTable, Meaning, load_codes
from importers.drawing.heights import contours_raised, elevations, flat_where_no_height
from layers.sentences import say

Objects = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]

COLUMNS = (
    SourceColumn("drawing_layer", "text"),
    SourceColumn("feature_code", "text"),
    SourceColumn("gb_code", "text"),
    SourceColumn("name_zh", "text"),
    SourceColumn("name_en", "text"),
    SourceColumn("theme", "text"),
    SourceColumn("entity", "text"),
    SourceColumn("block", "text"),
    SourceColumn("text", "text"),
    SourceColumn("text_height", "float"),
    SourceColumn("rotation", "float"),
    SourceColumn("elevation", "float"),
    SourceColumn("colour", "text"),
    SourceColumn("linetype", "text"),
    SourceColumn("handle", "text"),
    SourceColumn("attributes", "json"),
    SourceColumn("xdata", "json"),
)
"""What every feature of a drawing carries. ``text_height`` is in ground metres, ``rotation`` in degrees, anticlockwise
from east, ``elevation`` the one height of the feature (metres), ``colour`` ``#rrggbb`` as drawn, black for colour 7."""

GIVEN = (
    "drawing_layer",
    "feature_code",
    "entity",
    "block",
    "text",
    "colour",
    "linetype",
    "handle",
    "attributes",
    "xdata",
)
NUMBERS = ("text_height", "rotation")
FARTHEST = 1e12
"""No ordinate on Earth is larger in any unit of length."""

TEXTS = ("TEXT", "MTEXT", "ATTRIB", "ATTDEF")
ANNOTATION = "annotation"
"""The theme of all texts, whatever their layer or code says they belong to."""


@dataclass(frozen=True)
class LayerStyle:
    """What the layer table says: colour as ``#rrggbb``, line type, and whether the layer is frozen or switched off."""

    colour: str = "#000000"
    linetype: str = "CONTINUOUS"
    hidden: bool = False


@dataclass
class Rows:
    """Some entities, column by column, in drawing coordinates. Closed polylines are linear rings.

    ``columns`` holds the columns of ``GIVEN`` (text or None) and ``NUMBERS`` (NaN for none). ``refused`` are entities
    that have no geometry we can express; ``done`` counts what was done to those that have.
    """

    geometries: Objects
    columns: dict[str, Objects]
    refused: list[Refusal] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.geometries)


def no_rows(refused: list[Refusal]) -> Rows:
    """Return rows that are only refusals."""
    empty: Objects = np.empty(0, dtype=object)
    return Rows(empty, dict.fromkeys((*GIVEN, *NUMBERS), empty), refused)


@dataclass(frozen=True)
class DrawingStyle:
    """How a drawing's rows become features.

    ``unit_m`` is the length of a drawing unit in metres, applied to every ordinate. ``placement`` is an affine matrix
    (xoff, yoff, a, b, d, e: x' = a x + b y + xoff) that leads from drawing to map coordinates, from GEODATA.
    ``closed_are_polygons`` is the rule for closed polylines that no code rule speaks of. ``constant`` are attributes of
    blocks that their references do not list, by the block's name in small letters.
    """

    layers: Mapping[str, LayerStyle]
    codes: CodeTable = field(default_factory=load_codes)
    unit_m: float = 1.0
    placement: tuple[float, float, float, float, float, float] | None = None
    closed_are_polygons: bool = True
    keep_hidden: bool = False
    constant: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def layer(self, name: str) -> LayerStyle:
        """Return a layer's style; drawing layer names do not mind case, and a layer may be missing from the table."""
        return self.layers.get(name.lower(), LayerStyle())

    def batch(self, rows: Rows) -> FeatureBatch:
        """Classify the rows, make polygons, place and measure them."""
        rows = _without_bad_ordinates(rows)
        meanings = self._meanings(rows)
        done = Counter(rows.done)
        done.update(_unmatched(rows, meanings))
        geometries = _by_rule(rows.geometries, meanings, self.closed_are_polygons, done)
        geometries = flat_where_no_height(self._placed(geometries))
        geometries = contours_raised(geometries, meanings, rows.columns["xdata"], done)
        columns: dict[str, pa.Array] = {}
        for column in COLUMNS:
            if column.title in GIVEN:
                columns[column.title] = pa.array(rows.columns[column.title], pa.string(), from_pandas=True)
            elif column.title in NUMBERS:
                columns[column.title] = pa.array(
                    rows.columns[column.title].astype(float), pa.float64(), from_pandas=True
                )
        columns["text_height"] = pa.array(rows.columns["text_height"].astype(float) * self.unit_m, from_pandas=True)
        columns["elevation"] = pa.array(elevations(geometries), pa.float64(), from_pandas=True)
        for title, attribute in (
            ("gb_code", "gb_code"),
            ("name_zh", "name_zh"),
            ("name_en", "name_en"),
            ("theme", "target"),
        ):
            columns[title] = pa.array([getattr(m, attribute) or None if m else None for m in meanings], pa.string())
        words = pa.array(np.isin(rows.columns["entity"].astype(str), TEXTS))
        columns["theme"] = pc.if_else(words, ANNOTATION, columns["theme"])
        counted = {what: count for what, count in done.items() if count}
        return FeatureBatch(geometries, columns, rows.columns["handle"], tuple(rows.refused), counted)

    def _meanings(self, rows: Rows) -> list[Meaning | None]:
        known: dict[tuple[Any, ...], Meaning | None] = {}
        result = []
        for key in zip(rows.columns["feature_code"], rows.columns["block"], rows.columns["drawing_layer"], strict=True):
            if key not in known:
                known[key] = self.codes.meaning(*key)
            result.append(known[key])
        return result

    def _placed(self, geometries: Objects) -> Objects:
        if self.unit_m == 1.0 and self.placement is None:
            return geometries
        coordinates = shapely.get_coordinates(geometries, include_z=True)
        coordinates[:, 2] *= self.unit_m
        x, y = coordinates[:, 0].copy(), coordinates[:, 1].copy()
        # A GEODATA matrix reckons in drawing units and has their length in it.
        x_off, y_off, a, b, d, e = self.placement or (0.0, 0.0, self.unit_m, 0.0, 0.0, self.unit_m)
        coordinates[:, 0], coordinates[:, 1] = a * x + b * y + x_off, d * x + e * y + y_off
        placed: Objects = shapely.set_coordinates(shapely.force_3d(geometries), np.nan_to_num(coordinates, nan=0.0))
        return placed


def colour_text(aci: int | None, true_colour: int | None, layer: LayerStyle) -> str:
    """Return ``#rrggbb``: true colour, else the colour index, else (by layer, by block, none) the layer's."""
    if true_colour is not None:
        return f"#{true_colour & 0xFFFFFF:06x}"
    if aci is None or aci in (0, 256) or not 0 < abs(aci) < 256:
        return layer.colour
    return index_colour(aci)


def index_colour(aci: int) -> str:
    """Return a colour index as ``#rrggbb``; 7 is black, as on paper."""
    index = abs(aci)
    if index == 7 or not 0 < index < 256:
        return "#000000"
    rgb = colors.aci2rgb(index)
    return f"#{rgb.r:02x}{rgb.g:02x}{rgb.b:02x}"


def extended_text(extended: Mapping[str, Any]) -> str | None:
    """Return extended data as JSON, None when there is none."""
    return json.dumps(extended, ensure_ascii=False, allow_nan=False) if extended else None


def _without_bad_ordinates(rows: Rows) -> Rows:
    """Refuse rows with an ordinate that is not a number a place on Earth can have in any unit."""
    coordinates, index = shapely.get_coordinates(rows.geometries, include_z=True, return_index=True)
    with np.errstate(invalid="ignore"):
        broken = ~((np.abs(coordinates[:, :2]) < FARTHEST).all(axis=1) & ~(np.abs(coordinates[:, 2]) > FARTHEST))
    if not broken.any():
        return rows
    bad = np.zeros(len(rows), dtype=bool)
    bad[index[broken]] = True
    refused = [
        Refusal(str(handle), say("drawing-ordinate-bad"), attributes={"entity": entity})
        for handle, entity in zip(rows.columns["handle"][bad], rows.columns["entity"][bad], strict=True)
    ]
    kept = {name: values[~bad] for name, values in rows.columns.items()}
    return Rows(rows.geometries[~bad], kept, rows.refused + refused, rows.done)


def _unmatched(rows: Rows, meanings: list[Meaning | None]) -> Counter[str]:
    """Count what no rule matched, by code where there is one, else by drawing layer; words need no rule."""
    names: Counter[str] = Counter()
    facts = (rows.columns[name] for name in ("feature_code", "drawing_layer", "entity"))
    for meaning, code, layer, entity in zip(meanings, *facts, strict=True):
        if meaning is None and (code or entity not in TEXTS):
            names[say("no-rule-for-code", code=code) if code else say("no-rule-for-layer", layer=layer)] += 1
    return names


def _by_rule(geometries: Objects, meanings: list[Meaning | None], polygons: bool, done: Counter[str]) -> Objects:
    """Make linear rings polygons or lines, and lines that close themselves polygons where a code says area."""
    types = shapely.get_type_id(geometries)
    says = np.array([m.geometry if m else "" for m in meanings], dtype=object)
    exact = np.array([bool(m and m.geometry == "A" and m.rule.startswith("code")) for m in meanings], dtype=bool)
    ring = types == shapely.GeometryType.LINEARRING
    area = ring & ((says == "A") | ((says != "L") & polygons))
    line = (types == shapely.GeometryType.LINESTRING) & exact
    line[line] = shapely.is_closed(geometries[line]) & (shapely.get_num_coordinates(geometries[line]) >= 4)
    result = np.array(geometries, copy=True)
    result[area] = shapely.polygons(geometries[area])
    for i in np.flatnonzero(line):
        result[i] = shapely.polygons(
            shapely.get_coordinates(geometries[i], include_z=bool(shapely.has_z(geometries[i])))
        )
    outline = ring & ~area
    if outline.any():
        coordinates, index = shapely.get_coordinates(geometries[outline], include_z=True, return_index=True)
        result[outline] = shapely.linestrings(np.nan_to_num(coordinates, nan=0.0), indices=index)
    done[say("closed-polyline-polygon")] += int(area.sum() + line.sum())
    return result
