"""What the suite of OGC API Tiles 1.0 asks, following links as it follows them."""

import mapbox_vector_tile
import pytest

from tests.conformance.conftest import rels

REL = "http://www.opengis.net/def/rel/ogc/1.0/"
PLACE = ("{tileMatrix}", "{tileRow}", "{tileCol}")


def fill(template: str, matrix: object, row: object, col: object) -> str:
    for name, value in zip(PLACE, (matrix, row, col), strict=True):
        template = template.replace(name, str(value))
    return template


def tileset_lists(site):
    """The lists the landing page links to, and those of the collections."""
    documents = [site.json("/"), *site.collections]
    links = {link["href"] for one in documents for link in one["links"] if link["rel"].startswith(f"{REL}tilesets-")}
    return sorted(links)


def test_the_landing_page_links_to_tilesets_of_the_whole(site):
    assert rels(site.json("/"), f"{REL}tilesets-vector", "application/json")


def test_every_tileset_of_a_list_says_what_a_tile_request_needs(site):
    assert tileset_lists(site)
    for address in tileset_lists(site):
        assert "/tiles" in address
        for tileset in site.json(address)["tilesets"]:
            assert tileset["tileMatrixSetId"]
            assert tileset["tileMatrixSetURI"].startswith("http")
            assert tileset["tileMatrixSetLimits"]
            assert tileset["dataType"] in ("vector", "map")
            assert rels(tileset, f"{REL}tiling-scheme", "application/json")
            assert all(link.get("rel") and link.get("type") for link in tileset["links"])
            (own,) = rels(tileset, "self", "application/json")
            for document in (tileset, site.json(own)):
                templates = rels(document, "item")
                assert templates
                assert all(place in template for template in templates for place in PLACE)


def test_tiles_inside_the_limits_are_there_and_outside_are_not(site):
    for address in tileset_lists(site):
        for tileset in site.json(address)["tilesets"]:
            for limits in tileset["tileMatrixSetLimits"][:4]:
                for template in rels(tileset, "item"):
                    place = limits["tileMatrix"], limits["maxTileRow"], limits["minTileCol"]
                    assert site.get(fill(template, *place), headers={}).status_code in (200, 204), template
                    below = place[0], place[1] + 1, place[2]
                    assert site.get(fill(template, *below), headers={}).status_code in (400, 404), (template, below)
                    far = fill(template, place[0], 2**31 - 1, 2**31 - 1)
                    assert site.get(far, headers={}).status_code in (400, 404)


def test_the_four_tiles_of_level_one_are_there(site):
    for collection in site.feature_collections:
        if collection["id"].startswith("cite-"):  # a town of 900 m does not reach into all four
            continue
        for row in (0, 1):
            for col in (0, 1):
                path = f"/collections/{collection['id']}/tiles/WebMercatorQuad/1/{row}/{col}?f=mvt"
                response = site.get(path, headers={})
                assert response.status_code == 200
                assert response.headers["content-type"] == "application/vnd.mapbox-vector-tile"
                for layer in mapbox_vector_tile.decode(response.content).values():
                    assert (layer["version"], layer["extent"]) == (2, 4096)


def test_the_grids_are_listed_linked_and_whole(site):
    listed = site.json("/tileMatrixSets")["tileMatrixSets"]
    assert listed[0]["id"] == "WebMercatorQuad"
    for grid in listed:
        (address,) = rels(grid, "item", "application/json")
        document = site.json(address)
        assert document["id"] == grid["id"]
        assert len(document["tileMatrices"]) > 0
        for matrix in document["tileMatrices"]:
            assert matrix["tileWidth"] == matrix["tileHeight"] == 256


@pytest.mark.parametrize("suffix", [".getTile", ".getTileSet", ".getTileSetsList"])
def test_operations_are_named_as_the_standard_wants(site, suffix):
    paths = site.json("/api")["paths"].values()
    names = [operation["operationId"] for item in paths for operation in item.values() if "operationId" in operation]
    assert any(suffix in name for name in names)
    assert len(names) == len(set(names))
