"""A legend as a picture: the entries of ``layers.style.legend`` as shapes and names, placed in units of a CSS pixel.

What is placed is MapLibre style layers and shapes, as of any other picture, so that the same painter draws it alone
or on a printed page.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from shapely import MultiPoint
from shapely.geometry.base import BaseGeometry

from layers.frame import Text
from layers.style.symbols import FONT, FONT_BOLD, INK
from tiles.picture.job import Box, Job, Row, Shapes
from tiles.picture.scene import STANDARD_DPI, UNITS_A_PIXEL

ROW, SWATCH, GAP = 22.0, 26.0, 8.0
SIZE, TITLE_SIZE = 12.0, 13.5
EDGE = 6.0
Entry = dict[str, Any]


@dataclass
class Sheet:
    """Things to be drawn at places of a page: x to the right, y down, CSS pixels from the upper left corner.

    Each call adds a style layer with one shape, drawn above all before it. The corner lies at ``left``, ``top`` of what
    else is drawn in the same units.
    """

    layers: list[dict[str, Any]] = field(default_factory=list)
    shapes: dict[str, Shapes] = field(default_factory=dict)
    left: float = 0.0
    top: float = 0.0
    scale: float = 1.0
    """How large legends are placed."""

    def add(
        self, kind: str, shape: BaseGeometry, paint: dict[str, Any], layout: dict[str, Any] | None = None, *,
        above: bool = True,
    ) -> None:  # fmt: skip
        """Add a shape with the paint and layout of a style layer of a kind."""
        name = f"sheet-{len(self.shapes)}"
        corner = np.array([self.left, self.top])
        placed = shapely.transform(shape, lambda xy: (xy + corner) * (UNITS_A_PIXEL, -UNITS_A_PIXEL))
        each = placed.geoms if isinstance(placed, MultiPoint) else [placed]
        rows: list[Row] = [(shapely.to_wkb(one),) for one in each]
        self.shapes[name] = Shapes((), rows)
        self.layers.append({"type": kind, "source-layer": name, "paint": paint, "layout": layout or {}, "above": above})

    def write(
        self, x: float, y: float, text: str, *, size: float = SIZE, bold: bool = False, anchor: str = "left",
        colour: str = INK,
    ) -> None:  # fmt: skip
        """Write a line of text, its anchor at a place."""
        layout = {
            "text-field": text, "text-size": size, "text-font": list(FONT_BOLD if bold else FONT),
            "text-anchor": anchor, "text-max-width": 1000, "text-padding": 0, "overlap": True,
        }  # fmt: skip
        self.add("symbol", shapely.Point(x, y), {"text-color": colour}, layout)

    def fill(self, box: tuple[float, float, float, float], colour: str, opacity: float = 1) -> None:
        """Fill a box: west, north, east, south."""
        self.add("fill", shapely.box(*box), {"fill-color": colour, "fill-opacity": opacity})

    def line(self, points: Iterable[Sequence[float]], colour: str, width: float, **paint: Any) -> None:
        """Draw a line through points."""
        self.add("line", shapely.LineString(list(points)), {"line-color": colour, "line-width": width, **paint})

    def box(self, width: float, height: float) -> Box:
        """Return the box of a page, its corner at ``left``, ``top``, in the units of the shapes."""
        corners = (self.left, -self.top - height, self.left + width, -self.top)
        west, south, east, north = (UNITS_A_PIXEL * value for value in corners)
        return west, south, east, north

    def job(self, width: float, height: float, dpi: float, background: str | None = None) -> Job:
        """Return the job that draws it alone."""
        ratio = dpi / STANDARD_DPI
        pixels = math.ceil(width * ratio), math.ceil(height * ratio)
        box = self.box(pixels[0] / ratio, pixels[1] / ratio)
        return Job(*pixels, box, 0, ratio, 14.0, self.layers, self.shapes, background)


def text_width(text: str, size: float) -> float:
    """Return about how wide a line of text is: a Chinese character is as wide as it is high."""
    return sum(size if ord(character) > 0x2E80 else 0.56 * size for character in text)


def place_legend(
    sheet: Sheet, x: float, y: float, title: str, entries: Sequence[Entry], language: str, most: float = 1e9
) -> tuple[float, float]:
    """Place a layer's legend with its upper left corner at x, y; returns its width and height.

    Names wider than ``most`` allows are written smaller.
    """
    scale = sheet.scale
    widest, top = 0.0, y
    if title and (len(entries) != 1 or _label(entries[0], language) != title):
        width = text_width(title, TITLE_SIZE * scale)
        sheet.write(x, y + ROW * scale / 2, title, size=TITLE_SIZE * scale * min(1, most / width), bold=True)
        widest, top = width, y + ROW * scale
    for entry in entries:
        width, room = text_width(_label(entry, language), SIZE * scale), most - (SWATCH + GAP) * scale
        top += _place_entry(sheet, x, top, entry, language, SIZE * scale * min(1, room / max(width, 1)))
        widest = max(widest, (SWATCH + GAP) * scale + width)
    return widest, top - y


def legend_size(title: str, entries: Sequence[Entry], language: str) -> tuple[float, float]:
    """Return the width and height a legend will have."""
    return place_legend(Sheet(), 0, 0, title, entries, language)


def legend_job(title: str, entries: Sequence[Entry], language: str, dpi: float, background: str | None) -> Job:
    """Return the job of one layer's legend."""
    sheet = Sheet()
    width, height = place_legend(sheet, EDGE, EDGE, title, entries, language)
    return sheet.job(width + 2 * EDGE, height + 2 * EDGE, dpi, background)


