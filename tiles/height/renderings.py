"""The renderings of heights by their names: what each draws with the light it is told, in which colours.

Shading and slope come from ``tiles.height.terrain``; here they become grey levels, tints or numbers coded as colours.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from layers.style.symbols import RELIEF, SLOPE
from tiles.height.terrain import (
    SHADES,
    Ground,
    Heights,
    aspect_degrees,
    gradient,
    shade_multidirectional,
    slope_degrees,
)

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Light:
    """What a rendering may be told: degrees of the light, vertical exaggeration, height range in metres."""

    azimuth: float = 315.0
    altitude: float = 45.0
    exaggeration: float = 1.0
    low: float = 0.0
    high: float = 3000.0


def draw_shade(name: str) -> Callable[[Heights, Ground, Light], Pixels]:
    """Return the rendering that shades by the method of that name; grey levels 1 to 255, shape (h, w)."""
    shade = SHADES[name]

    def draw(heights: Heights, ground: Ground, light: Light) -> Pixels:
        lit = shade(gradient(heights, ground, light.exaggeration), light.azimuth, light.altitude)
        return _grey(lit)

    return draw


def _grey(share: Heights) -> Pixels:
    share *= 254
    share += 1.5
    with np.errstate(invalid="ignore"):
        return share.astype(np.uint8)


def draw_slope(heights: Heights, ground: Ground, light: Light) -> Pixels:
    """Degrees of slope in the colours of the legend, shape (h, w, 3)."""
    return paint(slope_degrees(gradient(heights, ground, light.exaggeration)), SLOPE_COLOURS, 0.0, SLOPE[-1][0])


def draw_aspect(heights: Heights, ground: Ground, light: Light) -> Pixels:
    """Direction of descent on a colour wheel, grey where flat, shape (h, w, 3)."""
    aspect = aspect_degrees(gradient(heights, ground))
    pixels = paint(aspect, ASPECT_COLOURS, 0.0, 360.0)
    pixels[np.isnan(aspect)] = FLAT
    return pixels


def draw_relief(heights: Heights, ground: Ground, light: Light) -> Pixels:
    """Height in hypsometric tints between ``light.low`` and ``light.high``, softly shaded, shape (h, w, 3)."""
    tints = paint(heights[1:-1, 1:-1], RELIEF_COLOURS, light.low, light.high)
    lit = shade_multidirectional(gradient(heights, ground, light.exaggeration), light.azimuth, light.altitude)
    flat = np.sin(np.radians(light.altitude))
    strength = np.clip(1 + 0.8 * (np.nan_to_num(lit) - np.float32(flat)), 0, 1.15)[..., None]
    pixels: Pixels = np.clip(tints * strength, 0, 255).astype(np.uint8)
    return pixels


def draw_terrain_rgb(heights: Heights, ground: Ground, light: Light) -> Pixels:
    """Heights in Mapbox's encoding, height = -10000 + 0.1 (65536 R + 256 G + B), shape (h, w, 3); no height is 0 m."""
    code = np.rint((_or_zero(heights[1:-1, 1:-1]) + 10000) * 10)
    return _three_bytes(np.clip(code, 0, 2**24 - 1).astype(np.uint32))


def draw_terrarium(heights: Heights, ground: Ground, light: Light) -> Pixels:
    """Heights in Terrarium's encoding, height = 256 R + G + B / 256 - 32768, shape (h, w, 3); no height is 0 m."""
    code = np.rint((_or_zero(heights[1:-1, 1:-1]) + 32768) * 256)
    return _three_bytes(np.clip(code, 0, 2**24 - 1).astype(np.uint32))


def _or_zero(heights: Heights) -> npt.NDArray[np.float64]:
    return np.nan_to_num(heights.astype(np.float64), nan=0.0)


def _three_bytes(code: npt.NDArray[np.uint32]) -> Pixels:
    return np.stack([code >> 16, code >> 8, code], axis=-1).astype(np.uint8)


def ramp(stops: tuple[tuple[float, str], ...]) -> Pixels:
    """256 colours between stops of (position, "#rrggbb"), positions rising, shape (256, 3)."""
    at = np.array([position for position, _ in stops])
    colours = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for _, colour in stops])
    where = np.linspace(at[0], at[-1], 256)
    return np.stack([np.rint(np.interp(where, at, colours[:, band])) for band in range(3)], axis=-1).astype(np.uint8)


def paint(values: npt.NDArray[Any], colours: Pixels, low: float, high: float) -> Pixels:
    """Colour ``values`` by their place between ``low`` and ``high`` in 256 ``colours``; NaN takes the first colour."""
    share = (values - np.float32(low)) * np.float32(255.999 / (high - low))
    with np.errstate(invalid="ignore"):
        index = np.clip(np.nan_to_num(share), 0, 255).astype(np.uint8)
    painted: Pixels = colours[index]
    return painted


RELIEF_COLOURS = ramp(RELIEF)


SLOPE_COLOURS = ramp(SLOPE)


ASPECT_COLOURS = ramp(
    (
        (0.0, "#d7301f"),
        (60.0, "#f0c419"),
        (120.0, "#57b847"),
        (180.0, "#23a6a6"),
        (240.0, "#2f5fb3"),
        (300.0, "#9140a0"),
        (360.0, "#d7301f"),
    )
)


FLAT = (190, 190, 190)


@dataclass(frozen=True)
class Rendering:
    """One way to draw heights.

    ``options`` are the request parameters it listens to. ``lossless`` says that its pixels are numbers and must reach
    the client exactly; such a picture is opaque everywhere.
    """

    title: Mapping[str, str] = field(hash=False)
    draw: Callable[[Heights, Ground, Light], Pixels]
    options: frozenset[str] = frozenset()
    lossless: bool = False


_LIGHT = frozenset({"azimuth", "altitude", "exaggeration"})


RENDERINGS: Mapping[str, Rendering] = {
    "hillshade": Rendering({"zh": "山体阴影", "en": "Hillshade"}, draw_shade("hillshade"), _LIGHT),
    "multidirectional": Rendering(
        {"zh": "多向山体阴影", "en": "Hillshade from four sides"}, draw_shade("multidirectional"), _LIGHT
    ),
    "combined": Rendering({"zh": "组合山体阴影", "en": "Combined shade and slope"}, draw_shade("combined"), _LIGHT),
    "slope": Rendering({"zh": "坡度", "en": "Slope"}, draw_slope, frozenset({"exaggeration"})),
    "aspect": Rendering({"zh": "坡向", "en": "Aspect"}, draw_aspect),
    "relief": Rendering({"zh": "分层设色", "en": "Relief tints"}, draw_relief, _LIGHT | {"range"}),
    "terrain-rgb": Rendering(
        {"zh": "地形 RGB（Mapbox）", "en": "Terrain RGB (Mapbox)"}, draw_terrain_rgb, lossless=True
    ),
    "terrarium": Rendering(
        {"zh": "地形 RGB（Terrarium）", "en": "Terrain RGB (Terrarium)"}, draw_terrarium, lossless=True
    ),
}
"""Every rendering of elevation, by its name on the wire."""
