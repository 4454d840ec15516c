"""``GET /catalogue``: everything a map viewer needs to begin, in one document.

The frame with its scales, the departments, the grids a map can be drawn in, and every layer the caller may see with its
titles, tile addresses, legend, columns and provenance: from which file it came, by which operation, and how far off its
coordinates may be.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geoservice import __version__
from geoservice.api.callers import caller_of
from geoservice.api.directory.layer_document import layer_document
from geoservice.api.etag import etag, not_modified
from geoservice.api.links import JSON, Link, Links
from geoservice.api.resources import Resource
from geoservice.origins import NOWHERE, Href, Origin, origins_of
from geoservice.parameters import known, one_form
from layers.crs.names import parse_crs
from layers.crs.words import both
from layers.frame import Frame
from layers.layer import Layer
from tiles.grids import Grid


def catalogue_document(
    layers: Sequence[Layer],
    frame: Frame,
    grids: Mapping[str, Grid],
    href: Href,
    origins: Mapping[int, Origin],
    service_version: str,
    may_write: Callable[[str], bool],
) -> dict[str, Any]:
    """Return the document.

    ``origins`` goes by version id; a layer without one simply says less about itself. ``may_write`` tells of a
    department whether the reader may write its layers.
    """
    return {
        "service": {
            "title": {"zh": f"{frame.title['zh']}自然资源与地理空间底座", "en": f"{frame.title['en']} geospatial base"},
            "version": service_version,
        },
        "frame": frame_document(frame),
        "departments": [{"id": department.id, "title": department.title} for department in frame.departments],
        "grids": {grid.id: grid_document(grid) for grid in grids.values()},
        "layers": [
            layer_document(layer, grids, href, origins.get(layer.version.id, NOWHERE))
            | {"writable": layer.kind == "vector" and may_write(layer.department)}
            | {"may_switch": may_write(layer.department)}
            for layer in layers
        ],
        "links": {
            "self": href("/catalogue"),
            "about": href("/about"),
            "collections": href("/collections"),
            "jobs": href("/jobs"),
            "imports": href("/imports"),
            "inspections": href("/inspections"),
            "sheets": href("/sheets"),
            "what_is_here": href("/what-is-here"),
            "search": href("/search"),
            "processes": href("/processes"),
            "map": href("/map"),
            "api": href("/api"),
        },
    }


def frame_document(frame: Frame) -> dict[str, Any]:
    """Return the frame: its coordinate systems with names and PROJ strings, its extent in degrees, its scales."""
    metric = parse_crs(frame.metric_srid)
    height = parse_crs(frame.height_srid) if frame.height_srid else None
    return {
        "name": frame.name,
        "title": frame.title,
        "extent": list(frame.extent),
        "scales": list(frame.scales),
        "storage": {"srid": frame.storage_srid, "name": both(parse_crs(frame.storage_srid).name)},
        "metric": {
            "srid": frame.metric_srid,
            "name": both(metric.name),
            "proj4": proj_string(frame.metric_srid),
            "grid": f"ScaleGrid{frame.metric_srid}",
        },
        "height": {"srid": frame.height_srid, "name": both(height.name)} if height else None,
    }


@cache
def proj_string(srid: int) -> str:
    """Return a projection as a PROJ string: axes in east, north order, which is what a browser's proj4 wants here."""
    with warnings.catch_warnings():
        # pyproj warns that a PROJ string loses the datum's name; the browser only projects within that datum.
        warnings.simplefilter("ignore", UserWarning)
        return str(parse_crs(srid).to_proj4())


def grid_document(grid: Grid) -> dict[str, Any]:
    """Return a grid as a web map needs it: origin in east, north; one entry per level, coarsest first."""
    top = grid.matrix(0)
    return {
        "id": grid.id,
        "title": dict(grid.title),
        "srid": grid.srid,
        "tile_size": grid.tile_size,
        "origin": [top.left, top.top],
        "levels": [
            {"id": m.id, "resolution": m.cell, "scale": m.scale, "width": m.width, "height": m.height}
            for m in grid.matrices
        ],
    }


async def get_catalogue(request: Request) -> Response:
    """Answer the catalogue in the caller's view."""
    known(request.query_params, ("f",))
    one_form(request.query_params)
    caller = await caller_of(request)
    state, links = request.app.state, Links.of(request)
    layers = state.catalogue.visible(caller.view)
    tag = etag(__version__, links.base, caller.view.key, caller.write, [_state(layer) for layer in layers])
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding, Authorization"}
    unchanged = not_modified(request, tag, **headers)
    if unchanged:
        return unchanged
    origins = await run_in_threadpool(_origins, state.database, layers)
    document = catalogue_document(layers, state.frame, state.grids, links.href, origins, __version__, caller.may_write)
    return JSONResponse(document, headers={"ETag": tag, **headers})


def _state(layer: Layer) -> tuple[object, ...]:
    """Return what can change in a layer without its having a new version, and the version."""
    described = (layer.title, layer.description, layer.department, layer.theme, layer.style, layer.attribution)
    return (
        layer.name,
        layer.version.id,
        layer.version.tag,
        layer.versions,
        layer.public,
        layer.licence,
        described,
    )


def _origins(database: Any, layers: Sequence[Layer]) -> dict[int, Origin]:
    with database.session() as session:
        return origins_of(session, layers)


def _landing_links(links: Links) -> list[Link]:
    return [links.link("describedby", "/catalogue", JSON, "Everything a map viewer needs")]


RESOURCE = Resource(
    routes=(Route("/catalogue", get_catalogue, methods=["GET"]),),
    landing_links=_landing_links,
)
