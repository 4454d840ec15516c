"""What a layer says about how it wants to be drawn: its ``style`` dict, read once and completed with defaults.

Every key is optional. ``preset`` names a cartography of ``layers.style.cartography``; ``class``, ``label``,
``label_en``, ``rank`` and ``height`` name columns; ``order``, ``visible``, ``basemap``, ``synthetic``, ``colour``,
``min_zoom``, ``rendering`` and ``columns`` (titles for people) are values. A key that means nothing here is kept and
ignored.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from layers.errors import BadStyle
from layers.frame import Text
from layers.layer import Layer
from layers.sentences import say
from layers.style.symbols import DEPARTMENT_COLOUR, SLATE

Shape = Literal["point", "line", "polygon", "mixed"]

COLUMN_KEYS = ("class", "label", "label_en", "rank", "height")
"""Hints that name a column."""

ORDERS = {
    "elevation": 8,
    "imagery": 10,
    "basin": 18,
    "counties": 20,
    "landcover": 24,
    "parcels": 30,
    "plan": 32,
    "water": 40,
    "rivers": 42,
    "contours": 44,
    "buildings": 50,
    "drawing": 55,
    "roads": 60,
    "boundaries": 62,
    "generic": 65,
    "heritage": 70,
    "stations": 80,
    "places": 90,
}
"""Drawing order of the presets: the higher is drawn later, nearer to the eye."""

DRAWING_COLUMNS = frozenset({"drawing_layer", "theme", "text"})
"""What every imported survey drawing has."""

OWN_COLUMNS: Mapping[str, Text] = {
    "source_fid": {"zh": "原要素号", "en": "Number in the file"},
    "drawing_layer": {"zh": "图形图层", "en": "Drawing layer"},
    "feature_code": {"zh": "CASS 编码", "en": "CASS code"},
    "gb_code": {"zh": "国标分类码", "en": "National code"},
    "name_zh": {"zh": "要素名称", "en": "Name, Chinese"},
    "name_en": {"zh": "要素名称（英文）", "en": "Name, English"},
    "theme": {"zh": "专题", "en": "Theme"},
    "entity": {"zh": "图元类型", "en": "Entity"},
    "block": {"zh": "图块", "en": "Block"},
    "text": {"zh": "注记", "en": "Text"},
    "text_height": {"zh": "字高", "en": "Text height"},
    "rotation": {"zh": "旋转角", "en": "Rotation"},
    "elevation": {"zh": "高程", "en": "Elevation"},
    "colour": {"zh": "颜色", "en": "Colour"},
    "linetype": {"zh": "线型", "en": "Line type"},
    "handle": {"zh": "句柄", "en": "Handle"},
    "attributes": {"zh": "块属性", "en": "Block attributes"},
    "xdata": {"zh": "扩展数据", "en": "Extended data"},
}
"""Titles of the columns that our readers add: the file's own row number, and what a drawing's entities have."""

LAND_USE_COLUMNS = frozenset({"DLBM", "TDLYDM", "地类编码", "地类代码"})
"""What columns of land-use classes (GB/T 21010) are called, in capitals."""

SHOWN_AT_FIRST = frozenset({"counties", "places", "rivers", "water", "roads", "buildings", "parcels", "heritage"})
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Hints:
    """A layer's wishes, completed. A column the version in hand does not have is None."""

    preset: str
    shape: Shape
    colour: str
    order: int
    visible: bool
    basemap: bool
    synthetic: bool
    min_zoom: float | None
    rendering: str | None
    class_: str | None
    label: str | None
    label_en: str | None
    rank: str | None
    height: str | None


def style_columns(style: Mapping[str, Any], columns: Iterable[str]) -> tuple[str, ...]:
    """Return the columns a tile must carry at every zoom to be drawn: those the hints name and the layer has."""
    existing = set(columns)
    named = (completed(style, existing).get(key) for key in COLUMN_KEYS)
    return tuple(dict.fromkeys(name for name in named if name in existing))


