"""Archives of baked tiles, written: from a working file to PMTiles or to a GeoPackage."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from layers.layer import Layer
from layers.sentences import say
from tiles.archive.archives import FACTS, MEDIA_TYPES, TILES, Contents, media_type_of
from tiles.archive.baking import BakeWork
from tiles.archive.blocks import Block, box_of
from tiles.errors import BakeRefused
from tiles.grid import Grid, Matrix
from tiles.tilejson import tilejson

TYPES = {
    "application/vnd.mapbox-vector-tile": TileType.MVT, "image/png": TileType.PNG, "image/jpeg": TileType.JPEG,
    "image/webp": TileType.WEBP, "image/avif": TileType.AVIF,
}  # fmt: skip
GEOPACKAGE = """
PRAGMA application_id = 1196444487;
PRAGMA user_version = 10300;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
    organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
    description TEXT DEFAULT '', last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
    srs_id INTEGER REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE gpkg_tile_matrix_set (table_name TEXT NOT NULL PRIMARY KEY REFERENCES gpkg_contents (table_name),
    srs_id INTEGER NOT NULL REFERENCES gpkg_spatial_ref_sys (srs_id), min_x DOUBLE NOT NULL, min_y DOUBLE NOT NULL,
    max_x DOUBLE NOT NULL, max_y DOUBLE NOT NULL);
CREATE TABLE gpkg_tile_matrix (table_name TEXT NOT NULL REFERENCES gpkg_contents (table_name),
    zoom_level INTEGER NOT NULL, matrix_width INTEGER NOT NULL, matrix_height INTEGER NOT NULL,
    tile_width INTEGER NOT NULL, tile_height INTEGER NOT NULL, pixel_x_size DOUBLE NOT NULL,
    pixel_y_size DOUBLE NOT NULL, PRIMARY KEY (table_name, zoom_level));
CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
    scope TEXT NOT NULL, UNIQUE (table_name, column_name, extension_name));
CREATE TABLE tiles (id INTEGER PRIMARY KEY AUTOINCREMENT, zoom_level INTEGER NOT NULL, tile_column INTEGER NOT NULL,
    tile_row INTEGER NOT NULL, tile_data BLOB NOT NULL, UNIQUE (zoom_level, tile_column, tile_row));
