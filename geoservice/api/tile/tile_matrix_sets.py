"""``/tileMatrixSets``: the grids tiles are cut by (Two Dimensional Tile Matrix Set 2.0)."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.documents import answer_document
from geoservice.api.links import JSON, Link, Links
from geoservice.api.resources import Resource
from geoservice.parameters import known
from tiles.grid import Grid
from tiles.grids import find_grid

REL = "http://www.opengis.net/def/rel/ogc/1.0/"
TMS = "http://www.opengis.net/spec/tms/2.0/conf/"


async def get_grids(request: Request) -> Response:
    """Answer the tile matrix sets."""
    known(request.query_params, ("f",))
    links = Links.of(request)
    listed = [
        {"id": grid.id, "title": grid.title["en"], "crs": grid.crs_uri}
        | ({"uri": grid.uri} if grid.uri else {})
        | {
            "links": [
                *(links.link(rel, f"/tileMatrixSets/{grid.id}", JSON) for rel in ("self", "item")),
                scheme_link(links, grid),
            ]
        }
        for grid in request.app.state.grids.values()
    ]
    document = {"tileMatrixSets": listed, "links": [links.link("self", "/tileMatrixSets", JSON)]}
    return answer_document(request, document, titles={grid.id: grid.title for grid in request.app.state.grids.values()})


async def get_grid(request: Request) -> Response:
    """Answer one tile matrix set."""
    known(request.query_params, ("f",))
    grid = find_grid(request.app.state.grids, request.path_params["grid"])
    return answer_document(request, grid.tms_json(), titles={grid.id: grid.title})


def scheme_link(links: Links, grid: Grid) -> Link:
    """Return the link to a grid; singular: OpenLayers looks for exactly this."""
    return links.link(f"{REL}tiling-scheme", f"/tileMatrixSets/{grid.id}", JSON)


def _landing(links: Links) -> list[Link]:
    return [links.link(f"{REL}tiling-schemes", "/tileMatrixSets", JSON, "the grids")]


RESOURCE = Resource(
    routes=(Route("/tileMatrixSets", get_grids), Route("/tileMatrixSets/{grid}", get_grid)),
    conformance=tuple(
        f"{TMS}{name}"
        for name in ("tilematrixset", "json-tilematrixset", "tilematrixsetlimits", "json-tilematrixsetlimits")
    ),
    landing_links=_landing,
)
