"""What the suite of WMS 1.3.0 asks: basic elements, capabilities, maps of the town around Blue Lake, what is there."""

import io

import numpy as np
import pytest
from lxml import etree
from PIL import Image

WMS, OGC = "{http://www.opengis.net/wms}", "{http://www.opengis.net/ogc}"
NAMES = {"w": WMS[1:-1]}
HREF = "{http://www.w3.org/1999/xlink}href"
TITLES = (
    "BasicPolygons", "Bridges", "Buildings", "DividedRoutes", "Forests", "Lakes", "MapNeatline", "NamedPlaces",
    "Ponds", "RoadSegments", "Streams",
)  # fmt: skip
TOWN, SHORE = "-0.0025,-0.0025,0.0025,0.0025", "0,-0.0020,0.0040,0"
JAVA = {"Accept": "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"}
"""What the suite's client sends."""


class Wms:
    """The service by its capabilities, asked as the suite does: names of parameters in letters large and small."""

    def __init__(self, site):
        self.site = site
        answer = site.get("/wms?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.3.0", headers=JAVA)
        self.document = etree.fromstring(answer.content)
        self.address = self.texts("//w:GetMap//w:OnlineResource/@xlink:href")[0]

    def find(self, path):
        return self.document.xpath(path, namespaces=NAMES | {"xlink": HREF[1:].partition("}")[0]})

    def texts(self, path):
        return [str(one if isinstance(one, str) else one.text) for one in self.find(path)]

    def name(self, title):
        (name,) = self.texts(f"//w:Layer[w:Title='cite:{title}']/w:Name")
        return name

    def ask(self, request="GetMap", **given):
        query = {"ReQuEsT": request, "VeRsIoN": "1.3.0"} | given
        pairs = "&".join(f"{name}={value}" for name, value in query.items() if value is not None)
        return self.site.get(f"{self.address}{pairs}", headers=JAVA)

    def map(self, layers="Lakes", box=TOWN, size=(200, 200), **given):
        named = ",".join(self.name(title) for title in layers.split(",")) if layers else given.pop("layer")
        query = {
            "LaYeRs": named, "StYlEs": "", "CrS": "CRS:84", "BbOx": box, "WiDtH": size[0], "HeIgHt": size[1],
            "FoRmAt": "image%2Fpng",
        }  # fmt: skip
        return self.ask(**(query | given))

    def info(self, queried="Lakes", layers="Lakes", box=SHORE, size=(200, 100), i=60, j=60, **given):
        wanted = ",".join(self.name(title) for title in queried.split(","))
        query = {"InFo_fOrMaT": self.texts("//w:GetFeatureInfo/w:Format")[0], "I": i, "J": j, "QuErY_LaYeRs": wanted}
        return self.map(layers, box, size, ReQuEsT="GetFeatureInfo", **(query | given))


@pytest.fixture(scope="module")
def wms(site):
    return Wms(site)


def pixels(answer):
    assert answer.headers["content-type"].startswith("image/"), answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGBA"))


def is_form(answer, media_type):
    return answer.headers["content-type"].partition(";")[0].strip() == media_type.partition(";")[0]


def code(answer):
    assert is_form(answer, "text/xml"), answer.headers["content-type"]
    report = etree.fromstring(answer.content)
    assert report.tag == f"{OGC}ServiceExceptionReport"
    (exception,) = report.findall(f"{OGC}ServiceException")
    return exception.get("code")


@pytest.mark.parametrize("version", ["", "&VeRsIoN=1.3.0", "&VeRsIoN=100.0.0", "&VeRsIoN=1.3.0&BoGuS=ignored"])
def test_versions_are_agreed_on_and_the_unknown_is_ignored(wms, version):
    answer = wms.site.get(f"{wms.address}SeRvIcE=WMS&ReQuEsT=%47%65%74Capabilities{version}", headers=JAVA)
    assert etree.fromstring(answer.content).get("version") == "1.3.0"
    assert is_form(wms.map(BoGuS="ignored"), "image/png")
    assert is_form(wms.info(BoGuS="ignored"), "application/json")


@pytest.mark.parametrize("more", ["", "&FoRmAt=text%2Fxml", "&FoRmAt=invalid", "&UpDaTeSeQuEnCe=ignored"])
def test_capabilities_come_as_text_xml_whatever_is_asked_for(wms, more):
    answer = wms.site.get(f"{wms.address}SeRvIcE=WMS&ReQuEsT=GetCapabilities{more}", headers=JAVA)
    assert is_form(answer, "text/xml")
    assert etree.fromstring(answer.content).tag == f"{WMS}WMS_Capabilities"


