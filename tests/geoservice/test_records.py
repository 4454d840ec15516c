"""The resource directory: records that are found, and told alike in Records, DCAT, ISO 19139 and on a page."""

from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import etree
from owslib.iso import MD_Metadata
from owslib.ogcapi.records import Records

from geoservice import auth
from layers.frame import Bounds
from layers.layer import Band, Column, LayerSpec, RasterFacts, RasterFile, SourceFile, VersionFacts
from layers.versions import begin_version, publish, store_report
from tests.feature_layers import buildings, make_layer
from tests.geoservice.api_app import api_client
from tests.serving import serving

ITEMS = "/records/collections/layers/items"
REPORT = {
    "decisions": [{"what": "crs", "value": "EPSG:4527", "by": "evidence", "evidence": []}],
    "operations": ["CGCS2000 / 3-degree Gauss-Kruger zone 39 to China 2000 by projection only"],
    "operation_note": "the datum is the same", "counts": {"read": 10, "kept": 8, "repaired": 1, "refused": 1},
}  # fmt: skip


def parcels(session: Any) -> None:
    """A layer with everything a record can tell."""
    spec = LayerSpec(
        "parcels", "vector", {"zh": "地籍 <宗地>", "en": "Parcels"}, {"zh": "全市宗地 & 权属", "en": "All parcels"},
        department="land", theme="cadastre", licence="CC-BY-4.0", attribution="自然资源局", public=False,
    )  # fmt: skip
    draft = begin_version(session, spec)
    report = store_report(session, "parcels", "pass", REPORT)
    facts = VersionFacts(
        srid=4490, table=None, geometry_type="MultiPolygon", columns=(Column("code", "编码", "text"),),
        accuracy_m=0.05, largest_scale=500, operation="projection",
    )  # fmt: skip
    publish(
        session, draft, facts, extent=Bounds(115.5, 34.3, 115.8, 34.5), feature_count=9, report_id=report,
        sources=[SourceFile("宗地2024.shp", 1000, "0" * 64)],
    )  # fmt: skip


def imagery(session: Any) -> None:
    draft = begin_version(session, LayerSpec("dom", "imagery", {"zh": "正射影像", "en": "Orthoimagery"}))
    box = Bounds(116.0, 34.0, 116.1, 34.1)
    day = datetime(2024, 5, 1, tzinfo=UTC).date()
    file = RasterFile("x.tif", "EPSG:4490", box, box, 10, 10, 0.5, "x.tif", captured=day)
    facts = VersionFacts(srid=4490, raster=RasterFacts((Band("red", "uint8"),), 0.5))
    publish(session, draft, facts, extent=box, files=[file])


@pytest.fixture(scope="module")
def tokens() -> dict[str, dict[str, str]]:
    return {}


@pytest.fixture(scope="module")
def client(database, tmp_path_factory, tokens):
    with database.session() as session:
        make_layer(session, "buildings", buildings(), department="planning")
        parcels(session)
        imagery(session)
        tokens["land"] = {"Authorization": f"Bearer {auth.create_token(session, 'land', ['land'], write=False)}"}
        session.commit()
    with api_client(database, tmp_path_factory.mktemp("data")) as client:
        yield client


