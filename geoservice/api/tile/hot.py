"""The shortest way to a tile: before routing, middleware and FastAPI itself, which cost more than a light tile.

A public tile asked for by nobody in particular depends on its address and the catalogue alone. Once an address has been
answered the long way, with rights checked, its series (``geoservice.api.tile.series``) is remembered for as long as the
catalogue is the same object: the next tile below it needs no routing, no reading of parameters, no search for a layer.
Requests with a token or a condition, and whatever is wrong, go the long way.
"""

import time
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from geoservice import problems
from geoservice.api.counting import COUNTING
from geoservice.api.tile.series import Asked, Headers, Series, answer
from geoservice.errors import VersionRemoved
from layers.catalogue import Catalogue
from layers.errors import GeoError
from tiles.errors import TileOutside
from tiles.grid import Tile

MOST_SERIES = 5_000
EXPOSED = ["Content-Crs", "Content-Bbox", "Link", "Location", "ETag", "Server-Timing", "OGC-NumberMatched"]
"""Headers that pages of other sites may read."""
FOR_OTHER_SITES: Headers = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", ", ".join(EXPOSED).encode()),
]
Address = tuple[str, str, bytes]


class HotTiles:
    """Remembers which series a plain address means; ``remember`` is called where the long way ends."""

    def __init__(self) -> None:
        self._catalogue: Catalogue | None = None
        self._series: dict[Address, Series] = {}

    def remember(self, catalogue: Catalogue, scope: Scope, series: Series) -> None:
        """Remember an answered address; the caller has made sure that anybody may read it."""
        place = _Place.of(scope["path"])
        if place is None:
            return
        if catalogue is not self._catalogue or len(self._series) >= MOST_SERIES:
            self._catalogue, self._series = catalogue, {}
        self._series[place.stem, place.suffix, scope["query_string"]] = series

    def find(self, catalogue: Catalogue, scope: Scope) -> tuple[Series, Tile] | None:
        """Return a remembered address's series and the tile; None where the long way has to find out more."""
        place = _Place.of(scope["path"])
        if place is None or catalogue is not self._catalogue:
            return None
        series = self._series.get((place.stem, place.suffix, scope["query_string"]))
        if series is None:
            return None
        try:
            return series, series.tile(place.z, place.row, place.col)
        except TileOutside:
            return None


class _Place:
    """A tile's address taken apart: all before the numbers, the numbers, the suffix."""

    __slots__ = ("col", "row", "stem", "suffix", "z")

    def __init__(self, stem: str, z: str, row: str, col: str, suffix: str) -> None:
        self.stem, self.z, self.row, self.col, self.suffix = stem, z, row, col, suffix

    @classmethod
    def of(cls, path: str) -> "_Place | None":
        """Take a path apart; None when it cannot be a tile's."""
        if "/tiles/" not in path and "/xyz/" not in path and "/wmts/" not in path:
            return None
        try:
            stem, z, first, second = path.rsplit("/", 3)
        except ValueError:
            return None
        if stem.startswith("/xyz/"):
            row, _, suffix = second.partition(".")
            return cls(stem, z, row, first, suffix)
        if stem.startswith("/wmts/"):
            col, _, suffix = second.partition(".")
            return cls(stem, z, first, col, suffix)
        return cls(stem, z, first, second, "")


async def answer_hot(state: Any, scope: Scope, receive: Receive, send: Send) -> bool:
    """Answer a tile of a remembered series; False, with nothing done, for everything else."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    hot: HotTiles | None = getattr(state, "hot_tiles", None)
    found = hot.find(state.catalogue, scope) if hot is not None else None
    if found is None:
        return False
    asked = Asked.of(scope["headers"])
    if asked.somebody or (asked.other_site and state.settings.cors_origins != "*"):
        return False
    began, status, size = time.perf_counter(), 500, 0
    COUNTING.begin()
    try:
        catalogue = state.catalogue
        status, headers, body, kept, encoding, copied = await answer(state.tile_cache, *found, asked)
        size = len(body)
        headers = [(name, value + b", Origin" if name == b"vary" else value) for name, value in headers]
        if kept is not None and not asked.other_site:
            query = scope["query_string"]
            url = scope["raw_path"] + b"?" + query if query else scope["raw_path"]
            encodings = asked.encodings.encode("latin-1")
            again = partial(_again, *found) if copied else None
            state.kept_answers.remember(catalogue, url, encodings, kept, encoding, headers, again)
        if asked.other_site:
            headers = headers + FOR_OTHER_SITES
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
    except VersionRemoved:
        status = 503
        return False  # the long way reads the catalogue anew
    except GeoError as error:
        response = await problems.geo_error(Request(scope), error)
        status = response.status_code
        await response(scope, receive, send)
    finally:
        COUNTING.end("tile", status, time.perf_counter() - began, size)
    return True


def _again(series: Series, tile: Tile) -> bytes | None:
    copied = series.at_hand(tile) if series.at_hand is not None else None
    return None if copied is None else copied.body
