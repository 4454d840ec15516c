"""A request that cannot be answered is refused in the reader's language, and the same way in both."""

import json
import re

import pytest
from lxml import etree

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
    f"{ITEMS}?filter-lang=cql2-json&filter=%7B%22op%22",
    f"{ITEMS}?filter-lang=cql2-json&filter=%7B%22op%22:NaN%7D",
    f"{ITEMS}?filter=S_INTERSECTS(geometry,POLYGON((1 2,2 2)))",
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
WMS = "/wms?request=GetMap&layers=buildings&styles=&format=image/png&crs=CRS:84&bbox=115,34,116,35&width=9&height=9"
WMTS = "/wmts?service=WMTS&request=GetTile&version=1.0.0&layer=buildings&style=&format=image/png"
WFS = "/wfs?service=WFS&version=2.0.0&request="
IN_XML = (
    "/wfs?request=GetCapabilities&acceptversions=1.1.0",
    f"{WFS}Transaction",
    f"{WFS}GetFeature&typenames=nothing",
    f"{WFS}GetFeature&typenames=buildings,heights",
    f"{WFS}GetFeature&typenames=(buildings)(buildings)&bbox=(1,2,3,4)",
    f"{WFS}GetFeature&typenames=buildings&bbox=115,34,116,35",
    f"{WFS}GetFeature&typenames=buildings&bbox=34,115,35,116&resourceid=buildings.1",
    f"{WFS}GetFeature&typenames=buildings&outputformat=dwg",
    f"{WFS}GetFeature&typenames=buildings&filter=<Filter>",
    f"{WFS}GetFeature&typenames=buildings&filter=<!DOCTYPE a><Filter/>",
    f"{WFS}GetFeature&typenames=buildings&filter={'<a>' * 200}",
    f"{WFS}GetFeature&typenames=buildings&filter=<Filter/>",
    f"{WFS}GetFeature&typenames=buildings&filter=<Filter><And/></Filter>",
    f"{WFS}GetFeature&typenames=buildings&filter=<Filter><Near/></Filter>",
    f"{WFS}GetFeature&typenames=buildings&filter=<Filter><BBOX><Envelope/></BBOX></Filter>",
    f"{WFS}GetFeature&storedquery_id=urn:ogc:def:query:OGC-WFS::GetFeatureById&id=buildings.99",
    "/wms?service=WFS&request=GetCapabilities",
    "/wms?request=GetEverything",
    "/wms?service=WMS",
    f"{WMS}&layers=nothing",
    f"{WMS}&styles=none",
    f"{WMS}&styles=a,b,c",
    f"{WMS}&crs=EPSG:1",
    f"{WMS}&bbox=1,2,3",
    f"{WMS}&bbox=3,4,1,2",
    f"{WMS}&bbox=1,2,3e12,4e12",
    f"{WMS}&width=99999",
    f"{WMS}&width=wide",
    f"{WMS}&format=image/x",
    f"{WMS}&dpi=1",
    f"{WMS}&dpi=much",
    f"{WMS}&time=2020,2021",
    f"{WMS}&cql_filter=nothing=1",
    f"{WMS}&request=GetFeatureInfo&query_layers=other&i=0&j=0",
    f"{WMS}&request=GetFeatureInfo&query_layers=buildings&i=99&j=0",
    f"{WMS}&request=GetFeatureInfo&query_layers=buildings&i=0&j=0&info_format=text/x",
    "/wmts?service=WMS",
    "/wmts?service=WMTS&request=GetEverything",
    "/wmts?service=WMTS&request=GetCapabilities&acceptversions=2.0.0",
    "/wmts?service=WMTS&request=GetCapabilities&sections=Everything",
    WMTS,
    f"{WMTS}&tilematrixset=none&tilematrix=0&tilerow=0&tilecol=0",
    f"{WMTS}&tilematrixset=WebMercatorQuad&tilematrix=0&tilerow=9&tilecol=0",
    f"{WMTS}&tilematrixset=WebMercatorQuad&tilematrix=0&tilerow=x&tilecol=0",
    f"{WMTS}&tilematrixset=WebMercatorQuad&tilematrix=0&tilerow=0&tilecol=0&layer=nothing",
    f"{WMTS}&tilematrixset=WebMercatorQuad&tilematrix=0&tilerow=0&tilecol=0&format=image/x",
    f"{WMTS}&tilematrixset=WebMercatorQuad&tilematrix=0&tilerow=0&tilecol=0&request=GetFeatureInfo&i=999&j=0"
    "&infoformat=application/json",
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


OPEN_RING = {"type": "Polygon", "coordinates": [[[115, 34], [116, 34], [116, 35]]]}
BODIES = (
    ("/what-is-here", b'{"polygon":', "body"),
    ("/what-is-here", b"[1]", "body"),
    ("/what-is-here", json.dumps({"polygon": OPEN_RING}).encode(), "polygon"),
    ("/stac/search", json.dumps({"intersects": OPEN_RING}).encode(), "intersects"),
    ("/stac/search", b'{"intersects": {"type": "LineString", "coordinates": [[1, 2]]}}', "intersects"),
    ("/stac/search", b'{"intersects": {"type": "Point", "coordinates": ["a", 1]}}', "intersects"),
    ("/stac/search", b'{"intersects": {"type": "Circle", "coordinates": [1, 1]}}', "intersects"),
)


@pytest.mark.parametrize(("path", "body", "parameter"), BODIES)
def test_a_wrong_body_is_explained_without_a_word_of_the_libraries(client, path, body, parameter):
    for language in ("en", "zh"):
        headers = {"Accept-Language": language, "Content-Type": "application/json"}
        response = client.post(path, content=body, headers=headers)
        assert (response.status_code, response.json()["parameter"]) == (400, parameter)
        detail = response.json()["detail"]
        assert "Exception" not in detail
        assert bool(re.search("[一-鿿]", detail)) == (language == "zh")
        assert language == "en" or not re.search(r"[a-z]+ [a-z]+", detail), detail


@pytest.mark.parametrize("path", IN_XML)
def test_wms_wfs_and_wmts_explain_in_the_language_asked_for_with_the_codes_of_their_standards(client, path):
    told, codes = {}, {}
    for language in ("en", "zh"):
        response = client.get(path, headers={"Accept-Language": language})
        assert response.status_code in (400, 404), response.text
        assert response.headers["content-language"] == language
        assert "Accept-Language" in response.headers["vary"]
        exceptions = list(etree.fromstring(response.content))
        told[language] = "".join(exceptions[0].itertext())
        codes[language] = [one.attrib for one in exceptions]
    assert codes["en"] == codes["zh"]
    assert re.search("[一-鿿]", told["zh"]), told
    assert not re.search("[一-鿿]", told["en"]), told
