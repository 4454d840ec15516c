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


Box = tuple[float, float, float, float]
"""West, south, east, north."""


@dataclass(frozen=True)
class Bitmap:
    """A finished picture to lie below the shapes: PNG, and where, in the units of the shapes."""

    body: bytes = field(repr=False)
    box: Box


@dataclass(frozen=True)
class Job:
    """A picture to be painted.

    ``layers`` are MapLibre style layers, bottom first, whose ``source-layer`` names one of ``shapes``; those that say
    ``above`` are drawn after all others and their names. The shapes lie in a square of ``units`` that holds the picture
    and ``margin`` pixels on every side, or the picture is ``box`` in those units. ``ratio`` is device pixels to a CSS
    pixel, ``background`` a CSS colour, None for transparent. "rgba" answers raw pixels, "pdf" a page whose points are
    the pixels here.
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
    box: Box | None = None
    bitmaps: tuple[Bitmap, ...] = ()
    form: Literal["rgba", "pdf"] = "rgba"
