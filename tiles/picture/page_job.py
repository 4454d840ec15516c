"""The job of a printed page: the map in its frame with the grid of the plane, and what stands around it."""

import math
from collections.abc import Sequence
from dataclasses import replace

import shapely

from layers.style.symbols import INK
from tiles.picture.job import Bitmap, Job, Row
from tiles.picture.legend import Sheet
from tiles.picture.page import GREY, PIXEL_MM, POINT_MM, Page
from tiles.picture.page_legends import write_legends
from tiles.picture.page_words import write_words
from tiles.picture.round_numbers import kilometres, round_step, steps
from tiles.picture.scene import Plan
from tiles.raster.warp import Canvas

BLOCK = 8.0
"""Pixels between the marks that keep names off the frame."""


def page_job(page: Page, plan: Plan, answers: Sequence[list[Row]], bitmap: bytes | None, dpi: float | None) -> Job:
    """Return the job of a page: PDF, or pixels at ``dpi``.

    ``plan`` is of the page's canvas; ``bitmap`` (PNG) lies below its shapes.
    """
    left, top, _, _ = page.frame
    sheet = Sheet(left=plan.margin - left, top=plan.margin - top)
    _block_frame(sheet, page)
    blocks, sheet.layers = sheet.layers, []
    _mask(sheet, page)
    _grid(sheet, page, plan.canvas)
    write_words(sheet, page)
    write_legends(sheet, page)
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
    points = shapely.MultiPoint([along.interpolate(at) for at in steps(0, along.length, BLOCK)])
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
    step = round_step(page.scale * 0.05)  # about every 5 cm on paper
    west, south, east, north = canvas.bounds
    columns = [(left + (x - west) / dx, x) for x in steps(math.ceil(west / step) * step, east, step)]
    rows = [(top + (north - y) / dy, y) for y in steps(math.ceil(south / step) * step, north, step)]
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
            sheet.write(x, top - 11, kilometres(value, step), size=8.5, anchor="center", colour=GREY)
    for y, value in rows:
        if top + 12 < y < top + height - 12:
            sheet.write(left - 9, y, kilometres(value, step), size=8.5, anchor="right", colour=GREY)
