"""What no raster server can beat: the bytes of an aligned COG's blocks behind a bare ASGI application.

Environment: BENCH_COG. ``/block/{z}/{x}/{y}`` is the block of an aligned JPEG COG that is that tile, as a JPEG file;
its place is looked up once.
"""

import math
import os
from typing import Any

import rasterio

WORLD = 2 * math.pi * 6378137.0


class Blocks:
    """The blocks of one file by the path of their tile."""

    def __init__(self, name: str) -> None:
        self.dataset = rasterio.open(name)
        self.file = os.open(name, os.O_RDONLY)
        self.tables = bytes.fromhex(self.dataset.get_tag_item("JPEGTABLES", "TIFF", bidx=1))[2:-2]
        self.deepest = round(math.log2(WORLD / 256 / self.dataset.res[0]))
        self.places: dict[str, tuple[int, int]] = {}

    def picture(self, path: str) -> bytes:
        place = self.places.get(path)
        if place is None:
            place = self.places[path] = self._find(*(int(part) for part in path.split("/")[2:]))
        data = os.pread(self.file, place[1], place[0])
        return data[:2] + self.tables + data[2:]

    def _find(self, z: int, x: int, y: int) -> tuple[int, int]:
        side, level = WORLD / 2**z, self.deepest - z
        left = round((self.dataset.bounds.left + WORLD / 2) / side)
        top = round((WORLD / 2 - self.dataset.bounds.top) / side)
        names = (f"BLOCK_{name}_{x - left}_{y - top}" for name in ("OFFSET", "SIZE"))
        found = [self.dataset.get_tag_item(name, "TIFF", bidx=1, ovr=level - 1 if level else None) for name in names]
        return int(found[0] or 0), int(found[1] or 0)


_blocks: list[Blocks] = []


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer one request."""
    if scope["type"] == "lifespan":
        while True:
            event = (await receive())["type"]
            if event == "lifespan.startup":
                _blocks.append(Blocks(os.environ["BENCH_COG"]))
            await send({"type": event + ".complete"})
            if event == "lifespan.shutdown":
                return
    body = _blocks[0].picture(scope["path"])
    length = str(len(body)).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    await send({"type": "http.response.body", "body": body})
