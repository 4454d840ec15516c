"""What the suite of WMTS 1.0 asks of the KVP binding: documents, sections, parameters missing and parameters wrong."""

import io
import itertools

import pytest
from lxml import etree
from PIL import Image

NAMES = {"w": "http://www.opengis.net/wmts/1.0", "o": "http://www.opengis.net/ows/1.1"}
HREF = "{http://www.w3.org/1999/xlink}href"
WHOLE = "service=WMTS&request=GetCapabilities"
SECTIONS = ("ServiceIdentification", "ServiceProvider", "OperationsMetadata", "Contents")
TILE_PARAMETERS = ("Version", "Layer", "Style", "Format", "TileMatrixSet", "TileMatrix", "TileRow", "TileCol")


@pytest.fixture(scope="module")
def capabilities(site):
    response = site.get("/wmts?service=WMTS&request=GetCapabilities&version=1.0.0", headers={})
    assert response.status_code == 200
    assert "/xml" in response.headers["content-type"]
    return etree.fromstring(response.content)


def xpath(element, path):
    return element.xpath(path, namespaces=NAMES)


def address(capabilities, operation):
    """The KVP address the document gives for an operation, without its question mark."""
    (get,) = xpath(capabilities, f"//o:Operation[@name='{operation}']/o:DCP/o:HTTP/o:Get")
    assert xpath(get, "o:Constraint[@name='GetEncoding']/o:AllowedValues/o:Value/text()") == ["KVP"]
    return get.get(HREF).removesuffix("?")


def refused(response):
    """The code and locator of the one exception of an exception report."""
    assert response.status_code == 400
    assert "/xml" in response.headers["content-type"]
    report = etree.fromstring(response.content)
    assert report.tag == "{http://www.opengis.net/ows/1.1}ExceptionReport"
    assert report.get("version")
    (exception,) = xpath(report, "o:Exception")
    return exception.get("exceptionCode"), exception.get("locator", "").lower()


def tile_of(capabilities, layer=None):
    """The parameters of a tile that is there: the first style, format and grid of a layer, its first tile."""
    layer = layer if layer is not None else xpath(capabilities, "//w:Contents/w:Layer")[0]
    grid = xpath(layer, "w:TileMatrixSetLink/w:TileMatrixSet/text()")[0]
    matrix = xpath(capabilities, f"//w:TileMatrixSet[o:Identifier='{grid}']/w:TileMatrix/o:Identifier/text()")[0]
    values = (
        "1.0.0", layer.findtext("o:Identifier", None, NAMES), xpath(layer, "w:Style/o:Identifier/text()")[0],
        xpath(layer, "w:Format/text()")[0], grid, matrix, "0", "0",
    )  # fmt: skip
    return {"service": "WMTS", "request": "GetTile"} | dict(zip(TILE_PARAMETERS, values, strict=True))


def test_the_document_has_every_section_and_unique_identifiers(capabilities):
    assert capabilities.get("version") == "1.0.0"
    for section in (*SECTIONS, "ServiceMetadataURL"):
        assert xpath(capabilities, f"*[local-name()='{section}']"), section
    for path in ("//w:Contents/w:Layer/o:Identifier/text()", "//w:Contents/w:TileMatrixSet/o:Identifier/text()"):
        names = xpath(capabilities, path)
        assert names
        assert len(names) == len(set(names))
    for grid in xpath(capabilities, "//w:Contents/w:TileMatrixSet"):
        names = xpath(grid, "w:TileMatrix/o:Identifier/text()")
        assert len(names) == len(set(names))
    known = set(xpath(capabilities, "//w:Contents/w:TileMatrixSet/o:Identifier/text()"))
    for layer in xpath(capabilities, "//w:Contents/w:Layer"):
        assert len(xpath(layer, "w:Style[@isDefault='true']")) == 1
        assert set(xpath(layer, "w:TileMatrixSetLink/w:TileMatrixSet/text()")) <= known


def test_well_known_scale_sets_have_their_scales(capabilities):
    (grid,) = xpath(
        capabilities, "//w:TileMatrixSet[w:WellKnownScaleSet='urn:ogc:def:wkss:OGC:1.0:GoogleMapsCompatible']"
    )
    scales = [float(value) for value in xpath(grid, "w:TileMatrix/w:ScaleDenominator/text()")]
    assert scales[0] == pytest.approx(559082264.0287178)
    assert all(low == pytest.approx(high / 2) for high, low in itertools.pairwise(scales))
    assert len(scales) >= 19


