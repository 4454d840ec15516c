"""What lies below a map where its layers draw nothing (OGC 20-058, requirements class background).

What is void has no place on the Earth in the map's coordinate system: beyond the poles or the edge of a projection.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layers.crs.names import CRS84, parse_crs
from layers.crs.operations import find_transform
from layers.errors import BadQuery
from layers.sentences import say
from tiles.picture.compose import WHITE, Colour, Pixels, read_colour
from tiles.raster.warp import Canvas

BACKGROUND = ("bgcolor", "transparent", "void-color", "void-transparent")


@dataclass(frozen=True)
class Background:
    """A colour and whether it is left out, and the same of what is void, None where that is no other.

    ``is_said``: a colour was asked for, which is told even of what is transparent.
    """

    colour: Colour
    transparent: bool
    void: tuple[Colour, bool] | None
    is_said: bool

    @property
    def below(self) -> Colour | None:
        """The colour to paint on; None for nothing."""
        return None if self.transparent else self.colour

    def under(self, pixels: Pixels, canvas: Canvas) -> Pixels:
        """Give a picture the colour where nothing is drawn, though it be transparent, and what is void its own."""
        if self.transparent and self.is_said:
            pixels = np.where(pixels[..., 3:] == 0, _filling(self.colour, 0), pixels)
        if self.void is not None:
            pixels = np.where(_void(canvas)[..., None], _filling(self.void[0], 0 if self.void[1] else 255), pixels)
        return pixels


def read_background(given: Mapping[str, str], *, opaque: bool) -> Background:
    """Read what is below a map; without ``bgcolor`` it is transparent, unless the form is ``opaque``.

    Raises:
        BadQuery: a colour or a truth value is none.
    """
    colour = read_colour(given["bgcolor"], "bgcolor") if "bgcolor" in given else None
    said = _flag(given, "transparent")
    transparent = not opaque and (colour is None if said is None else said)
    void = read_colour(given["void-color"], "void-color") if "void-color" in given else None
    left_out = _flag(given, "void-transparent")
    below, is_said = colour or WHITE, colour is not None or void is not None
    if void is None and left_out is None:
        return Background(below, transparent, None, is_said)
    seen_through = not opaque and (transparent if left_out is None else left_out)
    return Background(below, transparent, (void or below, seen_through), is_said)


def _filling(colour: Colour, alpha: int) -> Pixels:
    return np.array((*colour, alpha), np.uint8)


def _flag(given: Mapping[str, str], name: str) -> bool | None:
    text = given.get(name)
    if text not in (None, "true", "false"):
        raise BadQuery(say("true-or-false", name=name), name)
    return None if text is None else text == "true"


def _void(canvas: Canvas) -> npt.NDArray[np.bool_]:
    """Which pixels are void; of a projection to some pixels, as its control points tell."""
    if canvas.crs.is_geographic:
        dx, dy = canvas.pixel
        lon = canvas.bounds.west + (np.arange(canvas.width) + 0.5) * dx
        lat = canvas.bounds.north - (np.arange(canvas.height) + 0.5) * dy
        return np.asarray((np.abs(lat) > 90)[:, None] | (np.abs(lon) > 180)[None])
    degrees = parse_crs(CRS84)
    x, y = find_transform(degrees, canvas.crs).points(*canvas.nodes_in(degrees))
    returned = np.hypot(x - canvas.nodes[0], y - canvas.nodes[1]) <= max(canvas.pixel)  # of no number: no
    return np.asarray(canvas.spread((~returned).astype(np.float64)) >= 0.5)
