"""OGC API Maps: place, size and scale agree, headers tell what is shown, and what contradicts itself is refused."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from geoservice.database import Database
from layers.layer import Column
from tests.feature_layers import make_layer
from tests.geoservice.api_app import api_client

WEST, SOUTH, EAST, NORTH = 115.60, 34.40, 115.70, 34.46
COLUMNS = (Column("name", "名称", "text"), Column("kind", "类别", "text"))
BOX = f"POLYGON(({WEST} {SOUTH}, {EAST} {SOUTH}, {EAST} {NORTH}, {WEST} {NORTH}, {WEST} {SOUTH}))"
BLUE = (0xB9, 0xDC, 0xEE)
MAP = "/collections/lake/map"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


@pytest.fixture(scope="module")
def api(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with database.session() as session:
        make_layer(session, "lake", [("湖", "x", BOX)], COLUMNS, "Polygon", style={"preset": "water"}, public=True)
        pin = [("点", "a", "POINT(115.65 34.42)")]
        make_layer(session, "pin", pin, COLUMNS, style={"colour": "#ff0000"}, public=True)
        make_layer(session, "secret", pin, COLUMNS, public=False)
        session.commit()
    with api_client(database, tmp_path_factory.mktemp("maps")) as client:
        yield client


def image(answer: Any) -> Any:
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGBA")).astype(int)


def is_water(pixel: Any) -> bool:
    return bool(np.abs(pixel[:3] - BLUE).max() <= 3)


def test_without_parameters_it_is_the_whole_layer_in_its_own_system(api: TestClient) -> None:
    answer = api.get(MAP)
    drawn = image(answer)
    assert drawn.shape == (614, 1024, 4)
    assert is_water(drawn[20, 20])
    assert is_water(drawn[-20, -20])
    assert answer.headers["content-crs"] == f"<{EPSG}4490>"
    south, west, north, east = map(float, answer.headers["content-bbox"].split(","))
    assert (south, west, north, east) == pytest.approx((SOUTH, WEST, NORTH, EAST))


def test_a_box_of_another_system_is_read_in_its_axis_order(api: TestClient) -> None:
    degrees = image(api.get(MAP, params={"bbox": "115.5,34.3,115.8,34.5", "width": 300, "height": 200}))
    query = {"bbox": "34.3,115.5,34.5,115.8", "bbox-crs": f"{EPSG}4490", "width": 300, "height": 200}
    assert np.array_equal(degrees, image(api.get(MAP, params=query)))
    assert [is_water(degrees[80, 150]), is_water(degrees[10, 150]), is_water(degrees[80, 50])] == [True, False, False]


def test_a_scale_is_a_scale(api: TestClient) -> None:
    query = {"center": "115.6,34.43", "crs": "EPSG:4509", "scale-denominator": 50000, "width": 400, "height": 300}
    drawn = image(api.get(MAP, params=query))
    row = [is_water(pixel) for pixel in drawn[100]]
    assert not any(row[:195])  # the western edge of the lake stands in the middle
    assert all(row[206:260])
    answer = api.get(MAP, params=query | {"mm-per-pixel": 0.14})
    south, west, north, east = map(float, answer.headers["content-bbox"].split(","))
    assert east - west == pytest.approx(400 * 0.14e-3 * 50000)
    assert north - south == pytest.approx(300 * 0.14e-3 * 50000)
    by_box = {"bbox": "115.6,34.4,115.7,34.46", "crs": "EPSG:3857", "scale-denominator": 100000}
    assert image(api.get(MAP, params=by_box)).shape[1] == pytest.approx(0.1 * 111319.49 / (100000 * 0.28e-3), abs=1)


def test_a_middle_without_a_scale_and_a_scale_without_a_place_show_what_the_layers_cover(api: TestClient) -> None:
    def box(query: dict[str, Any]) -> list[float]:
        answer = api.get(MAP, params={"crs": "EPSG:3857"} | query)
        assert answer.status_code == 200, answer.text
        return [float(value) for value in answer.headers["content-bbox"].split(",")]

    west, south, east, north = box({})
    moved = box({"center": f"{west},{south}", "center-crs": "EPSG:3857"})
    assert moved == pytest.approx([west - (east - west) / 2, south - (east - west) / 2,
                                   west + (east - west) / 2, south + (east - west) / 2])  # fmt: skip
    sized = box({"scale-denominator": 50000, "width": 100, "height": 80})
    middle = (west + east) / 2, (south + north) / 2
    assert sized == pytest.approx([middle[0] - 700, middle[1] - 560, middle[0] + 700, middle[1] + 560])


def test_operations_of_maps_and_their_tiles_end_as_the_standard_names_them(api: TestClient) -> None:
    """OGC 20-058, table 11; each name begins with something before its first dot."""
    paths = api.get("/api", params={"paths": "templated"}).json()["paths"]
    for path, suffix in {
        "/collections/{collectionId}/map": ".collection.getMap", "/map": ".dataset.getMap",
        "/collections/{collectionId}/styles/{styleId}/map": ".collection.style.getMap",
        "/styles/{styleId}/map": ".dataset.style.getMap",
        "/map/tiles": ".dataset.map.getTileSetsList", "/map/tiles/{tileMatrixSetId}": ".dataset.map.getTileSet",
        "/collections/{collectionId}/map/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}":
            ".collection.map.getTile",
    }.items():  # fmt: skip
        assert paths[path]["get"]["operationId"].endswith(suffix), path


def test_the_landing_page_tells_where_the_map_lies_and_styles_lead_to_maps_of_their_own(api: TestClient) -> None:
    page = api.get("/?f=json").json()
    assert page["extent"]["spatial"]["bbox"] == [[WEST, SOUTH, EAST, NORTH]]
    assert page["extent"]["spatial"]["crs"] == page["crs"][0]
    places = ["/styles", "/collections/lake/styles"]
    for place in places:
        for style in api.get(place).json()["styles"]:
            (link,) = [link for link in style["links"] if link["rel"].endswith("/1.0/map")]
            assert link["href"].endswith(f"{place}/{style['id']}/map")
            assert image(api.get(link["href"], params={"width": 20})).shape[1] == 20
    assert api.get("/styles/nothing/map").status_code == api.get("/styles/secret/map").status_code == 404


def test_background_and_transparency_follow_the_standard(api: TestClient) -> None:
    query = {"bbox": "115.5,34.3,115.8,34.5", "width": 90, "height": 60}
    assert image(api.get(MAP, params=query))[0, 0].tolist()[3] == 0
    assert image(api.get(MAP, params=query | {"bgcolor": "0x00FF00"}))[0, 0].tolist() == [0, 255, 0, 255]
    assert image(api.get(MAP, params=query | {"bgcolor": "0x00FF00", "transparent": "true"}))[0, 0, 3] == 0
    assert image(api.get(MAP, params=query | {"transparent": "false"}))[0, 0].tolist() == [255, 255, 255, 255]
    assert image(api.get(MAP, params=query | {"f": "jpeg"}))[0, 0].min() > 250
    assert image(api.get(MAP, params=query | {"bgcolor": "NaVy"}))[0, 0].tolist() == [0, 0, 128, 255]
    assert image(api.get(MAP, params=query | {"bgcolor": "NaVy", "transparent": "true"}))[0, 0].tolist() == [
        0,
        0,
        128,
        0,
    ]
    by_header = api.get(MAP, params=query, headers={"Accept": "image/webp"})
    assert by_header.headers["content-type"] == "image/webp"


@pytest.mark.parametrize(
    ("query", "void", "ground"),
    [
        ({"void-color": "ReD"}, [255, 0, 0, 0], [255, 255, 255, 0]),
        ({"void-color": "ReD", "void-transparent": "false"}, [255, 0, 0, 255], [255, 255, 255, 0]),
        ({"void-color": "00FF00", "bgcolor": "navy"}, [0, 255, 0, 255], [0, 0, 128, 255]),
        ({"bgcolor": "CC00CC"}, [204, 0, 204, 255], [204, 0, 204, 255]),
        ({"void-transparent": "true", "transparent": "false"}, [0, 0, 0, 0], [255, 255, 255, 255]),
        ({"void-color": "red", "void-transparent": "true", "f": "jpeg"}, [255, 0, 0, 255], [255, 255, 255, 255]),
    ],
)
def test_what_lies_beyond_the_poles_has_the_colour_of_the_void(
    api: TestClient, query: dict[str, str], void: list[int], ground: list[int]
) -> None:
    """As OGC's suite asks: a box from 120° south to 120° north, whose corners are void and whose middle is none."""
    drawn = image(api.get(MAP, params={"bbox": "-180,-120,180,120", "width": 192, "height": 192} | query))
    for row in (0, 15, 176, 191):  # 20 and more degrees beyond a pole, past what JPEG smears
        assert np.abs(drawn[row, 3] - void).max() <= 2, row
    for row in (32, 160):
        assert np.abs(drawn[row, 3] - ground).max() <= 2, row
    if query.get("f") != "jpeg":
        assert drawn[[23, 168], 3].tolist() == [void] * 2
        assert drawn[[24, 167], 3].tolist() == [ground] * 2


