"""Every document in XML stays one, whatever stands in a title, a licence, a column's name, a class or a value."""

from xml.etree import ElementTree

import pytest

from layers.layer import Column
from tests.feature_layers import make_layer
from tests.geoservice.api_app import api_client

TITLE = "地块\v二〇二〇\x01 <&>"
BOX = "bbox=115.64,34.43,115.66,34.45&width=20&height=20"


@pytest.fixture(scope="module")
def client(database, tmp_path_factory):
    rows = [("甲\v", "POINT(115.65 34.44)"), ("乙\x01&", "POINT(115.651 34.44)")]
    with database.session() as session:
        make_layer(
            session, "plots", rows, [Column("kind", "类\v别", "text")], words=True,
            title={"zh": TITLE, "en": TITLE}, licence="自用\f", attribution="某局\x02", style={"class": "kind"},
        )  # fmt: skip
        session.commit()
    with api_client(database, tmp_path_factory.mktemp("data")) as client:
        yield client


@pytest.mark.parametrize(
    "path",
    ["/wms?service=WMS&request=GetCapabilities", "/wms?service=WMS&version=1.1.1&request=GetCapabilities",
     "/wmts?service=WMTS&request=GetCapabilities", "/records/collections/layers/items/plots?f=iso19139",
     "/collections/plots/styles/default?f=sld10", "/collections/plots/styles/default?f=sld11",
     "/collections/plots/items?f=kml", "/collections/plots/items?f=gml",
     "/wms?service=WMS&version=1.3.0&request=GetFeatureInfo&layers=plots&query_layers=plots&crs=CRS:84&i=10&j=10&"
     f"info_format=application/vnd.ogc.gml&{BOX}"],
)  # fmt: skip
def test_the_document_can_be_read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert ElementTree.fromstring(answer.content).tag


@pytest.mark.parametrize("service", ["wms?request=GetMap&layers=", "wmts?service=WMTS&request=GetTile&layer="])
def test_a_refusal_that_repeats_what_was_sent_can_be_read(client, service):
    answer = client.get(f"/{service}%01%0Bno")
    assert answer.status_code == 400
    assert ElementTree.fromstring(answer.content).tag


def test_a_map_of_such_classes_is_drawn(client):
    answer = client.get(f"/collections/plots/map?f=png&{BOX}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