def ids(client: Any, query: str = "", headers: Any = None) -> list[str]:
    answer = client.get(f"{ITEMS}?{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    return [feature["id"] for feature in answer.json()["features"]]


def test_the_directory_lists_what_the_caller_may_see(client, tokens):
    assert ids(client) == ["buildings", "dom"]
    assert ids(client, headers=tokens["land"]) == ["buildings", "dom", "parcels"]
    assert client.get(f"{ITEMS}/parcels").status_code == 404
    assert client.get(f"{ITEMS}/nothing").status_code == 404
    assert client.get("/records/collections/other/items").status_code == 404
    listed = {collection["id"] for collection in client.get("/collections").json()["collections"]}
    assert listed == {"buildings", "dom"}  # the catalogue itself is no collection of features


def test_a_record_tells_source_accuracy_scale_and_ways_to_the_data(client, tokens):
    found = client.get(f"{ITEMS}/parcels?lang=en", headers=tokens["land"]).json()
    said = found["properties"]
    assert (said["type"], said["title"], said["titles"]["zh"]) == ("dataset", "Parcels", "地籍 <宗地>")
    assert (said["accuracy_m"], said["largest_scale"], said["feature_count"]) == (0.05, 500, 9)
    assert "宗地2024.shp" in said["lineage"]
    assert "10 features read, 8 kept, 1 repaired, 1 refused" in said["lineage"]
    assert found["geometry"]["coordinates"][0][0] == [115.5, 34.3]
    assert found["conformsTo"] == ["http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core"]
    ways = {link["rel"]: link for link in found["links"]}
    assert ways["item"]["href"].endswith("/collections/parcels/tilejson") or "item" in ways
    assert {"self", "alternate", "collection", "enclosure"} <= set(ways)
    dom = client.get(f"{ITEMS}/dom").json()
    assert dom["time"] == {"interval": ["2024-05-01T00:00:00Z", "2024-05-01T23:59:59Z"]}
    assert dom["properties"]["title"] == "正射影像"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=宗地", ["parcels"]), ("q=zhengshe", ["dom"]), ("q=zsyx", ["dom"]), ("q=nothing", []),
        ("q=宗地,影像", ["dom", "parcels"]), ("q=权属 全市", ["parcels"]), ("q=权属 影像", []),
        ("bbox=115.9,33.9,116.2,34.2", ["buildings", "dom"]), ("bbox=170,-10,-170,10", []),
        ("datetime=2024-05-01", ["dom", "parcels"]), ("datetime=../2019-12-31", ["buildings", "parcels"]),
        ("datetime=2024-06-01/..", ["parcels"]), ("type=dataset", ["buildings", "dom", "parcels"]),
        ("type=service", []), ("ids=dom,parcels", ["dom", "parcels"]), ("externalIds=geoservice:layer:dom", ["dom"]),
        ("department=land", ["parcels"]), ("kind=imagery", ["dom"]),
        ("filter=accuracy_m<1", ["parcels"]), ("filter=title LIKE '地籍%25'", ["parcels"]),
        ("filter=kind IN ('imagery') OR largest_scale = 500", ["dom", "parcels"]),
        ("filter=S_INTERSECTS(geometry,POINT(115.6 34.49))", ["buildings", "parcels"]),
        ("filter=updated > TIMESTAMP('2020-01-01T00:00:00Z')", ["buildings", "dom", "parcels"]),
        ('filter-lang=cql2-json&filter={"op":"=","args":[{"property":"kind"},"vector"]}', ["buildings", "parcels"]),
        ("sortby=-id", ["parcels", "dom", "buildings"]), ("sortby=%2Baccuracy_m,-id", ["dom", "buildings", "parcels"]),
    ],
)  # fmt: skip
def test_records_are_found(client, tokens, query, expected):
    assert sorted(ids(client, query, tokens["land"])) == sorted(expected)
    if query.startswith("sortby"):
        assert ids(client, query, tokens["land"]) == expected


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=x", "bbox=1,2,3", "bbox=1,95,2,99", "datetime=yesterday", "sortby=nothing", "filter=nothing=1",
     "filter=((", "filter-lang=sql&filter=1=1", "nothing=1", "f=shp", "q=%00"],
)  # fmt: skip
def test_what_is_wrong_is_refused(client, query):
    answer = client.get(f"{ITEMS}?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


def test_pages_lead_through_all_records(client, tokens):
    seen, url = [], f"{ITEMS}?limit=1&sortby=id"
    while url:
        page = client.get(url, headers=tokens["land"]).json()
        assert (page["numberMatched"], page["numberReturned"]) == (3, 1)
        seen += [feature["id"] for feature in page["features"]]
        url = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert seen == ["buildings", "dom", "parcels"]


def test_dcat_describes_one_data_set_and_the_whole_catalogue(client, tokens):
    answer = client.get(f"{ITEMS}/parcels?f=dcat", headers=tokens["land"])
    assert answer.headers["content-type"] == "application/ld+json"
    one = answer.json()
    assert one["@type"] == "dcat:Dataset"
    assert {text["@language"]: text["@value"] for text in one["dct:title"]} == {"zh": "地籍 <宗地>", "en": "Parcels"}
    assert one["dct:spatial"]["dcat:bbox"]["@value"].startswith("POLYGON((115.5 34.3")
    assert one["dqv:hasQualityMeasurement"]["dqv:value"]["@value"] == "0.05"
    assert one["dct:accessRights"]["@id"].endswith("RESTRICTED")
    used = {name.partition(":")[0] for name in keys(one) if not name.startswith("@")}
    assert used <= set(one["@context"])
    whole = client.get("/records/collections/layers?f=dcat", headers=tokens["land"]).json()
    assert whole["@type"] == "dcat:Catalog"
    assert [dataset["dct:identifier"] for dataset in whole["dcat:dataset"]] == ["buildings", "dom", "parcels"]


def keys(node: Any) -> set[str]:
    """The property names of a JSON-LD document, its context left out."""
    if isinstance(node, list):
        return set().union(*map(keys, node))
    if isinstance(node, dict):
        inner = [keys(value) for name, value in node.items() if name != "@context"]
        return set(node).union(*inner)
    return set()


def iso(client: Any, name: str, headers: Any = None) -> Any:
    answer = client.get(f"{ITEMS}/{name}?f=iso19139", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/xml")
    return etree.fromstring(answer.content)


def test_iso_19139_is_read_by_owslib_with_everything_in_its_place(client, tokens):
    read = MD_Metadata(iso(client, "parcels", tokens["land"]))
    assert (read.identifier, read.languagecode, read.hierarchy) == ("parcels", "chi", "dataset")
    [said] = read.identification
    assert (said.title, said.abstract) == ("地籍 <宗地>", "全市宗地 & 权属")
    assert (said.bbox.minx, said.bbox.maxy) == ("115.50000000", "34.50000000")
    assert (said.denominators, said.topiccategory) == (["500"], ["planningCadastre"])
    assert "国土" in [word.name for word in said.keywords[0].keywords]
    assert read.referencesystem.code in {"4490", "4509"}
    assert "宗地2024.shp" in read.dataquality.lineage
    addresses = {link.url for link in read.distribution.online}
    assert "http://city.example/collections/parcels/items" in addresses
    raw = etree.tostring(iso(client, "parcels", tokens["land"]), encoding="unicode")
    assert "<gco:Record>0.05</gco:Record>" in raw
    assert 'locale="#en">Parcels<' in raw


ORDER = (
    "fileIdentifier language characterSet hierarchyLevel contact dateStamp metadataStandardName "
    "metadataStandardVersion dataSetURI locale spatialRepresentationInfo referenceSystemInfo identificationInfo "
    "distributionInfo dataQualityInfo"
).split()
IDENTIFICATION = (
    "citation abstract credit status pointOfContact resourceMaintenance descriptiveKeywords resourceConstraints "
    "spatialRepresentationType spatialResolution language characterSet topicCategory extent supplementalInformation"
).split()


@pytest.mark.parametrize("name", ["parcels", "dom", "buildings"])
def test_iso_19139_keeps_the_order_of_the_schema(client, tokens, name):
    root = iso(client, name, tokens["land"])

    def places(parent: Any, order: list[str]) -> list[int]:
        return [order.index(etree.QName(child).localname) for child in parent]

    space = {"gmd": "http://www.isotc211.org/2005/gmd"}
    for parent, order in ((root, ORDER), (root.find(".//gmd:MD_DataIdentification", space), IDENTIFICATION)):
        assert places(parent, order) == sorted(places(parent, order))


def test_owslib_reads_the_catalogue_as_records(service_address):
    catalogue = Records(service_address + "/records/")
    assert catalogue.records() == ["layers"]
    found = catalogue.collection_items("layers", limit=10)
    assert [feature["id"] for feature in found["features"]] == ["buildings", "dom"]
    assert catalogue.collection_item("layers", "dom")["properties"]["kind"] == "imagery"
    assert catalogue.collection_items("layers", q="影像")["numberMatched"] == 1
    assert "updated" in catalogue.collection_queryables("layers")["properties"]


@pytest.fixture(scope="module")
def service_address(client):
    """The same application behind a real port, for a client that opens its own connections."""
    with serving(client.app, lifespan="off") as address:
        yield address


def test_the_pages_show_the_records_and_search_them(client, tokens):
    page = client.get("/records", headers={"Accept": "text/html", **tokens["land"]})
    assert page.status_code == 200
    for text in ("商丘市资源目录", "地籍 &lt;宗地&gt;", "0.05 m", "1:500", "限部门"):
        assert text in page.text
    assert "正射影像" not in client.get("/records?f=html&q=宗地").text
    one = client.get(f"{ITEMS}/parcels?f=html&lang=en", headers=tokens["land"]).text
    for text in ("Parcels", "largest usable scale", "Coordinate operation", "f=iso19139"):
        assert text in one


def test_classes_links_and_etags(client):
    root = client.get("/records").json()
    assert "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/searchable-catalog" in root["conformsTo"]
    assert {"self", "service-desc", "conformance", "data"} <= {link["rel"] for link in root["links"]}
    rels = [link["rel"] for link in client.get("/").json()["links"]]
    assert "http://www.opengis.net/def/rel/ogc/1.0/ogc-catalog" in rels
    first = client.get(ITEMS)
    assert client.get(ITEMS, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
