"""A request that cannot be answered is refused in the reader's language, and the same way in both."""

import re

import pytest

from layers.frame import Bounds
from layers.layer import Band, RasterFacts, RasterFile, VersionFacts
from layers.versions import LayerSpec, begin_version, publish
from tests.feature_layers import buildings, make_layer
from tests.geoservice.api_app import api_client

ITEMS = "/collections/buildings/items"
REFUSED = (
    f"{ITEMS}?colour=red",
    f"{ITEMS}?limit=0",
    f"{ITEMS}?bbox=1,2,3",
    f"{ITEMS}?bbox=10,50,20,40",
    f"{ITEMS}?crs=EPSG:banana",
    f"{ITEMS}?datetime=yesterday",
    f"{ITEMS}?sortby=nothing",
    f"{ITEMS}?properties=nothing",
    f"{ITEMS}?after=rubbish",
    f"{ITEMS}?filter=nothing=1",
    f"{ITEMS}?filter=name=",
    f"{ITEMS}?filter=name LIKE 3",
    f"{ITEMS}?filter=nothing(name)=1",
    f"{ITEMS}?filter=S_INTERSECTS(geometry,POINT(1 2)",
    f"{ITEMS}?filter=name='a'&filter-crs=EPSG:banana",
    f"{ITEMS}?filter=name='a'&filter-lang=sql",
    f"{ITEMS}?f=docx",
    "/collections/buildings/map?width=0",
    "/collections/buildings/map?bbox=1,2,3",
    "/collections/buildings/map?subset=Lat(a:b)",
    "/search?limit=3",
    "/records/collections/layers/items?bbox=a,b,c,d",
    "/jobs?datetime=later",
    "/collections/buildings/tiles/WebMercatorQuad/0/0/0?filter=nothing=1",
    "/sheets?scale=30000",
    "/sheets?bbox=117,34,116,35&scale=50000",
    "/sheets/I50Z038027",
    "/collections/heights/map?rendering=rainbow",
    "/collections/heights/map?azimuth=around",
    "/collections/heights/map?bands=1",
    "/collections/photo/map?bands=9",
    "/collections/photo/map?expression=b1%2B",
    "/collections/photo/map?stretch=9,1",
    "/collections/photo/map?colormap=rainbow",
    "/collections/photo/profile?line=LINESTRING(115 34,116 35)",
)
NAMES = re.compile(r"“[^”]*”|[a-zA-Z-]+=|EPSG:\w+|[A-Z]{2,}\w*")
SENTENCE = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z]{2,}){3,}")


@pytest.fixture(scope="module")
def client(database, tmp_path_factory):
    with database.session() as session:
        make_layer(session, "buildings", buildings())
        box = Bounds(115.0, 34.0, 116.0, 35.0)
        for name, kind in (("heights", "elevation"), ("photo", "imagery")):
            draft = begin_version(session, LayerSpec(name, kind, {"zh": name}, public=True))
            raster = RasterFacts((Band("first", "float32" if kind == "elevation" else "uint8"),), 5.0)
            file = RasterFile("x.tif", "EPSG:4490", box, box, 10, 10, 0.5, "x.tif")
            publish(session, draft, VersionFacts(4490, raster=raster), extent=box, files=[file])
        session.commit()
    with api_client(database, tmp_path_factory.mktemp("data")) as client:
        yield client


@pytest.mark.parametrize("path", REFUSED)
def test_a_wrong_parameter_is_explained_in_the_language_asked_for(client, path):
    told = {}
    for language in ("en", "zh"):
        response = client.get(path, headers={"Accept-Language": language})
        assert response.status_code == 400, response.text
        assert response.headers["content-language"] == language
        told[language] = response.json()
    chinese, english = told["zh"], told["en"]
    assert re.search("[一-鿿]", chinese["detail"]), chinese
    assert not re.search("[一-鿿]", english["detail"]), english
    assert not SENTENCE.search(NAMES.sub("", chinese["detail"])), chinese
    assert chinese["type"] == english["type"]
    assert chinese.get("parameter") == english.get("parameter")