def test_what_lies_beyond_the_edge_of_a_projection_is_void_too(api: TestClient) -> None:
    side = 4e7
    query = {"bbox": f"{-side},{-side / 2},{side},{side / 2}", "bbox-crs": "EPSG:3857", "crs": "EPSG:3857"}
    drawn = image(api.get(MAP, params=query | {"width": 256, "height": 128, "void-color": "red", "bgcolor": "navy"}))
    assert drawn[64, [4, 40, 216, 251]].tolist() == [[255, 0, 0, 255]] * 4
    assert drawn[64, [90, 128, 166]].tolist() == [[0, 0, 128, 255]] * 3


def test_layers_together_and_a_layer_in_a_style(api: TestClient) -> None:
    query = {"bbox": "115.6,34.4,115.7,34.46", "width": 200, "height": 120}
    both = image(api.get("/map", params=query | {"collections": "lake,pin"}))
    assert both[79, 100, 0] > 240
    assert both[79, 100, 2] < 60
    assert is_water(both[20, 20])
    assert image(api.get("/map", params=query)).shape == (120, 200, 4)
    assert np.array_equal(
        image(api.get("/collections/lake/styles/default/map", params=query)), image(api.get(MAP, params=query))
    )
    assert api.get("/collections/lake/styles/other/map").status_code == 404


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"bbox": "1,2,3"}, "bbox"),
        ({"bbox": "3,3,1,1"}, "bbox"),
        ({"bbox": "34,115,35,116", "bbox-crs": "EPSG:1"}, "bbox-crs"),
        ({"bbox": "0,0,1,400"}, "bbox"),
        ({"bbox": "34,115,35,116"}, "bbox"),
        ({"bbox": "-180,-120,180,120", "crs": "EPSG:3857"}, "bbox"),
        ({"center": "115,34", "bbox": "115,34,116,35", "scale-denominator": 9}, "center"),
        ({"bbox": "115,34,116,35", "scale-denominator": 5000, "width": 10}, "width"),
        ({"bbox": "115,34,116,35", "scale-denominator": 1}, "bbox"),
        ({"scale-denominator": -1}, "scale-denominator"),
        ({"width": 0}, "width"),
        ({"mm-per-pixel": 50}, "mm-per-pixel"),
        ({"crs": "EPSG:2000"}, "crs"),
        ({"bgcolor": "#zz"}, "bgcolor"),
        ({"transparent": "yes"}, "transparent"),
        ({"void-color": "redd"}, "void-color"),
        ({"void-transparent": "1"}, "void-transparent"),
        ({"f": "bmp"}, "f"),
        ({"lang": "fr"}, "lang"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_contradicts_itself_is_refused_by_name(api: TestClient, query: dict[str, Any], parameter: str) -> None:
    answer = api.get(MAP, params=query)
    assert answer.status_code == 400, answer.text
    assert answer.json()["parameter"] == parameter


def test_too_many_pixels_are_refused_and_rights_hold(api: TestClient) -> None:
    answer = api.get(MAP, params={"width": 8000, "height": 8000})
    assert answer.json()["type"] == "/problems/picture-too-large"
    assert api.get("/collections/secret/map").status_code == 404
    for hidden in ("secret", "nowhere"):
        answer = api.get("/map", params={"collections": f"lake,{hidden}"})
        assert (answer.status_code, answer.json()["parameter"]) == (400, "collections")


def test_links_have_both_spellings_and_classes_both_schemes(api: TestClient) -> None:
    rels = {link["rel"] for link in api.get("/collections/lake").json()["links"]}
    landing = {link["rel"] for link in api.get("/", headers={"Accept": "application/json"}).json()["links"]}
    both = {f"{scheme}://www.opengis.net/def/rel/ogc/1.0/map" for scheme in ("http", "https")}
    assert both <= rels & landing
    classes = api.get("/conformance").json()["conformsTo"]
    for scheme in ("http", "https"):
        assert f"{scheme}://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/core" in classes


SIZE = {"width": 300, "height": 200}


def test_a_subset_of_axes_is_the_box_it_says(api: TestClient) -> None:
    box = image(api.get(MAP, params={"bbox": "115.5,34.3,115.8,34.5"} | SIZE))
    for subset in (
        "Lat(34.3:34.5),Lon(115.5:115.8)",
        "lon(115.5:115.8), lat(34.3:34.5)",
        ["Lat(34.3:34.5)", "Lon(115.5:115.8)"],
    ):
        answer = api.get(MAP, params={"subset": subset} | SIZE)
        assert np.array_equal(box, image(answer)), subset
    east, north = 555_000, 3_800_000
    plane = {"bbox": f"{east},{north},{east + 20_000},{north + 20_000}", "bbox-crs": f"{EPSG}3857"}
    parts = {"subset": f"E({east}:{east + 20_000}),N({north}:{north + 20_000})", "subset-crs": f"{EPSG}3857"}
    assert np.array_equal(image(api.get(MAP, params=plane | SIZE)), image(api.get(MAP, params=parts | SIZE)))


def test_an_axis_or_an_end_that_a_subset_leaves_out_is_the_layers(api: TestClient) -> None:
    answer = api.get(MAP, params={"subset": f"Lat({NORTH - 0.02}:*)"})
    south, west, north, east = map(float, answer.headers["content-bbox"].split(","))
    assert (south, west, north, east) == pytest.approx((NORTH - 0.02, WEST, NORTH, EAST))


@pytest.mark.parametrize(
    ("subset", "word"),
    [
        ("Lat(34.3)", "low and a high"), ("Lat(34.4:34.3)", "lower"), ("E(1:2)", "Lat, Lon"), ("Lat 34:35", "written"),
        ("Lat(34:35),lat(34:35)", "twice"), ("Lat(34:x)", "not a number"), ("Lat(34:95)", "degrees"),
        ("time(2020)", "quotes"), ('time("2020-13-01":*)', "2020-13-01"), ("Lat(34:NaN)", "not a number"),
    ],
)  # fmt: skip
def test_a_subset_that_is_none_is_refused_in_both_languages(api: TestClient, subset: str, word: str) -> None:
    answer = api.get(MAP, params={"subset": subset})
    assert (answer.status_code, answer.json()["parameter"]) == (400, "subset")
    assert word in answer.json()["detail"]


def test_place_and_time_are_said_once(api: TestClient) -> None:
    for query in (
        {"bbox": "115.5,34.3,115.8,34.5", "subset": "Lat(34:35)"},
        {"datetime": "2020", "subset": 'time("2020-01-01")'},
    ):
        assert api.get(MAP, params=query).json()["parameter"] == "subset"
    assert api.get(MAP, params={"subset": 'time("2020-01-01":"2020-12-31"),Lat(34:35)'}).status_code == 200
