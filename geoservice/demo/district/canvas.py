"""The canvas of the orthophoto: district metres to pixels, and the two strokes that everything is painted with."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from geoservice.demo.district.scene import HEIGHT, WIDTH, Array

PIXEL = 0.5
ROWS, COLUMNS = int(HEIGHT / PIXEL), int(WIDTH / PIXEL)
SHIFT = 4  # cv2 draws with this many bits of a pixel

Image = npt.NDArray[np.uint8]
Grey = npt.NDArray[np.float32]


def pixels(points: Array) -> npt.NDArray[np.int32]:
    """Turn district metres into cv2's fixed-point pixel coordinates."""
    columns_rows = np.column_stack([points[:, 0] / PIXEL, (HEIGHT - points[:, 1]) / PIXEL]) - 0.5
    return np.round(columns_rows * (1 << SHIFT)).astype(np.int32)


def fill(canvas: npt.NDArray[np.generic], shape: BaseGeometry, colour: float | Sequence[float]) -> None:
    """Fill the polygons of a shape, holes left out."""
    for part in shapely.get_parts(shape):
        if isinstance(part, Polygon) and not part.is_empty:
            rings = [pixels(np.asarray(ring.coords)[:, :2]) for ring in (part.exterior, *part.interiors)]
            cv2.fillPoly(canvas, rings, colour, lineType=cv2.LINE_8, shift=SHIFT)


def disc(
    canvas: npt.NDArray[np.generic], x: float, y: float, radius: float, colour: Array | float, kind: int = cv2.LINE_AA
) -> None:
    """Fill a circle; place and radius in pixels."""
    tone = float(colour) if isinstance(colour, float) else tuple(np.clip(colour, 0, 255).tolist())
    place = (int(x * (1 << SHIFT)), int(y * (1 << SHIFT)))
    cv2.circle(canvas, place, int(radius * (1 << SHIFT)), tone, -1, kind, SHIFT)
