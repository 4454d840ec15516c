"""Where archives of baked tiles stand, and finding the one that answers a tile.

An archive's key names the layer's version and its revision, so what an edit or an import has overtaken is never found
again; the next bake removes it. A process looks for a file at most every few seconds and keeps those it found open.
"""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from layers.layer import Layer, Version
from layers.storage import Storage
from tiles.archives import MEDIA_TYPES, SUFFIXES, Archive, Contents, media_type_of, open_archive
from tiles.elevation import DEFAULT
from tiles.errors import BakeFailed
from tiles.grid import Grid, Tile
from tiles.options import RenderOptions

FOLDER = "baked"
LOOK_AGAIN_S = 5.0
MOST_OPEN = 64
VECTOR = "features"
CONTOURS = "contours"


@dataclass(frozen=True)
class Shelved:
    """An archive found in a folder: its key in the storage, file name, size in bytes and contents."""

    key: str
    file: str
    size: int
    contents: Contents

    @property
    def media_type(self) -> str:
        """The media type of the whole file."""
        return MEDIA_TYPES[Path(self.file).suffix]


def archive_key(version: Version, grid: Grid, name: str, form: str) -> str:
    """The storage key of the archive of a version's tiles in a grid, drawn as ``name`` and ``form`` say."""
    return f"{folder_key(version)}/{grid.id}/{name}.{form}{suffix_of(grid)}"


def folder_key(version: Version) -> str:
    """The storage key of the folder of a version's archives at its revision."""
    return f"{FOLDER}/{version.id}/{version.revision}"


def suffix_of(grid: Grid) -> str:
    """PMTiles numbers the tiles of Web Mercator's quadtree; every other grid is kept in a GeoPackage."""
    return ".pmtiles" if grid.id == "WebMercatorQuad" else SUFFIXES["application/geopackage+sqlite3"]


def rendering_name(layer: Layer, options: RenderOptions) -> str:
    """How an archive of pictures is called: its rendering, and a digest of what else is not the default."""
    default = str(layer.style.get("rendering", DEFAULT)) if layer.kind == "elevation" else "rgb"
    rest = replace(options, format="auto", rendering=None).key
    digest = f"-{hashlib.blake2b(rest.encode(), digest_size=5).hexdigest()}" if rest else ""
    return f"{options.rendering or default}{digest}"


class Shelf:
    """The archives of a storage, opened when a tile first asks for them. Safe to share between threads."""

    def __init__(self, storage: Storage, look_again_s: float = LOOK_AGAIN_S) -> None:
        self.storage = storage
        self.look_again_s = look_again_s
        self._known: OrderedDict[str, tuple[float, Archive | None]] = OrderedDict()
        self._lock = threading.Lock()

    def vector(self, layer: Layer, grid: Grid, tile: Tile, name: str = VECTOR) -> bytes | None:
        """A gzipped vector tile; empty bytes for one that is surely empty, None when no archive knows it."""
        archive = self.find(archive_key(layer.version, grid, name, "mvt"))
        if archive is None or not archive.contents.covers(tile):
            return None
        return archive.get(tile) or b""

    def picture(self, layer: Layer, grid: Grid, tile: Tile, options: RenderOptions, wanted: str | None) -> bytes | None:
        """A picture of media type ``wanted`` (None for any) drawn so; empty bytes for one that is surely empty.

        An archive of "auto" answers who asked for a format when the tile is of just that one.
        """
        name = rendering_name(layer, options)
        for form in dict.fromkeys((options.format, "auto")):
            archive = self.find(archive_key(layer.version, grid, name, form))
            if archive is None or not archive.contents.covers(tile):
                continue
            body = archive.get(tile)
            if body is None or wanted is None or media_type_of(body) == wanted:
                return body or b""
        return None

    def find(self, key: str) -> Archive | None:
        """The open archive of a key; None when there is none, which is believed for some seconds."""
        now = time.monotonic()
        known = self._known.get(key)
        if known is not None and (known[1] is not None or now < known[0]):
            return known[1]
        with self._lock:
            archive = self._open(key)
            self._known[key] = now + self.look_again_s, archive
            self._known.move_to_end(key)
            while (
                len(self._known) > MOST_OPEN * 16 or sum(one is not None for _, one in self._known.values()) > MOST_OPEN
            ):
                self._known.popitem(last=False)  # not closed: another thread may be reading; closed when collected
            return archive

    def _open(self, key: str) -> Archive | None:
        try:
            return open_archive(self.storage.path(key))
        except (FileNotFoundError, BakeFailed):
            return None


def list_archives(storage: Storage, version: Version) -> Iterator[Shelved]:
    """The archives of a version at its revision, by grid and name."""
    root = storage.path(folder_key(version))
    for path in sorted(root.glob("*/*")):
        if path.suffix in MEDIA_TYPES:
            try:
                archive = open_archive(path)
            except (FileNotFoundError, BakeFailed):
                continue
            contents = archive.contents
            archive.close()
            yield Shelved(
                f"{folder_key(version)}/{contents.grid}/{path.name}", path.name, path.stat().st_size, contents
            )


def remove_overtaken(storage: Storage, version: Version) -> None:
    """Remove the archives of a version's earlier revisions."""
    for name in storage.folders(f"{FOLDER}/{version.id}"):
        if name != str(version.revision):
            storage.remove(f"{FOLDER}/{version.id}/{name}")