def test_the_document_says_what_the_suite_looks_for(wms):
    for address in wms.texts("//w:Request//w:OnlineResource/@xlink:href"):
        assert address.endswith(("?", "&"))
    assert "text/xml" in wms.texts("//w:GetCapabilities/w:Format")
    assert "XML" in wms.texts("//w:Exception/w:Format")
    assert wms.texts("//w:Service/w:KeywordList/w:Keyword")
    for layer in wms.find("//w:Layer[w:Name]"):
        assert layer.xpath(
            "w:Abstract and w:KeywordList/w:Keyword and w:MetadataURL and w:BoundingBox", namespaces=NAMES
        )
        systems = layer.xpath("ancestor-or-self::w:Layer/w:CRS/text()", namespaces=NAMES)
        boxed = layer.xpath("w:BoundingBox/@CRS", namespaces=NAMES)
        assert "CRS:84" in systems
        assert set(boxed) <= set(systems)
        assert len(boxed) == len(set(boxed))
    assert set(TITLES) <= {title.removeprefix("cite:") for title in wms.texts("//w:Layer[w:Name]/w:Title")}
    for title in TITLES:
        (layer,) = wms.find(f"//w:Layer[w:Title='cite:{title}']")
        assert (layer.get("queryable"), layer.get("noSubsets"), layer.get("fixedWidth")) == ("1", None, None)


def test_boxes_have_the_order_of_their_system_and_the_very_numbers_of_the_box_in_degrees(wms):
    for box in wms.find("//w:BoundingBox"):
        west, east, south, north = (
            np.float32(one) for one in box.xpath("../w:EX_GeographicBoundingBox/*/text()", namespaces=NAMES)
        )
        assert west <= east
        assert south <= north
        first, second = (np.float32(box.get(name)) for name in ("minx", "miny"))
        if box.get("CRS").endswith("4326"):
            assert (first, second) == (south, west)
        elif box.get("CRS").endswith("84"):
            assert (first, second) == (west, south)


def test_what_the_document_links_to_has_the_form_and_size_it_says(wms):
    for linked in wms.find("//w:Layer[w:Name][position() < 4]/*[self::w:MetadataURL or self::w:Style]"):
        resource = linked if linked.tag == f"{WMS}MetadataURL" else linked.find(f"{WMS}LegendURL")
        answer = wms.site.get(resource.find(f"{WMS}OnlineResource").get(HREF), headers=JAVA)
        assert answer.status_code == 200
        assert is_form(answer, resource.findtext(f"{WMS}Format"))
        if width := resource.get("width"):
            assert Image.open(io.BytesIO(answer.content)).size == (int(width), int(resource.get("height")))


def test_every_system_and_style_of_a_layer_can_be_drawn(wms):
    (layer,) = wms.find("//w:Layer[w:Title='cite:Lakes']")
    for box in layer.findall(f"{WMS}BoundingBox"):
        sides = ",".join(box.get(name) for name in ("minx", "miny", "maxx", "maxy"))
        assert is_form(wms.map(box=sides, CrS=box.get("CRS")), "image/png"), box.get("CRS")
    styled = [one.findtext(f"{WMS}Name") for one in wms.find("//w:Layer[w:Name][w:Style]")]
    for name in {styled[0], styled[-1], "relief"}:
        for style in wms.texts(f"//w:Layer[w:Name='{name}']/w:Style/w:Name"):
            assert is_form(wms.map(None, layer=name, StYlEs=style), "image/png"), (name, style)


@pytest.mark.parametrize("box", ["1,0,0,1", "0,0,0,1", "0,1,1,0", "0,0,1,0"])
def test_a_box_without_extent_is_an_exception(wms, box):
    assert code(wms.map("BasicPolygons", box=box))


def test_beyond_the_layer_and_beyond_the_world_is_nothing(wms):
    for box in ("-180,-90,-0.1,-0.1", "-10,90,10,110"):
        assert (pixels(wms.map(box=box, size=(100, 100))) == 255).all()


def test_a_box_goes_around_the_pixels_and_may_be_written_with_exponents(wms):
    border = pixels(wms.map(box="0.0016,-0.0012,0.0026,-0.0005", size=(10, 7)))[..., :3]
    inside = np.zeros(border.shape[:2], bool)
    inside[1:-1, 1:-1] = True
    assert not (border[~inside] == 255).all(-1).any()
    town = "Streams,Lakes,Ponds,Bridges,RoadSegments,DividedRoutes,Buildings,MapNeatline"
    plain = pixels(wms.map(town, box="-0.005,-0.0025,0.005,0.0025", size=(400, 200)))
    assert len(np.unique(plain.reshape(-1, 4), axis=0)) > 5
    assert (plain == pixels(wms.map(town, box="-.0005E1,-25E-4,%2B05E-3,.00025E%2B1", size=(400, 200)))).all()


@pytest.mark.parametrize(("given", "below"), [({}, (255, 255, 255)), ({"BgCoLoR": "0x0000FF"}, (0, 0, 255))])
def test_what_is_not_covered_has_the_colour_asked_for_or_white(wms, given, below):
    drawn = pixels(wms.map(box=SHORE, size=(200, 100), **given))
    for part in (drawn[:, :25], drawn[:50, 150:]):
        assert (part == (*below, 255)).all()
    assert (drawn[..., 3] == 255).all()
    assert (pixels(wms.map(box=SHORE, size=(200, 100), TrAnSpArEnT="TRUE"))[..., 3] == 0).any()


