"""Outer rings are written anticlockwise, inner ones clockwise, in every form that wants them so; lines as they were."""

import geopandas
import pytest
import shapely
import shapely.geometry

from layers.layer import Column
from tests.feature_layers import make_layer
from tests.geoservice.api_app import api_client

SHELL = "(115.0 34.0, 115.0 34.1, 115.1 34.1, 115.1 34.0, 115.0 34.0)"
HOLE = "(115.02 34.02, 115.05 34.02, 115.05 34.05, 115.02 34.05, 115.02 34.02)"
AREA, LINE = f"POLYGON({SHELL}, {HOLE})", "LINESTRING(115.0 34.0, 115.1 34.1, 115.2 34.0)"
AREAS = {
    "plain": ("Polygon", AREA), "parts": ("MultiPolygon", f"MULTIPOLYGON(({SHELL}, {HOLE}))"),
    "high": ("Polygon Z", shapely.force_3d(shapely.from_wkt(AREA), 50.0).wkt), "mixed": ("Geometry", AREA),
}  # fmt: skip
"""Wound as a Shapefile has them: the shell clockwise, the hole anticlockwise."""


@pytest.fixture(scope="module")
def client(database, tmp_path_factory):
    name = [Column("name", "name", "text")]
    with database.session() as session:
        for layer, (kind, wkt) in AREAS.items():
            rows = [("area", wkt), ("line", LINE)] if kind == "Geometry" else [("area", wkt)]
            make_layer(session, layer, rows, name, kind, public=True)
        make_layer(session, "lines", [("line", LINE)], name, "LineString", public=True)
        session.commit()
    with api_client(database, tmp_path_factory.mktemp("rings")) as client:
        yield client


def turned(shape):
    """Whether every ring of a shape is wound as RFC 7946 has it."""
    assert shapely.get_dimensions(shape) == 2
    return shapely.equals_exact(shape, shapely.orient_polygons(shape))


def test_the_layers_here_are_wound_the_other_way():
    assert not any(turned(shapely.from_wkt(wkt)) for _, wkt in AREAS.values())


@pytest.mark.parametrize("layer", AREAS)
@pytest.mark.parametrize("query", ["items/1", "items?limit=1", "items?limit=1&zoom-level=14", "items?filter=fid=1"])
def test_areas_follow_the_right_hand_rule(client, layer, query):
    answer = client.get(f"/collections/{layer}/{query.replace('fid=1', 'name=%27area%27')}").json()
    (feature,) = answer.get("features", [answer])
    assert turned(shapely.geometry.shape(feature["geometry"]))


@pytest.mark.parametrize("layer", AREAS)
@pytest.mark.parametrize("code", [4490, 4509])
def test_a_place_follows_it_on_the_ground_whatever_the_order_of_its_axes(client, layer, code):
    crs = f"http://www.opengis.net/def/crs/EPSG/0/{code}"
    place = client.get(f"/collections/{layer}/items/1", params={"f": "jsonfg", "crs": crs}).json()["place"]
    north_first = shapely.force_2d(shapely.geometry.shape(place))
    assert turned(shapely.transform(north_first, lambda xy: xy[:, ::-1]))


@pytest.mark.parametrize("layer", AREAS)
@pytest.mark.parametrize("form", ["kml", "gml", "gpkg", "fgb", "parquet"])
def test_areas_in_files_follow_it(client, tmp_path, layer, form):
    path = tmp_path / f"{layer}.{form}"
    path.write_bytes(client.get(f"/collections/{layer}/items", params={"f": form, "filter": "name='area'"}).content)
    read = geopandas.read_parquet if form == "parquet" else geopandas.read_file
    (shape,) = read(path).geometry
    assert turned(shape)


@pytest.mark.parametrize(("layer", "fid"), [("lines", 1), ("mixed", 2)])
def test_lines_keep_their_direction(client, layer, fid):
    line = shapely.geometry.shape(client.get(f"/collections/{layer}/items/{fid}").json()["geometry"])
    assert shapely.equals_exact(line, shapely.from_wkt(LINE))


def test_what_processes_make_follows_it(client):
    shape = shapely.geometry.mapping(shapely.from_wkt(AREA))
    for process, inputs in {
        "buffer": {"geometry": shape, "distance": 100}, "intersection": {"polygon": shape, "layer": "plain"},
        "union": {"geometries": [shape, shape]},
    }.items():  # fmt: skip
        answer = client.post(f"/processes/{process}/execution", json={"inputs": inputs})
        assert answer.status_code == 200, answer.text
        found = answer.json()
        features = found.get("features") or [found]
        assert all(turned(shapely.geometry.shape(one["geometry"])) for one in features), process
