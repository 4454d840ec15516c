"""Archives of baked tiles, read: PMTiles for the Web Mercator grid, GeoPackage for every other.

An archive says of itself what it covers (``Contents``): a tile inside that is not there is an empty one. Both formats
are open standards that other programs read, so an archive is also a file to carry into the field.
"""

import gzip
import json
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from pmtiles.tile import Compression, deserialize_directory, deserialize_header, find_tile, zxy_to_tileid

from layers.errors import StorageError
from layers.sentences import say
from layers.storage import Storage
from layers.storage.ranges import Ranges, open_ranges
from tiles.errors import BakeFailed
from tiles.grid import Limits, Tile

SUFFIXES = {"application/vnd.pmtiles": ".pmtiles", "application/geopackage+sqlite3": ".gpkg"}
MEDIA_TYPES = {suffix: media_type for media_type, suffix in SUFFIXES.items()}
FACTS = "geoservice"
"""Under which an archive keeps its ``Contents``: a key of PMTiles' metadata, a table of the GeoPackage."""
TILES = "tiles"
"""The GeoPackage's table of tiles."""
MOST_DIRECTORIES = 64
"""Leaf directories of a PMTiles archive kept in memory, each some thousand tiles."""
MAGIC = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x1f\x8b", "application/vnd.mapbox-vector-tile"),
)


@dataclass(frozen=True)
class Contents:
    """What an archive holds: which layer, version and revision, which grid, how drawn (``name``), which tiles.

    ``levels`` maps a level to its rows and columns; ``form`` is the format asked for ("mvt", "png", "auto", …).
    """

    layer: str
    version: int
    revision: int
    grid: str
    name: str
    form: str
    levels: Mapping[int, Limits]
    count: int = 0

    def covers(self, tile: Tile) -> bool:
        """Whether the tile was baked, be it empty."""
        limits = self.levels.get(tile.z)
        return limits is not None and (
            limits.min_row <= tile.row <= limits.max_row and limits.min_col <= tile.col <= limits.max_col
        )

    def to_json(self) -> dict[str, Any]:
        """As plain JSON; ``from_json`` reads it."""
        return asdict(self) | {"levels": {str(z): list(limits) for z, limits in self.levels.items()}}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Contents":
        """Read what ``to_json`` wrote."""
        levels = {int(z): Limits(*limits) for z, limits in document["levels"].items()}
        return cls(**{**document, "levels": levels})


class Archive(Protocol):
    """An open archive. Safe to share between threads."""

    contents: Contents

    @property
    def close(self) -> Callable[[], object]:
        """Close the file, which else happens when the archive is forgotten."""

    def get(self, tile: Tile) -> bytes | None:
        """The tile's bytes as they were baked (vector tiles gzipped); None for an empty tile."""


def open_archive(storage: Storage, key: str) -> Archive:
    """Open an archive by its suffix: PMTiles by byte ranges, a GeoPackage as a file, fetched once from a bucket.

    Raises:
        FileNotFoundError: there is none.
        BakeFailed: it is not one of ours.
        StorageError: the bucket cannot be reached.
    """
    if key.endswith(".pmtiles"):
        return PmtilesArchive(open_ranges(storage, key), PurePosixPath(key).name)
    if storage.size(key) is None:
        raise FileNotFoundError(key)
    return GeoPackageArchive(storage.local(key))


def media_type_of(body: bytes) -> str:
    """The media type of a tile by its first bytes."""
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    if body[4:12] == b"ftypavif":
        return "image/avif"
    return next((media_type for magic, media_type in MAGIC if body.startswith(magic)), "application/octet-stream")


class PmtilesArchive:
    """A PMTiles version 3 file (the format's specification, sections 3 and 4)."""

    def __init__(self, ranges: Ranges, name: str) -> None:
        self._bytes = ranges.read
        self.close: Callable[[], object] = ranges.close
        try:
            self._header = deserialize_header(self._bytes(0, 127))
            metadata = self._bytes(self._header["metadata_offset"], self._header["metadata_length"])
            if self._header["internal_compression"] == Compression.GZIP:
                metadata = gzip.decompress(metadata)
            self.contents = Contents.from_json(json.loads(metadata)[FACTS])
        except StorageError:
            raise
        except Exception as error:
            self.close()
            raise BakeFailed(say("archive-foreign", file=name, why=error)) from error
        self._directories: OrderedDict[tuple[int, int], list[Any]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, tile: Tile) -> bytes | None:
        """The tile's bytes; None when it is empty."""
        number = zxy_to_tileid(tile.z, tile.col, tile.row)
        place = self._header["root_offset"], self._header["root_length"]
        for _ in range(4):  # a root and at most three levels of leaves
            entry = find_tile(self._directory(*place), number)
            if entry is None:
                return None
            if entry.run_length:
                return self._bytes(self._header["tile_data_offset"] + entry.offset, entry.length)
            place = self._header["leaf_directory_offset"] + entry.offset, entry.length
        return None

    def _directory(self, offset: int, length: int) -> list[Any]:
        with self._lock:
            known = self._directories.get((offset, length))
            if known is None:
                known = self._directories[offset, length] = deserialize_directory(self._bytes(offset, length))
                if len(self._directories) > MOST_DIRECTORIES:
                    self._directories.popitem(last=False)
            else:
                self._directories.move_to_end((offset, length))
            return known


class GeoPackageArchive:
    """A GeoPackage 1.3 with one table of tiles."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise FileNotFoundError(path)
        # Never written after it was placed: SQLite need not lock it, nor look whether it changed.
        self._database = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self.close: Callable[[], object] = self._database.close
        self._lock = threading.Lock()
        try:
            (facts,) = self._database.execute(f"SELECT value FROM {FACTS} WHERE key = 'contents'").fetchone()
            self.contents = Contents.from_json(json.loads(facts))
            sizes = self._database.execute("SELECT zoom_level, matrix_height FROM gpkg_tile_matrix")
            self._heights = dict(sizes.fetchall())
            (from_bottom,) = self._database.execute(f"SELECT value FROM {FACTS} WHERE key = 'from_bottom'").fetchone()
            self._from_bottom = from_bottom == "true"
        except (sqlite3.DatabaseError, TypeError, ValueError, KeyError) as error:
            self._database.close()
            raise BakeFailed(say("archive-foreign", file=path.name, why=error)) from error

    def get(self, tile: Tile) -> bytes | None:
        """The tile's bytes; None when it is empty."""
        row = self._heights.get(tile.z, 0) - 1 - tile.row if self._from_bottom else tile.row
        with self._lock:
            found = self._database.execute(
                f"SELECT tile_data FROM {TILES} WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
                (tile.z, tile.col, row),
            ).fetchone()
        return None if found is None else bytes(found[0])
