"""Colours for single values: named colour maps and a layer's own palette, as look-up tables."""

from collections.abc import Mapping
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from layers.layer import RasterFacts
from layers.sentences import say
from tiles.errors import BadRendering
from tiles.height.renderings import ramp
from tiles.memo import Memo

Colours = npt.NDArray[np.uint8]

_OPENCV = {
    "viridis": cv2.COLORMAP_VIRIDIS,
    "magma": cv2.COLORMAP_MAGMA,
    "inferno": cv2.COLORMAP_INFERNO,
    "plasma": cv2.COLORMAP_PLASMA,
    "cividis": cv2.COLORMAP_CIVIDIS,
    "turbo": cv2.COLORMAP_TURBO,
    "hot": cv2.COLORMAP_HOT,
    "ocean": cv2.COLORMAP_OCEAN,
    "twilight": cv2.COLORMAP_TWILIGHT,
}
_STOPS: Mapping[str, tuple[tuple[float, str], ...]] = {
    "grey": ((0.0, "#000000"), (1.0, "#ffffff")),
    "vegetation": (
        (0.0, "#8c5a2b"),
        (0.4, "#d9c79a"),
        (0.5, "#f4f0dc"),
        (0.65, "#a9cf7a"),
        (0.8, "#4f9d3f"),
        (1.0, "#12501f"),
    ),
    "difference": ((0.0, "#2b5fa8"), (0.5, "#f5f5f2"), (1.0, "#b5382c")),
}
NAMES: tuple[str, ...] = (*_STOPS, *_OPENCV)
"""Every colour map, by its name on the wire."""


@lru_cache(maxsize=len(NAMES))
def named(name: str) -> Colours:
    """256 colours, shape (256, 3). Raises BadRendering for an unknown name."""
    if name in _STOPS:
        return ramp(_STOPS[name])
    if name not in _OPENCV:
        raise BadRendering("colormap", say("not-one-of", given=name, offered=", ".join(NAMES)))
    greys = np.arange(256, dtype=np.uint8)[:, None]
    blue_first = cv2.applyColorMap(greys, _OPENCV[name])[:, 0]
    return np.ascontiguousarray(blue_first[:, ::-1])


_palettes: Memo[Colours] = Memo(64)


def palette(facts: RasterFacts) -> Colours:
    """The layer's own colours by value, shape (values, 4); values it does not name are transparent."""
    return _palettes.get(lambda: _table(facts.colormap or {}), facts.colormap)


def _table(colormap: Mapping[int, tuple[int, int, int, int]]) -> Colours:
    colours = np.zeros((65536 if max(colormap, default=0) > 255 else 256, 4), np.uint8)
    for value, colour in colormap.items():
        if 0 <= value < len(colours):
            colours[value] = colour
    return colours
