"""What a painting process is told, and nothing of where it comes from: shapes, how they are drawn, how large."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Row = tuple[Any, ...]
Box = tuple[float, float, float, float]
"""West, south, east, north."""


@dataclass(frozen=True)
class Shapes:
    """Rows of WKB (units of the picture, y north) and the values of ``columns``."""

    columns: tuple[str, ...]
    rows: Sequence[Row] = field(repr=False)


@dataclass(frozen=True)
class Bitmap:
    """A finished picture to lie below the shapes: PNG, and where, in the units of the shapes."""

    body: bytes = field(repr=False)
    box: Box


@dataclass(frozen=True)
class Job:
    """A picture to be painted.

    ``layers`` are MapLibre style layers, bottom first, whose ``source-layer`` names one of ``shapes``; those that say
    ``above`` are drawn after all others and their names. The picture is ``box`` in the units of the shapes, names may
    begin ``margin`` pixels around it. ``ratio`` is device pixels to a CSS pixel, ``background`` a CSS colour, None for
    transparent. "rgba" answers raw pixels, "pdf" a page whose points are the pixels here.
    """

    width: int
    height: int
    box: Box
    margin: int
    ratio: float
    zoom: float
    layers: list[dict[str, Any]]
    shapes: Mapping[str, Shapes]
    background: str | None = None
    bitmaps: tuple[Bitmap, ...] = ()
    form: Literal["rgba", "pdf"] = "rgba"
