"""A printed map: a page with title, exact scale, grid of the plane, scale bar, legend, and how far to trust it.

Everything is placed in CSS pixels of 0.28 mm, so that a page in PDF has its scale exactly: the map is drawn with the
same painter and units as the words around it. Names that would cross the map's frame find that place taken.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import shapely

from layers.frame import Bounds
from layers.symbols import INK
from tiles.picture.job import Bitmap, Job, Row
from tiles.picture.legend import EDGE, Sheet, legend_size, place_legend, text_width
from tiles.picture.scene import Plan
from tiles.warp import Canvas

PIXEL_MM = 0.28
PAPERS: Mapping[str, tuple[float, float]] = {
    "a4": (210, 297), "a3": (297, 420), "a2": (420, 594), "a1": (594, 841), "a0": (841, 1189),
}  # fmt: skip
"""Width and height in millimetres, upright."""
POINT_MM = 25.4 / 72
Orientation = Literal["landscape", "portrait"]
GREY, RED, FINE = "#6d6a64", "#a63d34", "#8a867e"
BORDER, HEAD, FOOT, SIDE, GAP, LEFT = 34.0, 52.0, 52.0, 190.0, 14.0, 12.0
MOST_NOTES = 6
SMALLEST_LEGEND = 0.62
BLOCK = 8.0
"""Pixels between the marks that keep names off the frame."""

WORDS = {
    "zh": {
        "scale": "比例尺", "legend": "图例", "north": "北", "printed": "制图日期",
        "colon": "：", "stop": "；", "comma": "、",
        "accuracy": "平面精度约 ±{m}", "unknown": "精度未注明", "largest": "适用于不大于 1:{n}",
        "beyond": "注意：本图比例尺大于资料可靠比例尺：{names}",
    },
    "en": {
        "scale": "Scale", "legend": "Legend", "north": "N", "printed": "Printed",
        "colon": ": ", "stop": "; ", "comma": ", ",
        "accuracy": "accurate to about ±{m}", "unknown": "accuracy not stated", "largest": "good to 1:{n}",
        "beyond": "Note: this scale is larger than the data can bear: {names}",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Trust:
    """What a page says of a layer below the map: its name, where it comes from, accuracy in metres, largest scale."""

    title: str
    source: str
    accuracy_m: float | None
    largest_scale: int | None


@dataclass(frozen=True)
class Page:
    """What stands on a page around a map. ``legends`` are titles with entries; ``system`` names the plane."""

    title: str
    paper: str
    orientation: Orientation
    scale: float
    language: str
    system: str
    date: str
    publisher: str
    trusts: Sequence[Trust] = ()
    legends: Sequence[tuple[str, Sequence[dict[str, Any]]]] = field(default=())

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in CSS pixels: whole points of PDF, so that nothing is stretched."""
        upright = PAPERS[self.paper]
        wide, high = upright[::-1] if self.orientation == "landscape" else upright
        width, height = (round(side / POINT_MM) * POINT_MM / PIXEL_MM for side in (wide, high))
        return width, height

    @property
    def words(self) -> Mapping[str, str]:
        """The page's words in its language."""
        return WORDS[self.language]

    @property
    def frame(self) -> tuple[int, int, int, int]:
        """Where the map lies: left, top, width, height in whole pixels."""
        width, height = self.size
        left, top = math.ceil(BORDER + LEFT), math.ceil(BORDER + HEAD)
        foot = FOOT + 15 * len(self.notes)
        if self.orientation == "landscape":
            return left, top, int(width - 2 * BORDER - LEFT - SIDE - GAP), int(height - top - BORDER - foot)
        return left, top, int(width - 2 * BORDER - LEFT), int(height - top - BORDER - foot - SIDE - GAP)

    @property
    def notes(self) -> list[tuple[str, str]]:
        """The lines about sources below the map, each with its colour."""
        words, lines = self.words, []
        for trust in self.trusts:
            told = [trust.source] if trust.source else []
            exact = trust.accuracy_m
            told.append(words["accuracy"].format(m=_length(exact)) if exact else words["unknown"])
            if trust.largest_scale:
                told.append(words["largest"].format(n=_spaced(trust.largest_scale)))
            lines.append((trust.title + words["colon"] + words["stop"].join(told), GREY))
        lines = _fitting(lines, MOST_NOTES)
        beyond = [trust.title for trust in self.trusts if self.scale < 0.999 * (trust.largest_scale or 0)]
        if beyond:
            lines.append((words["beyond"].format(names=words["comma"].join(beyond[:6])), RED))
        return lines