def _label(entry: Entry, language: str) -> str:
    label: Text = entry["label"]
    return label.get(language) or label.get("zh") or label.get("en") or ""


def _place_entry(sheet: Sheet, x: float, y: float, entry: Entry, language: str, size: float) -> float:
    symbol, scale = entry["symbol"], sheet.scale
    if symbol["type"] == "ramp":
        return _place_ramp(sheet, x, y, symbol["stops"])
    middle = y + ROW * scale / 2
    SYMBOLS.get(symbol["type"], _image)(sheet, x, middle, symbol)
    sheet.write(x + (SWATCH + GAP) * scale, middle, _label(entry, language), size=size)
    return ROW * scale


def _fill(sheet: Sheet, x: float, middle: float, symbol: Entry) -> None:
    west, north, east, south = _swatch(sheet, x, middle)
    sheet.fill((west, north, east, south), symbol["fill"], symbol.get("opacity", 1))
    if symbol.get("outline"):
        corners = [(west, north), (east, north), (east, south), (west, south), (west, north)]
        dashes = {"line-dasharray": [4, 2]} if symbol.get("dash") else {}
        sheet.line(corners, symbol["outline"], 1.0, **dashes)


def _line(sheet: Sheet, x: float, middle: float, symbol: Entry) -> None:
    points, width = [(x, middle), (x + SWATCH * sheet.scale, middle)], float(symbol.get("width", 1.5))
    if symbol.get("casing"):
        sheet.line(points, symbol["casing"], width + 2)
    sheet.line(points, symbol["colour"], width, **({"line-dasharray": [4, 2]} if symbol.get("dash") else {}))


def _circle(sheet: Sheet, x: float, middle: float, symbol: Entry) -> None:
    paint = {
        "circle-color": symbol["fill"], "circle-radius": float(symbol.get("radius", 4)),
        "circle-stroke-color": symbol.get("outline", "#ffffff"), "circle-stroke-width": 1.2,
    }  # fmt: skip
    sheet.add("circle", shapely.Point(x + SWATCH * sheet.scale / 2, middle), paint)


def _image(sheet: Sheet, x: float, middle: float, symbol: Entry) -> None:
    west, north, east, south = _swatch(sheet, x, middle)
    sheet.fill((west, north, (west + east) / 2, south), "#8fa37a")
    sheet.fill(((west + east) / 2, north, east, south), "#b9a98a")


def _swatch(sheet: Sheet, x: float, middle: float) -> tuple[float, float, float, float]:
    half = 7 * sheet.scale
    return x, middle - half, x + SWATCH * sheet.scale, middle + half


def _place_ramp(sheet: Sheet, x: float, y: float, stops: Sequence[Entry]) -> float:
    """Steps of colour one below the other, each with its value."""
    step = ROW * sheet.scale * 0.8
    for number, stop in enumerate(stops):
        middle = y + step * (number + 0.5) + 2
        sheet.fill((x, middle - step / 2, x + SWATCH * sheet.scale, middle + step / 2), stop["colour"])
        if stop.get("label"):
            sheet.write(x + (SWATCH + GAP) * sheet.scale, middle, stop["label"], size=SIZE * sheet.scale)
    return step * len(stops) + 4


SYMBOLS = {"fill": _fill, "line": _line, "circle": _circle}
