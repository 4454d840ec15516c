"""Maps as pictures, which a notebook shows where they are the value of a cell."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from geoservice.client.service import Connection


class Picture:
    """A PNG; ``data`` are its bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def _repr_png_(self) -> bytes:
        return self.data

    def save(self, path: str | Path) -> None:
        """Write it to a file."""
        Path(path).write_bytes(self.data)


def picture_of(
    connection: Connection, path: str, bbox: Sequence[float], width: int, asked: Mapping[str, Any]
) -> Picture:
    """Ask for a map of a box in degrees, ``width`` pixels wide and as high as the ground is, seen from above."""
    west, south, east, north = map(float, bbox)
    across = (east - west) * math.cos(math.radians((south + north) / 2))
    query = {"bbox": f"{west!r},{south!r},{east!r},{north!r}", "width": width, "f": "png"}
    query["height"] = max(1, round(width * (north - south) / across))
    return Picture(connection.get(path, **query, **asked).content)
