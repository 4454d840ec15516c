"""Documents that tell a client where tiles are: OGC tileset metadata (17-083r4) and TileJSON 3.0."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from cachetools import LRUCache, cached

from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.errors import NoDatumOperation
from layers.frame import Bounds
from layers.layer import Layer
from layers.sentences import say
from tiles.grid import Grid, Limits, Tile
from tiles.vector.statement import LABELS

TILEJSON_FIELDS = {"integer": "Number", "bigint": "Number", "float": "Number", "boolean": "Boolean"}
NO_TILE = Limits(0, -1, 0, -1)
SCHEMA_TYPES = {"integer": "integer", "bigint": "integer", "float": "number", "boolean": "boolean"}


def limits_of(grid: Grid, extent: Bounds | None) -> dict[str, Limits]:
    """Return the tiles of each level, by wire id, that an extent (degrees) touches; {} when it touches none."""
    bounds = None if extent is None else _bounds(grid, extent)
    if bounds is None:
        return {}
    found = {matrix.id: grid.limits(z, bounds) for z, matrix in enumerate(grid.matrices)}
    return {name: limits for name, limits in found.items() if limits is not None}


def is_within_limits(grid: Grid, extent: Bounds, tile: Tile) -> bool:
    """Say whether a tile is among those `limits_of` names; every tile is where the extent cannot be expressed."""
    limits = _limits(grid, extent, tile.z)
    return limits.min_row <= tile.row <= limits.max_row and limits.min_col <= tile.col <= limits.max_col


@lru_cache(maxsize=16_384)
def _limits(grid: Grid, extent: Bounds, z: int) -> Limits:
    bounds = _bounds(grid, extent)
    if bounds is None:
        matrix = grid.matrix(z)
        return Limits(0, matrix.height - 1, 0, matrix.width - 1)
    return grid.limits(z, bounds) or NO_TILE


@cached(LRUCache(4096), key=lambda grid, extent: (grid.id, grid.crs_uri, extent))  # PROJ is asked once an extent
def _bounds(grid: Grid, extent: Bounds) -> Bounds | None:
    try:
        return find_transform(parse_crs("OGC:CRS84"), grid.crs).bounds(_drawable(extent, grid))
    except NoDatumOperation:
        return None


def tileset(layer: Layer | None, grid: Grid, extent: Bounds | None, data_type: str, links: Sequence[Mapping[str, Any]],
            title: str, layers: Sequence[Layer] = ()) -> dict[str, Any]:  # fmt: skip
    """Return the tileset metadata document of a layer, or of several layers together (``layer`` None)."""
    document: dict[str, Any] = {
        "title": title,
        "tilesetType": data_type,
        "dataType": data_type,
        "crs": grid.crs_uri,
        "tileMatrixSetId": grid.id,
        "tileMatrixSetURI": grid.uri or _own(links),
        "tileMatrixSetLimits": [
            {
                "tileMatrix": name,
                "minTileRow": limits.min_row,
                "maxTileRow": limits.max_row,
                "minTileCol": limits.min_col,
                "maxTileCol": limits.max_col,
            }
            for name, limits in limits_of(grid, extent).items()
        ],
        "links": list(links),
    }
    if extent is not None:
        document["boundingBox"] = {
            "lowerLeft": [extent.west, extent.south],
            "upperRight": [extent.east, extent.north],
            "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        }
    if data_type == "vector":
        document["layers"] = [_layer_schema(one) for one in (layers or ([layer] if layer else []))]
    return document


def tilejson(layer: Layer, url: str, *, max_zoom: int = 22) -> dict[str, Any]:
    """Return the TileJSON of a layer; ``url`` is the tile address with ``{z}``, ``{x}``, ``{y}``."""
    extent = layer.version.extent
    facts = layer.version.facts
    document: dict[str, Any] = {
        "tilejson": "3.0.0",
        "name": layer.title.get("zh") or layer.name,
        "description": layer.description.get("zh") or layer.description.get("en") or "",
        "attribution": layer.attribution,
        "version": f"1.{layer.version.number}.{layer.version.revision}",
        "scheme": "xyz",
        "tiles": [url],
        "minzoom": facts.min_zoom,
        "maxzoom": min(facts.max_zoom, max_zoom),
    }
    if extent is not None:
        document["bounds"] = [max(-180.0, extent.west), extent.south, min(180.0, extent.east), extent.north]
        middle = [(extent.west + extent.east) / 2, (extent.south + extent.north) / 2]
        document["center"] = [*middle, min(facts.max_zoom, max(facts.min_zoom, 10))]
    if layer.kind == "vector":
        fields = {column.name: TILEJSON_FIELDS.get(column.type, "String") for column in layer.version.tile_columns}
        document["vector_layers"] = [{"id": layer.name, "fields": fields}]
        if any(level.kind == "labels" for level in layer.version.levels):
            document["vector_layers"].append({"id": layer.name + LABELS, "fields": fields})
    return document


def _layer_schema(layer: Layer) -> dict[str, Any]:
    dimension = {"Point": 0, "LineString": 1, "Polygon": 2}
    kind = (layer.version.facts.geometry_type or "").removeprefix("Multi")
    document: dict[str, Any] = {
        "id": layer.name,
        "dataType": "vector",
        "propertiesSchema": {
            "type": "object",
            "properties": {
                column.name: {"type": SCHEMA_TYPES.get(column.type, "string"), "title": column.title}
                for column in layer.version.tile_columns
            },
        },
    }
    return document | ({"geometryDimension": dimension[kind]} if kind in dimension else {})


def _own(links: Sequence[Mapping[str, Any]]) -> str:
    """The address of our own grid document, where the grid is in no registry."""
    return next((str(link["href"]) for link in links if str(link["rel"]).endswith("tiling-scheme")), "")


def _drawable(extent: Bounds, grid: Grid) -> Bounds:
    """Cut an extent to what the grid's projection can show."""
    use = grid.crs.area_of_use
    if grid.crs.is_geographic or use is None:
        return extent
    slack = 10.0 if grid.srid != 3857 else 0.0
    south, north = max(extent.south, use.south - slack, -85.05), min(extent.north, use.north + slack, 85.05)
    west, east = max(extent.west, use.west - slack), min(extent.east, use.east + slack)
    if west > east or south > north:
        raise NoDatumOperation(say("extent-outside-grid"))
    return Bounds(west, south, east, north)