def canvas_of(page: Page, canvas_crs: Any, east: float, north: float) -> Canvas:
    """Return the map of a page: its canvas around a place, in the plane's metres, at the page's scale."""
    _, _, width, height = page.frame
    metres = page.scale * PIXEL_MM / 1000
    half_x, half_y = width * metres / 2, height * metres / 2
    return Canvas(canvas_crs, Bounds(east - half_x, north - half_y, east + half_x, north + half_y), width, height)


def page_job(page: Page, plan: Plan, answers: Sequence[list[Row]], bitmap: bytes | None, dpi: float | None) -> Job:
    """Return the job of a page: PDF, or pixels at ``dpi``.

    ``plan`` is a square one of the page's canvas; ``bitmap`` (PNG) lies below its shapes.
    """
    left, top, _, _ = page.frame
    sheet = Sheet(left=plan.margin - left, top=plan.margin - top)
    _block_frame(sheet, page)
    blocks, sheet.layers = sheet.layers, []
    _mask(sheet, page)
    _grid(sheet, page, plan.canvas)
    _words(sheet, page)
    _legends(sheet, page)
    made = plan.job(answers, "#ffffff")
    page_width, page_height = page.size
    per_pixel = PIXEL_MM / POINT_MM if dpi is None else dpi * PIXEL_MM / 25.4
    return replace(
        made,
        width=round(page_width * per_pixel),
        height=round(page_height * per_pixel),
        margin=0,
        ratio=per_pixel,
        layers=[*blocks, *made.layers, *sheet.layers],
        shapes={**made.shapes, **sheet.shapes},
        box=sheet.box(page_width, page_height),
        bitmaps=(Bitmap(bitmap, plan.frame),) if bitmap else (),
        form="pdf" if dpi is None else "rgba",
    )


def _block_frame(sheet: Sheet, page: Page) -> None:
    """Take the places along the frame, unseen, so that no name is cut by it."""
    left, top, width, height = page.frame
    along = shapely.box(left, top, left + width, top + height).exterior
    points = shapely.MultiPoint([along.interpolate(at) for at in _steps(0, along.length, BLOCK)])
    unseen = {"circle-radius": BLOCK / 2, "circle-opacity": 0, "circle-stroke-width": 0, "blocks": True}
    sheet.add("circle", points, unseen, above=False)


def _mask(sheet: Sheet, page: Page) -> None:
    """Cover what is drawn beyond the frame, and draw the frame: a fine line inside a stronger one."""
    left, top, width, height = page.frame
    page_width, page_height = page.size
    hole = shapely.box(left, top, left + width, top + height)
    reach = max(page_width, page_height)
    around = shapely.box(-reach, -reach, 2 * reach, 2 * reach).difference(hole)
    sheet.add("fill", around, {"fill-color": "#ffffff"})
    sheet.line(hole.exterior.coords, INK, 0.8)
    sheet.line(shapely.box(left - 5, top - 5, left + width + 5, top + height + 5).exterior.coords, INK, 2.0)


