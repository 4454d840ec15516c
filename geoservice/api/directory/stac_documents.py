"""STAC collections and items as they stand on the wire, from catalogue values."""

import json
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

import shapely

from geoservice.api.licences import licence_links, listed_licence
from geoservice.api.links import GEOJSON, SCHEMA_JSON, Links
from layers.layer import Layer, RasterFile
from layers.rasters import outline

STAC_VERSION = "1.0.0"
COG = "image/tiff; application=geotiff; profile=cloud-optimized"
PROJECTION = "https://stac-extensions.github.io/projection/v1.1.0/schema.json"
"""The version whose ``proj:epsg`` every GDAL and odc-stac reads; 2.0 calls it ``proj:code``."""
ROOT = "https://api.stacspec.org/v1.0.0"
CONFORMS = (
    f"{ROOT}/core",
    f"{ROOT}/collections",
    f"{ROOT}/ogcapi-features",
    f"{ROOT}/item-search",
    *(f"{ROOT}/{what}#{extension}" for what in ("item-search", "ogcapi-features") for extension in ("sort", "fields")),
    "https://api.stacspec.org/v1.0.0-rc.2/item-search#filter",
    *(f"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/{name}" for name in ("filter", "features-filter")),
    *(f"http://www.opengis.net/spec/cql2/1.0/conf/{name}" for name in ("cql2-text", "cql2-json", "basic-cql2")),
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
)


def collection_document(links: Links, layer: Layer) -> dict[str, Any]:
    """Return the STAC collection of a raster layer."""
    path = f"/stac/collections/{layer.name}"
    times = sorted(time_of(layer, file) for file in sheets_of(layer)) or [layer.version.published]
    extent = layer.version.extent
    document: dict[str, Any] = {
        "type": "Collection", "stac_version": STAC_VERSION, "id": layer.name,
        "title": layer.title.get("en") or layer.name, "description": _text(layer) or layer.name,
        # STAC 1.0 has one word for all that SPDX does not list; "other" is 1.1's.
        "license": listed_licence(layer.licence) or "proprietary",
        "geoservice:licence": layer.licence, "keywords": [layer.department, layer.kind],
        "extent": {
            "spatial": {"bbox": [list(extent) if extent else [-180, -90, 180, 90]]},
            "temporal": {"interval": [[stamp(times[0]), stamp(times[-1])]]},
        },
        "links": [
            links.link("self", path, "application/json"),
            links.link("root", "/stac", "application/json"),
            links.link("parent", "/stac", "application/json"),
            links.link("items", f"{path}/items", GEOJSON),
            links.link("http://www.opengis.net/def/rel/ogc/1.0/queryables", f"{path}/queryables", SCHEMA_JSON),
            links.link("alternate", f"/collections/{layer.name}", "application/json"),
            *licence_links(layer.licence),
        ],
    }  # fmt: skip
    raster = layer.version.raster
    assert raster is not None
    bands = [{"name": band.name} for band in raster.bands]
    document["summaries"] = {"gsd": [raster.resolution_m], "eo:bands": bands}
    return document


def item_document(links: Links, layer: Layer, file: RasterFile) -> dict[str, Any]:
    """Return the STAC item of a sheet."""
    path = f"/stac/collections/{layer.name}/items/{item_id(file)}"
    raster = layer.version.raster
    assert raster is not None
    facts = layer.version.facts
    time = stamp(time_of(layer, file))
    return {
        "type": "Feature", "stac_version": STAC_VERSION, "stac_extensions": [PROJECTION],
        "id": item_id(file), "collection": layer.name,
        "bbox": list(file.extent), "geometry": json.loads(shapely.to_geojson(outline(file))),
        "properties": {
            "datetime": time, "created": stamp(layer.version.published), "gsd": file.resolution_m,
            "title": file.source, "geoservice:captured": file.captured.isoformat() if file.captured else None,
            "geoservice:crs": file.crs, "geoservice:accuracy_m": facts.accuracy_m,
            "geoservice:largest_scale": facts.largest_scale, "geoservice:height_system": raster.height_system,
            "geoservice:order": file.order, **_grid_of(file),
        },
        "assets": {
            "data": {"href": links.href(f"{path}/data"), "type": COG, "roles": ["data"], "title": file.source},
        },
        "links": [
            links.link("self", path, GEOJSON),
            links.link("root", "/stac", "application/json"),
            links.link("parent", f"/stac/collections/{layer.name}", "application/json"),
            links.link("collection", f"/stac/collections/{layer.name}", "application/json"),
        ],
    }  # fmt: skip


def _grid_of(file: RasterFile) -> dict[str, Any]:
    """Return where the pixels of a sheet lie, so that a client makes a mosaic of many without opening one."""
    west, south, east, north = file.bounds
    code = file.crs.removeprefix("EPSG:")
    crs = {"proj:epsg": int(code)} if code.isdigit() else {"proj:epsg": None, "proj:wkt2": file.crs}
    return crs | {
        "proj:bbox": list(file.bounds), "proj:shape": [file.height, file.width],
        "proj:transform": [(east - west) / file.width, 0.0, west, 0.0, (south - north) / file.height, north],
    }  # fmt: skip


def sheets_of(layer: Layer) -> tuple[RasterFile, ...]:
    """Return the published files of a layer."""
    raster = layer.version.raster
    return raster.files if raster else ()


def item_id(file: RasterFile) -> str:
    """Return a sheet's id within its layer."""
    return PurePosixPath(file.key).stem


def time_of(layer: Layer, file: RasterFile) -> datetime:
    """When a sheet was captured; where nobody said, when it was published."""
    if file.captured:
        return datetime(file.captured.year, file.captured.month, file.captured.day, tzinfo=UTC)
    return layer.version.published.replace(microsecond=0)  # as `stamp` writes it, so that its own words find it


def stamp(time: datetime) -> str:
    """Write a time as RFC 3339 in UTC."""
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _text(layer: Layer) -> str:
    return layer.description.get("en") or layer.description.get("zh") or layer.title.get("zh", "")