CREATE TABLE geoservice (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
"""The tables of GeoPackage 1.3 (OGC 12-128r17, annex C) that an archive needs, and ours."""


def write_archive(work: BakeWork, path: Path, layer: Layer, grid: Grid, contents: Contents) -> None:
    """Write the tiles of a working file as the format of ``path``'s suffix. Raises BakeRefused when there are none."""
    if contents.count == 0:
        raise BakeRefused(say("bake-nothing", layer=layer.name))
    if path.suffix not in MEDIA_TYPES:
        raise BakeRefused(say("archive-ending", offered=" or ".join(MEDIA_TYPES), given=path.suffix))
    (_write_pmtiles if path.suffix == ".pmtiles" else _write_geopackage)(work, path, layer, grid, contents)


def _write_pmtiles(work: BakeWork, path: Path, layer: Layer, grid: Grid, contents: Contents) -> None:
    """PMTiles version 3, clustered: tiles lie in the order of their numbers, equal ones once."""
    places = sorted((zxy_to_tileid(z, col, row), z, row, col) for z, row, col in work.places())
    media_types = set()
    with path.open("wb") as file:
        writer = Writer(file)
        for number, z, row, col in places:
            body = work.body(z, row, col)
            media_types.add(media_type_of(body))
            writer.write_tile(number, body)
        kind = TYPES.get(media_types.pop(), TileType.UNKNOWN) if len(media_types) == 1 else TileType.UNKNOWN
        deepest = max(contents.levels)
        west, south, east, north = box_of(grid, contents.levels[deepest], deepest)
        header: dict[str, Any] = {
            "tile_type": kind,
            "tile_compression": Compression.GZIP if kind is TileType.MVT else Compression.NONE,
            "min_lon_e7": int(west * 1e7), "min_lat_e7": int(south * 1e7),
            "max_lon_e7": int(east * 1e7), "max_lat_e7": int(north * 1e7),
        }  # fmt: skip
        writer.finalize(header, _metadata(layer, contents))


def _metadata(layer: Layer, contents: Contents) -> dict[str, Any]:
    document = tilejson(layer, "")
    kept = {name: document[name] for name in ("name", "description", "attribution") if document[name]}
    kept |= {"type": "overlay" if layer.kind == "vector" else "baselayer", FACTS: contents.to_json()}
    if contents.form == "mvt":
        described = document.get("vector_layers") or [
            {"id": layer.name, "fields": {"height": "Number", "index": "Boolean"}}
        ]
        levels = {"minzoom": min(contents.levels), "maxzoom": max(contents.levels)}
        kept["vector_layers"] = [one | levels for one in described]
    return kept


def _write_geopackage(work: BakeWork, path: Path, layer: Layer, grid: Grid, contents: Contents) -> None:
    """GeoPackage 1.3. The tables name the grid's own levels, so a tile keeps its row and column."""
    levels = sorted(contents.levels)
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(GEOPACKAGE)
        srs = grid.srid or 100_000
        _describe(database, layer, grid, contents, srs)
        database.executemany(
            "INSERT INTO gpkg_tile_matrix VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(TILES, z, matrix.width, matrix.height, grid.tile_size, grid.tile_size, matrix.cell, matrix.cell)
             for z, matrix in ((z, grid.matrix(z)) for z in levels)],
        )  # fmt: skip
        heights = {z: grid.matrix(z).height for z in levels if grid.matrix(z).from_bottom}
        rows = ((z, col, heights[z] - 1 - row if z in heights else row, work.body(z, row, col))
                for z, row, col in work.places())  # fmt: skip
        database.executemany(
            "INSERT INTO tiles (zoom_level, tile_column, tile_row, tile_data) VALUES (?, ?, ?, ?)", rows
        )
        facts = {"contents": json.dumps(contents.to_json()), "from_bottom": json.dumps(bool(heights))}
        database.executemany(f"INSERT INTO {FACTS} VALUES (?, ?)", list(facts.items()))


def _describe(database: sqlite3.Connection, layer: Layer, grid: Grid, contents: Contents, srs: int) -> None:
    systems = [
        ("Undefined Cartesian", -1, "NONE", -1, "undefined", None),
        ("Undefined geographic", 0, "NONE", 0, "undefined", None),
        (grid.crs.name, srs, "EPSG" if grid.srid else "NONE", srs, grid.crs.to_wkt("WKT1_GDAL"), None),
    ]
    database.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", systems)
    vector = contents.form == "mvt"
    title = layer.title.get("zh") or layer.title.get("en") or layer.name
    deepest = max(contents.levels)
    limits = contents.levels[deepest]
    box = Block(deepest, limits.min_row, limits.min_col, limits.max_row, limits.max_col).bounds(grid)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    database.execute(
        "INSERT INTO gpkg_contents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (TILES, "vector-tiles" if vector else "tiles", title, layer.attribution, now, *box, srs),
    )
    database.execute(
        "INSERT INTO gpkg_tile_matrix_set VALUES (?, ?, ?, ?, ?, ?)", (TILES, srs, *_whole(grid, contents))
    )
    used = ["gpkg_zoom_other"]
    if not vector:
        used += ["gpkg_webp"] if contents.form == "webp" else []
    else:
        used += ["im_vector_tiles_mapbox"]
    database.executemany(
        "INSERT INTO gpkg_extensions VALUES (?, 'tile_data', ?, 'http://www.geopackage.org/spec/', 'read-write')",
        [(TILES, name) for name in used],
    )


def _whole(grid: Grid, contents: Contents) -> tuple[float, float, float, float]:
    """The box of the coarsest level's matrix: all levels share its north-west corner."""
    matrix: Matrix = grid.matrix(min(contents.levels))
    span = matrix.cell * grid.tile_size
    return matrix.left, matrix.top - matrix.height * span, matrix.left + matrix.width * span, matrix.top