def hints(layer: Layer) -> Hints:
    """Complete a layer's style hints.

    Raises BadStyle when a hint has the wrong form; a hint that names a column the version lacks is dropped, because a
    later version of the layer may well have it.
    """
    columns = [column.name for column in layer.version.columns]
    style = completed(layer.style, columns)
    preset = _preset(layer, style)
    colour = str(style.get("colour", DEPARTMENT_COLOUR.get(layer.department, SLATE)))
    if not COLOUR.fullmatch(colour):
        raise BadStyle(say("hint-colour", colour=colour, layer=layer.name))
    label = _column(style, "label", columns)
    return Hints(
        preset=preset,
        shape=shape(layer.version.facts.geometry_type),
        colour=colour,
        order=int(style.get("order", ORDERS[preset])),
        visible=bool(style.get("visible", preset in SHOWN_AT_FIRST)),
        basemap=bool(style.get("basemap", False)),
        synthetic=bool(style.get("synthetic", False)),
        min_zoom=float(style["min_zoom"]) if "min_zoom" in style else None,
        rendering=style.get("rendering"),
        class_=_column(style, "class", columns),
        label=label,
        label_en=_column(style, "label_en", columns) or label,
        rank=_column(style, "rank", columns),
        height=_column(style, "height", columns),
    )


def drawing_order(layer: Layer) -> tuple[int, float]:
    """Return what layers are sorted by to be drawn, the lowest first: a finer raster covers a coarser one."""
    raster = layer.version.raster
    return hints(layer).order, -raster.resolution_m if raster else 0.0


def column_title(layer: Layer, name: str) -> Text:
    """Return a column's title for people: the hint ``columns``, our own for a column of ours, else the file's."""
    given: Any = layer.style.get("columns", {}).get(name)
    original = next((column.title for column in layer.version.columns if column.name == name), name)
    if isinstance(given, Mapping):
        return {"zh": str(given.get("zh", original)), "en": str(given.get("en", original))}
    drawing = {column.name for column in layer.version.columns} >= DRAWING_COLUMNS
    if name in OWN_COLUMNS and (drawing or name == "source_fid"):
        return OWN_COLUMNS[name]
    return {"zh": original, "en": original}


def shape(geometry_type: str | None) -> Shape:
    """Return the shape of a geometry type as PostGIS names it ("MULTIPOLYGON", "Point", "GeometryZ", …)."""
    name = (geometry_type or "").upper().removeprefix("MULTI").rstrip("ZM")
    shapes: dict[str, Shape] = {
        "POINT": "point",
        "LINESTRING": "line",
        "CURVE": "line",
        "POLYGON": "polygon",
        "SURFACE": "polygon",
    }
    return shapes.get(name, "mixed")


def completed(style: Mapping[str, Any], columns: Iterable[str]) -> Mapping[str, Any]:
    """Return the hints with what the columns say: a drawing needs none to be drawn as one, nor do land-use classes."""
    names = set(columns)
    if "preset" in style:
        return style
    if names >= DRAWING_COLUMNS:
        return {"preset": "drawing", "class": "theme", "label": "text", **style}
    land_use = next((name for name in sorted(names) if _is_land_use(name)), None)
    return {"class": land_use, **style} if land_use else style


def _is_land_use(column: Any) -> bool:
    return str(column).upper() in LAND_USE_COLUMNS


def _preset(layer: Layer, style: Mapping[str, Any]) -> str:
    given = style.get("preset")
    if given is not None and given not in ORDERS:
        raise BadStyle(say("hint-preset", preset=given, layer=layer.name, known=", ".join(sorted(ORDERS))))
    if layer.kind != "vector":
        return layer.kind
    if given is not None:
        return str(given)
    areas = shape(layer.version.facts.geometry_type) == "polygon"
    return "parcels" if areas and _is_land_use(style.get("class")) else "generic"


def _column(style: Mapping[str, Any], key: str, columns: Sequence[str]) -> str | None:
    name = style.get(key)
    return str(name) if name in columns else None