def _grid(sheet: Sheet, page: Page, canvas: Canvas) -> None:
    """Ticks and crosses of the plane's metres, labelled in kilometres along the frame."""
    left, top, width, height = page.frame
    dx, dy = canvas.pixel
    step = _round_step(page.scale * 0.05)  # about every 5 cm on paper
    west, south, east, north = canvas.bounds
    columns = [(left + (x - west) / dx, x) for x in _steps(math.ceil(west / step) * step, east, step)]
    rows = [(top + (north - y) / dy, y) for y in _steps(math.ceil(south / step) * step, north, step)]
    ends = [shapely.LineString([(x, y), (x, y + 8)]) for x, _ in columns for y in (top, top + height - 8)]
    ends += [shapely.LineString([(x, y), (x + 8, y)]) for y, _ in rows for x in (left, left + width - 8)]
    crosses = [
        shapely.LineString(line)
        for x, _ in columns
        for y, _ in rows
        if left + 10 < x < left + width - 10 and top + 10 < y < top + height - 10
        for line in ([(x - 4, y), (x + 4, y)], [(x, y - 4), (x, y + 4)])
    ]
    for shapes, colour, wide in ((ends, INK, 0.9), (crosses, "#3b3a38", 0.5)):
        if shapes:
            sheet.add("line", shapely.MultiLineString(shapes), {"line-color": colour, "line-width": wide})
    for x, value in columns:
        if left + 30 < x < left + width - 30:
            sheet.write(x, top - 11, _kilometres(value, step), size=8.5, anchor="center", colour=GREY)
    for y, value in rows:
        if top + 12 < y < top + height - 12:
            sheet.write(left - 9, y, _kilometres(value, step), size=8.5, anchor="right", colour=GREY)


def _words(sheet: Sheet, page: Page) -> None:
    left, top, width, height = page.frame
    page_width, _ = page.size
    words, right = page.words, page_width - BORDER
    scale = f"{words['scale']} 1:{_spaced(page.scale)}"
    room = right - left - text_width(scale, 15) - 24
    size = min(24.0, 24.0 * room / max(text_width(page.title, 24), 1))
    sheet.write(left - 5, BORDER + 11, page.title, size=max(9.0, size), bold=True)
    sheet.write(right, BORDER + 13, scale, size=15, bold=True, anchor="right")
    below = top + height + 14
    sheet.write(left - 5, below + 8, f"{page.system}", size=9.5, colour=GREY)
    sheet.write(left - 5, below + 24, f"{page.publisher} · {words['printed']} {page.date}", size=9.5, colour=GREY)
    _scale_bar(sheet, page, left + width, below)
    _north(sheet, page, left + width - 28, top + 26)
    y = below + 36
    for text, colour in page.notes:
        y += 15
        sheet.write(left - 5, y - 8, _cut(text, page_width - 2 * BORDER, 9), size=9, colour=colour)


def _scale_bar(sheet: Sheet, page: Page, right: float, y: float) -> None:
    """Four fields of a round length, ending below the frame's right corner."""
    metres = page.scale * PIXEL_MM / 1000
    field_m = _round_step(55 * metres)
    wide = field_m / metres
    kilometres = 4 * field_m >= 2000
    start = right - 4 * wide - 24
    for number in range(4):
        x = start + number * wide
        sheet.fill((x, y + 16, x + wide, y + 21), INK if number % 2 == 0 else "#ffffff")
    sheet.line(shapely.box(start, y + 16, start + 4 * wide, y + 21).exterior.coords, INK, 0.7)
    for number in (0, 1, 2, 4):
        value = number * field_m / (1000 if kilometres else 1)
        unit = (" km" if kilometres else " m") if number == 4 else ""
        sheet.write(start + number * wide, y + 6, f"{value:g}{unit}", size=9, anchor="center")


def _north(sheet: Sheet, page: Page, x: float, y: float) -> None:
    """An arrow to grid north."""
    sheet.add(
        "circle", shapely.Point(x, y + 4), {"circle-color": "#ffffff", "circle-radius": 23, "circle-opacity": 0.85}
    )
    for points, colour in (([(0, -14), (6, 10), (0, 5)], "#ffffff"), ([(0, -14), (-6, 10), (0, 5)], INK)):
        shape = shapely.Polygon([(x + dx, y + dy) for dx, dy in points])
        sheet.add("fill", shape, {"fill-color": colour})
        sheet.line(shape.exterior.coords, INK, 0.7)
    sheet.write(x, y + 19, page.words["north"], size=9, bold=True, anchor="center")


