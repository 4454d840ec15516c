"""Where archives of baked tiles stand, and finding the one that answers a tile.

An archive's key names the layer's version and the revision it was baked at. An import leaves the archives of earlier
versions unused; an edit only the tiles that it touched: the others are answered from the archive still. The next bake
takes them from it and removes what it replaces. A process looks for new files at most every few seconds and keeps those
it found open.
"""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from layers.errors import StorageError
from layers.layer import Layer, Version
from layers.storage import Kept, Storage
from layers.storage.bucket import Bucket
from tiles.archive.archives import MEDIA_TYPES, SUFFIXES, Archive, Contents, media_type_of, open_archive
from tiles.errors import BakeFailed
from tiles.grid import Grid, Tile
from tiles.height.elevation import DEFAULT
from tiles.raster.options import RenderOptions
from tiles.vector.place import revision_of

FOLDER = "baked"
UNFINISHED = ".baking"
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
    return f"{folder_key(version)}/{_file(grid, name, form)}"


def _file(grid: Grid, name: str, form: str) -> str:
    return f"{grid.id}/{name}.{form}{suffix_of(grid)}"


def folder_key(version: Version, revision: int | None = None) -> str:
    """The storage key of the folder of a version's archives baked at a revision; by default at its own."""
    return f"{FOLDER}/{version.id}/{version.revision if revision is None else revision}"


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
        self._known: OrderedDict[tuple[int, str], _Known] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def far(self) -> bool:
        """Whether reading from it waits for a network."""
        return isinstance(self.storage, Bucket)

    def vector(self, layer: Layer, grid: Grid, tile: Tile, name: str = VECTOR) -> bytes | None:
        """A gzipped vector tile; empty bytes for one that is surely empty, None when no archive knows it."""
        archive = self.find(layer.version, grid, name, "mvt")
        if archive is None or not answers(archive, layer.version, grid, tile):
            return None
        return archive.get(tile) or b""

    def picture(self, layer: Layer, grid: Grid, tile: Tile, options: RenderOptions, wanted: str | None) -> bytes | None:
        """A picture of media type ``wanted`` (None for any) drawn so; empty bytes for one that is surely empty.

        An archive of "auto" answers who asked for a format when the tile is of just that one.
        """
        name = rendering_name(layer, options)
        for form in dict.fromkeys((options.format, "auto")):
            archive = self.find(layer.version, grid, name, form)
            if archive is None or not answers(archive, layer.version, grid, tile):
                continue
            body = archive.get(tile)
            if body is None or wanted is None or media_type_of(body) == wanted:
                return body or b""
        return None

    def find(self, version: Version, grid: Grid, name: str, form: str) -> Archive | None:
        """The newest archive of a version's tiles drawn so, open; None when there is none; believed for seconds."""
        now, file = time.monotonic(), _file(grid, name, form)
        known = self._known.get((version.id, file))
        if known is not None and now < known.until:
            return known.archive
        with self._lock:
            try:
                revisions = _revisions(self.storage, version)
            except StorageError:  # a bucket that is silent for a while: what is known stays, the rest is drawn
                revisions = [known.archive.contents.revision] if known is not None and known.archive else []
            if known is None or known.archive is None or known.archive.contents.revision != max(revisions, default=-1):
                known = self._look(version, revisions, file, known)
            self._known[version.id, file] = known = replace(known, until=now + self.look_again_s)
            self._known.move_to_end((version.id, file))
            while (
                len(self._known) > MOST_OPEN * 16 or sum(bool(one.archive) for one in self._known.values()) > MOST_OPEN
            ):
                self._known.popitem(last=False)  # not closed: another thread may be reading; closed when collected
            return known.archive

    def _look(self, version: Version, revisions: Sequence[int], file: str, known: "_Known | None") -> "_Known":
        for revision in revisions:
            if known is not None and known.archive is not None and known.archive.contents.revision == revision:
                return known
            try:
                return _Known(0.0, open_archive(self.storage, f"{folder_key(version, revision)}/{file}"))
            except (FileNotFoundError, BakeFailed, StorageError):
                continue
        return _Known(0.0, None)


@dataclass(frozen=True)
class _Known:
    """An archive, or that there is none, believed until a moment (``time.monotonic``)."""

    until: float
    archive: Archive | None


def answers(archive: Archive, version: Version, grid: Grid, tile: Tile) -> bool:
    """Whether a tile was baked and looks the same still."""
    contents = archive.contents
    return contents.covers(tile) and (
        contents.revision >= version.revision or revision_of(version, grid, tile) <= contents.revision
    )


def earlier_key(storage: Storage, version: Version, grid: Grid, name: str, form: str) -> str | None:
    """The storage key of the newest archive of such tiles that was baked before the version's last edit, if any."""
    for revision in _revisions(storage, version):
        key = f"{folder_key(version, revision)}/{_file(grid, name, form)}"
        if revision < version.revision and storage.size(key) is not None:
            return key
    return None


def _revisions(storage: Storage, version: Version) -> list[int]:
    """The revisions that something of a version was baked at, newest first."""
    return sorted((int(name) for name in storage.folders(f"{FOLDER}/{version.id}") if name.isdigit()), reverse=True)


def list_archives(storage: Storage, version: Version) -> Iterator[Shelved]:
    """The archives of a version, by grid and name, the newest of each: ``contents.revision`` says of which state."""
    newest: dict[tuple[str, str], Kept] = {}
    for revision in _revisions(storage, version):
        for kept in storage.below(folder_key(version, revision)):
            path = PurePosixPath(kept.key)
            if path.suffix in MEDIA_TYPES and not path.name.startswith("."):
                newest.setdefault((path.parent.name, path.name), kept)
    for (_, name), kept in sorted(newest.items()):
        try:
            archive = open_archive(storage, kept.key)
        except (FileNotFoundError, BakeFailed):
            continue
        contents = archive.contents
        archive.close()
        yield Shelved(kept.key, name, kept.size, contents)


def remove_overtaken(storage: Storage, version: Version, key: str) -> None:
    """Remove the archives of a version's earlier revisions that the one of ``key`` replaces, unfinished ones too."""
    file = key.removeprefix(f"{folder_key(version)}/")
    for revision in _revisions(storage, version):
        if revision < version.revision:
            folder = folder_key(version, revision)
            storage.remove(f"{folder}/{file}")
            storage.remove(str(PurePosixPath(f"{folder}/{file}").with_suffix(UNFINISHED)))
            if not storage.below(folder):
                storage.remove(folder)
