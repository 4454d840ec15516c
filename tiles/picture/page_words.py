"""The words around a printed map: title, scale and its bar, the plane, sources and how far to trust them."""

import shapely

from layers.style.symbols import INK
from tiles.picture.legend import Sheet, text_width
from tiles.picture.page import BORDER, GREY, PIXEL_MM, Page
from tiles.picture.round_numbers import round_step, spaced


def write_words(sheet: Sheet, page: Page) -> None:
    """Write everything around the frame but the legends."""
    left, top, width, height = page.frame
    page_width, _ = page.size
    words, right = page.words, page_width - BORDER
    scale = f"{words['scale']} 1:{spaced(page.scale)}"
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
    field_m = round_step(55 * metres)
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


def _cut(text: str, width: float, size: float) -> str:
    while text and text_width(text, size) > width:
        text = text[:-2] + "…" if len(text) > 2 else ""
    return text