def _legends(sheet: Sheet, page: Page) -> None:
    """The legends beside the map, or below an upright one, in columns, as many as there is room for."""
    left, top, width, height = page.frame
    page_width, _ = page.size
    upright = page.orientation == "portrait"
    x, y = left + width + GAP + 5, top - 5.0
    if upright:
        x, y = left - 5.0, top + height + FOOT + 15 * len(page.notes) + GAP
    end_x, end_y = (page_width - BORDER, y + SIDE) if upright else (page_width - BORDER, top + height + 5)
    sheet.write(x, y + 9, page.words["legend"], size=14, bold=True)
    whole = [legend_size(title, entries, page.language) for title, entries in page.legends]
    needed = sum(high + EDGE for _, high in whole)
    beside = max(1, int((end_x - x) / (SIDE + GAP)))
    # Smaller where there are many classes, but never too small to be read.
    sheet.scale = min(1.0, max(SMALLEST_LEGEND, 0.95 * (end_y - y - 26) * beside / max(needed, 1)))
    columns = _Columns(x, y + 26, end_x, end_y)
    for title, entries in page.legends:
        for number, entry in enumerate(entries):
            heading = title if number == 0 else ""
            wide, high = (side * sheet.scale for side in legend_size(heading, [entry], page.language))
            at = columns.room(min(wide, SIDE), high, EDGE if number == 0 else 0)
            if at is None:
                sheet.write(end_x, end_y - 6, "…", size=14, anchor="right")
                return
            place_legend(sheet, *at, heading, [entry], page.language, SIDE)


class _Columns:
    """Places below each other, then in the next column, until the room is full."""

    def __init__(self, x: float, y: float, end_x: float, end_y: float) -> None:
        self.x, self.y, self.top, self.widest = x, y, y, 0.0
        self.end_x, self.end_y = end_x, end_y

    def room(self, wide: float, high: float, gap: float) -> tuple[float, float] | None:
        """Return the place of the next entry, ``gap`` below the one before; None when there is none."""
        gap = gap if self.y > self.top else 0.0
        if self.y + gap + high > self.end_y:
            self.x, self.y, self.widest, gap = self.x + self.widest + GAP, self.top, 0.0, 0.0
        if self.x + wide > self.end_x + EDGE or self.y + high > self.end_y:
            return None
        place = self.x, self.y + gap
        self.y, self.widest = self.y + gap + high, max(self.widest, wide)
        return place


def _fitting(lines: list[tuple[str, str]], most: int) -> list[tuple[str, str]]:
    return lines if len(lines) <= most else [*lines[: most - 1], (f"… +{len(lines) - most + 1}", GREY)]


def _cut(text: str, width: float, size: float) -> str:
    while text and text_width(text, size) > width:
        text = text[:-2] + "…" if len(text) > 2 else ""
    return text


def _steps(first: float, last: float, step: float) -> Iterator[float]:
    for number in range(int((last - first) / step) + 1 if last >= first else 0):
        yield first + number * step


def _round_step(about: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not above ``about``."""
    power = 10.0 ** math.floor(math.log10(about))
    return next(factor * power for factor in (5, 2, 1) if factor * power <= about * 1.0000001)


def _kilometres(value: float, step: float) -> str:
    digits = max(0, math.ceil(-math.log10(step / 1000) - 1e-9))
    return f"{value / 1000:.{digits}f}"


def _length(metres: float) -> str:
    """A length with two digits that count, in the unit that suits it."""
    return f"{float(f'{metres:.2g}'):g} m" if metres < 1000 else f"{float(f'{metres / 1000:.2g}'):g} km"


def _spaced(number: float) -> str:
    return f"{number:,.0f}".replace(",", " ")
