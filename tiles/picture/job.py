"""What a painting process is told, and nothing of where it comes from: shapes, how they are drawn, how large."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Shapes:
    """Rows of WKB (units of the picture, y from 0 downwards to ``-units``) and the values of ``columns``."""

    columns: tuple[str, ...]
    rows: list[Row] = field(repr=False)


@dataclass(frozen=True)
class Job:
    """A picture to be painted.

    ``layers`` are MapLibre style layers, bottom first, whose ``source`` names one of ``shapes``. The shapes lie in a
    square of ``units`` that holds the picture and ``margin`` pixels on every side. ``ratio`` is device pixels to a CSS
    pixel, ``background`` a CSS colour, None for transparent. "rgba" answers raw pixels, "pdf" a vector page. Where the
    picture lies in the square is told by ``box`` (its width and height in CSS pixels from the upper left corner, 16
    units each) instead of the margin, if that is set.
    """

    width: int
    height: int
    margin: int
    units: int
    ratio: float
    zoom: float
    layers: list[dict[str, Any]]
    shapes: Mapping[str, Shapes]
    background: str | None = None
    box: tuple[float, float] | None = None
    form: Literal["rgba", "pdf", "svg"] = "rgba"
