"""A printed map: a page with title, exact scale, grid of the plane, scale bar, legend, and how far to trust it.

Everything is placed in CSS pixels of 0.28 mm, so that a page in PDF has its scale exactly: the map is drawn with the
same painter and units as the words around it. Names that would cross the map's frame find that place taken.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from layers.frame import Bounds
from tiles.picture.round_numbers import length, spaced
from tiles.raster.warp import Canvas

PIXEL_MM = 0.28
PAPERS: Mapping[str, tuple[float, float]] = {
    "a4": (210, 297), "a3": (297, 420), "a2": (420, 594), "a1": (594, 841), "a0": (841, 1189),
}  # fmt: skip
"""Width and height in millimetres, upright."""
POINT_MM = 25.4 / 72
Orientation = Literal["landscape", "portrait"]
GREY, RED = "#6d6a64", "#a63d34"
BORDER, HEAD, FOOT, SIDE, GAP, LEFT = 34.0, 52.0, 52.0, 190.0, 14.0, 12.0
MOST_NOTES = 6

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
            told.append(words["accuracy"].format(m=length(exact)) if exact else words["unknown"])
            if trust.largest_scale:
                told.append(words["largest"].format(n=spaced(trust.largest_scale)))
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


def _fitting(lines: list[tuple[str, str]], most: int) -> list[tuple[str, str]]:
    return lines if len(lines) <= most else [*lines[: most - 1], (f"… +{len(lines) - most + 1}", GREY)]
