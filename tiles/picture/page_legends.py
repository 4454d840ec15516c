"""The legends of a printed map, in columns, as many as there is room for."""

from tiles.picture.legend import EDGE, Sheet, legend_size, place_legend
from tiles.picture.page import BORDER, FOOT, GAP, SIDE, Page

SMALLEST_LEGEND = 0.62


def write_legends(sheet: Sheet, page: Page) -> None:
    """Write the legends beside the map, or below an upright one, in columns, as many as there is room for."""
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
