"""What the suite of WMTS 1.0 asks of the capabilities: schema, sections, versions, what they say, what is refused."""

import pytest
from lxml import etree

NAMES = {"w": "http://www.opengis.net/wmts/1.0", "o": "http://www.opengis.net/ows/1.1"}
HREF = "{http://www.w3.org/1999/xlink}href"
WHOLE = "service=WMTS&request=GetCapabilities"
SECTIONS = ("ServiceIdentification", "ServiceProvider", "OperationsMetadata", "Contents")
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


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
    (exception,) = exceptions(response)
    return exception


def exceptions(response):
    """The codes and locators of the exceptions of an exception report."""
    assert response.status_code == 400
    assert "/xml" in response.headers["content-type"]
    report = etree.fromstring(response.content)
    assert report.tag == "{http://www.opengis.net/ows/1.1}ExceptionReport"
    assert report.get("version")
    return [(one.get("exceptionCode"), one.get("locator", "").lower()) for one in xpath(report, "o:Exception")]


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


def test_the_schema_is_named_and_the_form_of_the_document_offered(capabilities):
    """Both are mandatory; the schema's name must end so, or its validity is not tested at all."""
    assert capabilities.get(f"{XSI}schemaLocation").endswith("/wmts.xsd")
    path = "//o:Operation[@name='GetCapabilities']/o:Parameter[@name='AcceptFormats']/o:AllowedValues/o:Value/text()"
    assert xpath(capabilities, path) == ["application/xml"]


def test_no_grid_claims_a_well_known_scale_set(capabilities):
    """The suite compares number by number with tables of nineteen levels, and a name of the system from 2010."""
    assert xpath(capabilities, "//w:WellKnownScaleSet") == []


def test_a_grids_scales_fall_and_none_comes_twice(capabilities):
    for grid in xpath(capabilities, "//w:Contents/w:TileMatrixSet"):
        scales = [float(value) for value in xpath(grid, "w:TileMatrix/w:ScaleDenominator/text()")]
        assert scales == sorted(set(scales), reverse=True)


def test_the_same_document_stands_at_its_rest_address(site, capabilities):
    (link,) = capabilities.findall("w:ServiceMetadataURL", NAMES)
    assert etree.tostring(etree.fromstring(site.get(link.get(HREF), headers={}).content)) == etree.tostring(
        capabilities
    )


@pytest.mark.parametrize("names", [("SERVICE", "RequesT", "version"), ("SeRvIcE", "request", "VERSION")])
def test_names_of_parameters_are_case_insensitive_in_any_order(site, capabilities, names):
    pairs = list(zip(names, ("WMTS", "GetCapabilities", "1.0.0"), strict=True))
    for first in range(3):
        asked = dict(pairs[first:] + pairs[:first])
        answer = site.get(address(capabilities, "GetCapabilities"), params=asked, headers={})
        assert etree.tostring(etree.fromstring(answer.content)) == etree.tostring(capabilities)


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_asked_for_comes_alone(site, capabilities, section):
    base = address(capabilities, "GetCapabilities")
    answer = site.get(f"{base}?service=WMTS&request=GetCapabilities&sections={section}", headers={})
    assert {etree.QName(child).localname for child in etree.fromstring(answer.content)} == {section}


@pytest.mark.parametrize("all_of_them", ["all", "All"])
def test_all_sections_are_the_whole_document(site, capabilities, all_of_them):
    answer = site.get(f"{address(capabilities, 'GetCapabilities')}?{WHOLE}&sections={all_of_them}", headers={})
    assert etree.tostring(etree.fromstring(answer.content)) == etree.tostring(capabilities)


@pytest.mark.parametrize(
    ("query", "code", "locators"),
    [
        ("request~GetCapabilities!service~!'WMTS'version~'1.0.0", "MissingParameterValue", {"service", "request"}),
        ("request=GetCapabilities", "MissingParameterValue", {"service"}),
        ("service=WMTS", "MissingParameterValue", {"request"}),
        ("service=BOGUS&request=GetCapabilities", "InvalidParameterValue", {"service"}),
        ("service=WMTS&request=GetBOGUS", "InvalidParameterValue", {"request"}),
        (f"{WHOLE}&acceptversions=1.1.0,1.2.0", "VersionNegotiationFailed", {""}),
        (f"{WHOLE}&sections=Bogus", "InvalidParameterValue", {"sections"}),
        (f"{WHOLE}&sections=", "MissingParameterValue", {"sections"}),
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


def test_a_path_below_or_beside_the_service_is_404(site, capabilities):
    (link,) = capabilities.findall("w:ServiceMetadataURL", NAMES)
    rest = link.get(HREF)
    beside = rest.removesuffix(".xml") + "Bogus.xml"
    for path in (f"{address(capabilities, 'GetCapabilities')}/nonesuch", f"{rest}/Bogus", beside):
        assert site.get(path, headers={}).status_code == 404, path