def test_refusals_have_the_codes_of_the_standard(wms):
    assert code(wms.map(CrS="UndefinedCRS")) == "InvalidCRS"
    assert code(wms.map(FoRmAt="UnknownFormat")) == "InvalidFormat"
    assert code(wms.map(StYlEs="UndefinedStyle")) == "StyleNotDefined"
    assert code(wms.map("Lakes,Streams", StYlEs="UndefinedStyle,")) == "StyleNotDefined"
    assert code(wms.map("Lakes,Streams", StYlEs=",UndefinedStyle")) == "StyleNotDefined"
    for layers in ("NonExistant", f"NonExistant,{wms.name('Lakes')}", f"{wms.name('Lakes')},NonExistant"):
        assert code(wms.map(None, layer=layers)) == "LayerNotDefined"
        assert code(wms.map(None, layer=layers, ExCePtIoNs="XML")) == "LayerNotDefined"
    assert code(wms.info(QuErY_LaYeRs="InvalidLayer")) == "LayerNotDefined"
    assert code(wms.info(InFo_fOrMaT="Undefined")) == "InvalidFormat"
    for given in ({"i": 200}, {"i": -1}, {"j": 100}, {"j": -1}, {"i": "x"}):
        assert code(wms.info(**given)) == "InvalidPoint"


def test_an_exception_in_a_picture_has_the_form_size_and_background_asked_for(wms):
    wrong = {"layers": None, "layer": "NonExistant", "size": (100, 90)}
    for form in ("image/png", "image/jpeg", "image/webp"):
        for way in ("INIMAGE", "BLANK"):
            answer = wms.map(ExCePtIoNs=way, FoRmAt=form, **wrong)
            assert is_form(answer, form)
            assert pixels(answer).shape == (90, 100, 4)
    assert (pixels(wms.map(ExCePtIoNs="BLANK", BgCoLoR="0xFF0000", **wrong)) == (255, 0, 0, 255)).all()
    assert (pixels(wms.map(ExCePtIoNs="BLANK", TrAnSpArEnT="TRUE", **wrong))[..., 3] == 0).all()
    assert (pixels(wms.map(ExCePtIoNs="BLANK", BgCoLoR="no colour", **wrong)) == 255).all()


def test_formats_styles_layers_and_sizes_are_those_asked_for(wms):
    for form in wms.texts("//w:GetMap/w:Format"):
        assert is_form(wms.map(FoRmAt=form, size=(100, 100)), form)
    four = "Bridges,RoadSegments,DividedRoutes,Buildings"
    drawn = [pixels(wms.map(four, StYlEs=styles)) for styles in ("", ",,,", "default,,default,")]
    assert all((one == drawn[0]).all() for one in drawn)
    assert pixels(wms.map(size=(8, 5))).shape[:2] == (5, 8)
    (opaque,) = wms.texts("//w:Layer[@opaque='1'][1]/w:Name")[:1]
    assert is_form(wms.map(None, layer=opaque, TrAnSpArEnT="TRUE"), "image/png")
    (most,) = wms.texts("//w:Service/w:LayerLimit")
    assert is_form(wms.map(None, layer=",".join([wms.name("Lakes")] * int(most)), size=(100, 100)), "image/png")


def test_the_leftmost_layer_lies_lowest(wms):
    lake = (0.00205, -0.00155, 0.00210, -0.00150)
    box = ",".join(map(str, lake))
    alone = {title: pixels(wms.map(title, box=box, size=(9, 9)))[4, 4] for title in ("Forests", "Lakes")}
    assert (alone["Forests"] != alone["Lakes"]).any()
    for upper, lower in (("Lakes", "Forests"), ("Forests", "Lakes")):
        seen = pixels(wms.map(f"{lower},{upper}", box=box, size=(9, 9)))[4, 4].astype(int)
        assert abs(seen - alone[upper]).sum() < abs(seen - alone[lower]).sum()


def test_what_is_there_comes_in_every_form_and_as_much_as_asked_for(wms):
    for form in wms.texts("//w:GetFeatureInfo/w:Format"):
        assert is_form(wms.info(InFo_fOrMaT=form), form)
    for queried in ("NamedPlaces,Lakes", "NamedPlaces,Streams,Lakes"):
        assert is_form(wms.info(queried, "NamedPlaces,Streams,Lakes"), "application/json")
    both = {
        "queried": "BasicPolygons",
        "layers": "BasicPolygons",
        "box": "-2,2,2,6",
        "size": (100, 100),
        "i": 50,
        "j": 50,
    }
    lengths = [len(wms.info(FeAtUrE_CoUnT=count, **both).content) for count in (None, 1, 2)]
    assert lengths[0] == lengths[1] < lengths[2]
