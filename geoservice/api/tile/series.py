"""Series of tiles: what an address means but for its numbers, worked out once, and the answer for any tile of it.

Layers, grid, rendering, rights and lifetime are the same for all tiles below one address; a request then costs its
numbers, a look-up in the cache, and the drawing where it is not there.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from geoservice.api.etag import etag, matches
from geoservice.api.middleware import NOSNIFF
from layers.frame import Bounds
from layers.layer import Layer, Version
from layers.sentences import say
from tiles.cache import Finished, TileCache, encoding_for, etag_of
from tiles.errors import TileOutside
from tiles.grid import Grid, Tile
from tiles.raster.encode import Picture
from tiles.tilejson import is_within_limits
from tiles.vector.place import Seen, seen_of

STALE_AFTER_S = 60
"""Seconds a client may show a tile without asking; with ``v=`` in the address, the version, for ever."""
PAINTING = 4
"""Counts changes of the cartography and its painter: pictures in a shared store outlive the program."""
HIT = "cache;desc=hit"
COPIED = "copy"
"""What a tile cost that was copied from its file."""
FOR_EVER = "public, max-age=31536000, immutable"

Headers = list[tuple[bytes, bytes]]
Draw = Callable[[Tile, str], Awaitable[Finished]]


@dataclass(frozen=True, eq=False)
class Series:
    """Tiles that differ in their numbers only. ``key`` names them in the cache; ``draw`` takes a tile and its key.

    ``at_hand`` copies a tile that lies ready in a file in the system's memory, None when it does not.
    ``edited`` are versions whose features were edited: each tile's key carries the newest edit that is ``seen`` in it.
    ``extents`` (degrees) bound a tileset: OGC API Tiles wants 404 outside its limits, plain ``/xyz`` an empty tile.
    """

    grid: Grid
    key: str
    draw: Draw
    lifetime: str
    extents: tuple[Bounds, ...] = ()
    edited: tuple[Version, ...] = ()
    seen: Callable[[Grid, Tile], Seen] = seen_of
    at_hand: Callable[[Tile], Picture | None] | None = None

    def limited(self, layers: Sequence[Layer]) -> "Series":
        """Return the same tiles within the limits of the layers' tileset."""
        return replace(self, extents=tuple(layer.version.extent for layer in layers if layer.version.extent))

    def key_of(self, tile: Tile) -> str:
        """Return the name of a tile's picture as it is now."""
        key = f"{tile.z}/{tile.row}/{tile.col}|{self.key}"
        for version in self.edited:
            if state := self.seen(self.grid, tile).state(version):
                key += f"|{version.id}.{state}"
        return key

    def tile(self, z: str, row: str, col: str) -> Tile:
        """Read a tile's numbers.

        Raises:
            TileOutside: there is no such tile in the grid, or not within the limits.
        """
        if not (
            row.isascii() and row.isdigit() and col.isascii() and col.isdigit() and len(row) < 12 and len(col) < 12
        ):
            raise TileOutside(say("tile-numbers", row=row[:20], column=col[:20]))
        tile = Tile(self.grid.id, self.grid.z(z), int(row), int(col))
        self.grid.check(tile)
        if self.extents and not any(is_within_limits(self.grid, extent, tile) for extent in self.extents):
            raise TileOutside(say("tile-limits", tile=f"{z}/{row}/{col}"))
        return tile


class Asked(NamedTuple):
    """What a request's headers say about the answer it wants, and whether somebody in particular asks."""

    encodings: str = ""
    known: str = ""
    somebody: bool = False
    other_site: bool = False

    @classmethod
    def of(cls, headers: Sequence[tuple[bytes, bytes]]) -> "Asked":
        """Read ASGI headers."""
        encodings = known = ""
        somebody = other_site = False
        for name, value in headers:
            if name == b"accept-encoding":
                encodings = value.decode("latin-1")
            elif name == b"if-none-match":
                known = value.decode("latin-1")
            elif name == b"authorization":
                somebody = True
            elif name == b"origin":
                other_site = True
        return cls(encodings, known, somebody, other_site)


class Answer(NamedTuple):
    """A finished answer: status, headers, body; the tile's key and encoding where it can be had again at once."""

    status: int
    headers: Headers
    body: bytes
    kept: str | None = None
    encoding: str | None = None
    copied: bool = False


async def answer(cache: TileCache, series: Series, tile: Tile, asked: Asked) -> Answer:
    """Answer a tile from the cache or by drawing it; a client that has it is told so before anything is looked up."""
    key = series.key_of(tile)
    headers = [(b"cache-control", series.lifetime.encode()), (b"vary", b"Accept-Encoding, Authorization"), NOSNIFF]
    if asked.known:
        tag = etag_of(key)
        if matches(asked.known, tag):
            return Answer(304, [*headers, (b"etag", tag.encode())], b"")
    made, timing = cache.get(key), HIT
    if made is None:
        made = await cache.get_or_draw(key, lambda: series.draw(tile, key))
        timing = f"cache;desc=miss, {made.timing}"
    copied = made.timing == COPIED
    kept = key if copied or timing == HIT else None
    body, encoding = made.body, encoding_for(asked.encodings) if made.compressible else None
    smaller = await cache.encoded(key, made, encoding) if encoding else None
    if smaller is None or encoding is None:
        encoding = None
    else:
        body = smaller
        headers.append((b"content-encoding", encoding.encode()))
    headers += [
        (b"content-type", made.media_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"etag", made.etag.encode()),
        (b"server-timing", timing.encode()),
    ]
    return Answer(200, headers, body, kept, encoding, copied)


def lifetime(layers: Sequence[Layer], version: str | None, *, by_anybody: bool) -> str:
    """Return how long a client may show a tile without asking: for ever when its address names this very version.

    An address with another version is an old page's, or of a version this process has not heard of yet.
    """
    if not by_anybody:
        return f"private, max-age={STALE_AFTER_S}"
    if version and len(layers) == 1 and version == version_tag(layers[0]):
        return FOR_EVER
    return f"public, max-age={STALE_AFTER_S}"


def version_tag(layer: Layer) -> str:
    """Return what ``v=`` holds where an address means this state of the layer only."""
    return layer.version.tag


def states(layers: Sequence[Layer]) -> str:
    """Return what tells the states of layers from all others but for edits, for a cache key."""
    return ",".join(
        f"{layer.version.id}{'-' if layer.version.facts.unfinished else ''}{_past(layer)}" for layer in layers
    )


def edited(layers: Sequence[Layer]) -> tuple[Version, ...]:
    """Return the versions whose features were edited since they were published."""
    return tuple(layer.version for layer in layers if layer.version.revision)


def looks(layers: Sequence[Layer]) -> str:
    """Return what tells how layers are drawn from every other way, for the key of a picture in a layer's style."""
    return etag(PAINTING, *(repr(sorted(layer.style.items())) for layer in layers))[3:-1]


def _past(layer: Layer) -> str:
    return "" if layer.version.as_of is None else f"@{layer.version.as_of.isoformat()}"