def test_the_same_document_stands_at_its_rest_address(site, capabilities):
    (link,) = capabilities.findall("w:ServiceMetadataURL", NAMES)
    assert etree.tostring(etree.fromstring(site.get(link.get(HREF), headers={}).content)) == etree.tostring(
        capabilities
    )


def test_names_of_parameters_are_case_insensitive(site, capabilities):
    asked = site.get(f"{address(capabilities, 'GetCapabilities')}?SERVICE=WMTS&REQUEST=GetCapabilities", headers={})
    assert etree.fromstring(asked.content).tag == capabilities.tag


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_asked_for_comes_alone(site, capabilities, section):
    base = address(capabilities, "GetCapabilities")
    answer = site.get(f"{base}?service=WMTS&request=GetCapabilities&sections={section}", headers={})
    found = {etree.QName(child).localname for child in etree.fromstring(answer.content)}
    assert found & set(SECTIONS) == {section}


@pytest.mark.parametrize(
    ("query", "code", "locators"),
    [
        ("request~GetCapabilities!service~!'WMTS'version~'1.0.0", "MissingParameterValue", {"service", "request"}),
        ("request=GetCapabilities", "MissingParameterValue", {"service"}),
        ("service=WMTS", "MissingParameterValue", {"request"}),
        ("service=BOGUS&request=GetCapabilities", "InvalidParameterValue", {"service"}),
        ("service=WMTS&request=GetBOGUS", "InvalidParameterValue", {"request"}),
        (f"{WHOLE}&AcceptVersions=9.9.9", "VersionNegotiationFailed", {"acceptversions", ""}),
        (f"{WHOLE}&Sections=Bogus", "InvalidParameterValue", {"sections"}),
    ],
)  # fmt: skip
def test_a_wrong_request_is_refused_with_code_and_locator(site, capabilities, query, code, locators):
    got, locator = refused(site.get(f"{address(capabilities, 'GetCapabilities')}?{query}", headers={}))
    assert got == code
    assert locator in locators


def test_versions_are_negotiated(site, capabilities):
    base = address(capabilities, "GetCapabilities")
    answer = site.get(f"{base}?service=WMTS&request=GetCapabilities&AcceptVersions=1.1.0,1.0.0", headers={})
    assert etree.fromstring(answer.content).get("version") == "1.0.0"


def test_a_path_below_the_service_is_404(site, capabilities):
    assert site.get(f"{address(capabilities, 'GetCapabilities')}/nonesuch", headers={}).status_code == 404


def test_every_layer_gives_a_tile_in_every_format_and_style(site, capabilities):
    for layer in xpath(capabilities, "//w:Contents/w:Layer"):
        for form in xpath(layer, "w:Format/text()"):
            for style in xpath(layer, "w:Style/o:Identifier/text()"):
                asked = tile_of(capabilities, layer) | {"Format": form, "Style": style}
                answer = site.get(address(capabilities, "GetTile"), params=asked, headers={})
                assert answer.status_code == 200, (asked, answer.text)
                assert answer.headers["content-type"] == form
                assert Image.open(io.BytesIO(answer.content)).size == (256, 256)


@pytest.mark.parametrize("name", TILE_PARAMETERS)
def test_a_tile_without_a_parameter_or_with_a_wrong_one_is_refused(site, capabilities, name):
    base, asked = address(capabilities, "GetTile"), tile_of(capabilities)
    without = {key: value for key, value in asked.items() if key != name}
    assert refused(site.get(base, params=without, headers={})) == ("MissingParameterValue", name.lower())
    wrong = refused(site.get(base, params=asked | {name: "BOGUS"}, headers={}))
    assert wrong == ("InvalidParameterValue", name.lower())


@pytest.mark.parametrize("name", ["TileRow", "TileCol"])
@pytest.mark.parametrize("value", ["-1", "1", "2147483647"])
def test_a_tile_outside_the_matrix_is_out_of_range(site, capabilities, name, value):
    asked = tile_of(capabilities) | {name: value}
    got = refused(site.get(address(capabilities, "GetTile"), params=asked, headers={}))
    assert got == ("TileOutOfRange", name.lower())


def test_the_resource_template_gives_the_same_tile(site, capabilities):
    layer = xpath(capabilities, "//w:Contents/w:Layer")[0]
    asked = tile_of(capabilities, layer)
    (template,) = xpath(layer, f"w:ResourceURL[@resourceType='tile'][@format='{asked['Format']}']/@template")
    for name in ("Style", *TILE_PARAMETERS[4:]):
        template = template.replace(f"{{{name}}}", asked[name])
    kvp = site.get(address(capabilities, "GetTile"), params=asked, headers={})
    assert site.get(template, headers={}).content == kvp.content
