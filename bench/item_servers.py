"""The servers that are asked for features, each with the addresses at which it answers the same questions."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from bench import servers
from bench.servers import Server

PAGE = 100
_AREA = "POLYGON(({w} {s},{e} {s},{e} {n},{w} {n},{w} {s}))"
_CQL2 = "area_m2>{area} AND dlmc='{dlmc}' AND {intersects}(geom," + _AREA + ")"
_BOX = "{w},{s},{e},{n}"


def ours(scratch: Path, dsn: str, port: int) -> Server:
    server = servers.ours(scratch, dsn, port)
    items = "/collections/parcels/items"
    pages = f"{items}?limit={PAGE}&after={{offset}}"
    cql2 = quote(_CQL2.replace("{intersects}", "S_INTERSECTS"), safe="{}")
    server.urls = {
        "bbox": f"{items}?limit={PAGE}&bbox={_BOX}",
        "attribute": f"{items}?limit={PAGE}&dlbm={{dlbm}}",
        **dict.fromkeys(("cql2", "narrow"), f"{items}?limit={PAGE}&filter={cql2}"),
        "id": f"{items}/{{fid}}",
        **dict.fromkeys(("deep", "first", "thousandth"), pages),
        "words": "/collections/pois/items?limit=10&q={q}",
    }
    return server


def tipg(scratch: Path, dsn: str, port: int) -> Server:
    server = servers.tipg(scratch, dsn, port)
    items = "/collections/peers.parcels/items"
    pages = f"{items}?limit={PAGE}&offset={{offset}}&f=geojson"
    cql2 = quote(_CQL2.replace("{intersects}", "S_INTERSECTS"), safe="{}")
    server.urls = {
        "bbox": f"{items}?limit={PAGE}&bbox={_BOX}&f=geojson",
        "attribute": f"{items}?limit={PAGE}&dlbm={{dlbm}}&f=geojson",
        **dict.fromkeys(("cql2", "narrow"), f"{items}?limit={PAGE}&f=geojson&filter-lang=cql2-text&filter={cql2}"),
        "id": f"{items}/{{fid}}?f=geojson",
        **dict.fromkeys(("deep", "first", "thousandth"), pages),
    }
    return server


def pygeoapi(scratch: Path, dsn: str, port: int) -> Server:
    """The reference implementation; its count is off, and the parcels are a copy in EPSG:4326."""
    config = scratch / "pygeoapi.yml"
    connection = psycopg.conninfo.conninfo_to_dict(dsn)
    config.write_text(json.dumps(_pygeoapi_config(port, connection)), encoding="utf-8")  # JSON is YAML
    (scratch / "pygeoapi-openapi.json").write_text('{"openapi": "3.0.2", "paths": {}}')
    environment = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(scratch / "pygeoapi-openapi.json")}
    items = "/collections/parcels/items"
    pages = f"{items}?limit={PAGE}&offset={{offset}}&f=json"
    cql2 = quote(_CQL2.replace("{intersects}", "INTERSECTS").replace("(geom,", "(shape,"), safe="{}")
    urls = {
        "bbox": f"{items}?limit={PAGE}&bbox={_BOX}&f=json",
        "attribute": f"{items}?limit={PAGE}&dlbm={{dlbm}}&f=json",
        **dict.fromkeys(("cql2", "narrow"), f"{items}?limit={PAGE}&f=json&filter={cql2}"),
        "id": f"{items}/{{fid}}?f=json",
        **dict.fromkeys(("deep", "first", "thousandth"), pages),
    }
    server = Server("pygeoapi", f"http://127.0.0.1:{port}", urls)
    return servers.started(server, [servers.uvicorn("pygeoapi.starlette_app:APP", port)], scratch, environment)


def _pygeoapi_config(port: int, connection: Mapping[str, Any]) -> dict[str, Any]:
    words = {"title": {"en": "bench"}, "description": {"en": "bench"}, "keywords": {"en": ["bench"]}}
    address = f"http://127.0.0.1:{port}"
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port}, "url": address, "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8", "languages": ["en-US"], "limits": {"default_items": PAGE, "max_items": 10_000},
            "map": {"url": f"{address}/none", "attribution": "none"},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {**words, "keywords_type": "theme", "terms_of_service": "none", "url": address},
            "license": {"name": "none", "url": address},
            "provider": {"name": "bench", "url": address},
            "contact": {"name": "bench", "position": "none", "url": address, "role": "pointOfContact"},
        },
        "resources": {
            "parcels": {
                "type": "collection", "title": "parcels", "description": "parcels", "keywords": ["parcels"],
                "links": [], "extents": {"spatial": {"bbox": [114.8, 33.7, 116.6, 34.9]}},
                "providers": [
                    {
                        "type": "feature", "name": "PostgreSQL", "id_field": "fid", "table": "parcels_4326",
                        "geom_field": "shape", "count": False,
                        "data": {
                            "host": "127.0.0.1", "port": int(connection["port"]), "dbname": connection["dbname"],
                            "user": connection["user"], "password": "none", "search_path": ["peers", "public"],
                        },
                    }
                ],
            }
        },
    }  # fmt: skip


def bare(scratch: Path, dsn: str, port: int) -> Server:
    server = servers.limit(scratch, dsn, port)
    page = "/items/deep/{offset}"
    server.urls = {
        "bbox": f"/items/bbox/{_BOX}", "attribute": "/items/attribute/{dlbm}", "id": "/items/id/{fid}",
        **dict.fromkeys(("cql2", "narrow"), f"/items/cql2/{{area}},{{dlmc}},{_BOX}"),
        **dict.fromkeys(("deep", "first", "thousandth"), page),
    }  # fmt: skip
    return server


STARTS = (ours, tipg, pygeoapi, bare)
