"""What the suite of WMTS 1.0 asks of GetTile and GetFeatureInfo, by KVP and by the templates.

It takes the middle one of everything: layer, style, format, information format, grid and matrix, and of a matrix the
first, middle and last row and column, wherever the layer's features are.
"""

import io

import pytest
from lxml import etree
from PIL import Image

from tests.conformance.test_wmts_suite import HREF, NAMES, address, exceptions, refused, xpath
from tests.conformance.test_wmts_suite import capabilities as capabilities

TILE = ("layer", "style", "format", "TileMatrixSet", "TileMatrix", "TileRow", "TileCol")
PIXEL = (*TILE, "J", "I", "infoFormat")


def middle(found):
    return found[(len(found) + 1) // 2 - 1]


@pytest.fixture(scope="module")
def chosen(capabilities):
    """What the suite chooses, with the layer's element and the grid's."""
    layer = middle(xpath(capabilities, "//w:Contents/w:Layer"))
    grid_id = middle(xpath(layer, "w:TileMatrixSetLink/w:TileMatrixSet/text()"))
    (grid,) = xpath(capabilities, f"//w:Contents/w:TileMatrixSet[o:Identifier='{grid_id}']")
    values = {
        "service": "WMTS", "request": "GetTile", "version": "1.0.0", "TileMatrixSet": grid_id,
        "layer": layer.findtext("o:Identifier", None, NAMES),
        "style": middle(xpath(layer, "w:Style/o:Identifier/text()")),
        "format": middle(xpath(layer, "w:Format/text()")),
    }  # fmt: skip
    return values, layer, grid


def places(matrix):
    """The first, middle and last tile of a matrix, each on its diagonal."""
    rows, cols = (int(matrix.findtext(f"w:Matrix{side}", None, NAMES)) for side in ("Height", "Width"))
    name = matrix.findtext("o:Identifier", None, NAMES)
    found = {(0, 0), ((rows - 1) // 2, (cols - 1) // 2), (rows - 1, cols - 1)}
    return [{"TileMatrix": name, "TileRow": str(row), "TileCol": str(col)} for row, col in sorted(found)]


@pytest.fixture(scope="module")
def tile(chosen):
    """A complete GetTile: the middle tile of the middle matrix."""
    values, _, grid = chosen
    at = places(middle(xpath(grid, "w:TileMatrix")))
    return values | at[len(at) // 2]


@pytest.fixture(scope="module")
def pixel(chosen, tile):
    """A complete GetFeatureInfo for that tile."""
    form = middle(xpath(chosen[1], "w:InfoFormat/text()"))
    return tile | {"request": "GetFeatureInfo", "infoFormat": form, "J": "127", "I": "127"}


def filled(layer, kind, form, values):
    """A template filled in; ``MISSING`` leaves nothing in its place."""
    (template,) = xpath(layer, f"w:ResourceURL[@resourceType='{kind}'][@format='{form}']/@template")
    for name in ("Style", "TileMatrixSet", "TileMatrix", "TileRow", "TileCol", "J", "I"):
        value = values.get("style" if name == "Style" else name, "")
        template = template.replace(f"{{{name}}}", "" if value == "MISSING" else value)
    return template


def read(answer, form):
    """The picture of an answer, as Java reads it: PNG and JPEG, and nothing else."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == form
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.format in ("PNG", "JPEG")
    return picture


def test_matrices_give_their_tiles_by_kvp_and_by_template(site, capabilities, chosen):
    values, layer, grid = chosen
    for matrix in xpath(grid, "w:TileMatrix")[::5]:
        for at in places(matrix):
            asked = values | at
            kvp = site.get(address(capabilities, "GetTile"), params=asked, headers={})
            size = tuple(int(matrix.findtext(f"w:Tile{side}", None, NAMES)) for side in ("Width", "Height"))
            assert read(kvp, asked["format"]).size == size
            rest = site.get(filled(layer, "tile", asked["format"], asked), headers={})
            assert rest.content == kvp.content


def test_every_style_has_a_legend_in_the_format_told(site, capabilities):
    legends = xpath(capabilities, "//w:Contents/w:Layer/w:Style/w:LegendURL")
    assert len(legends) == len(xpath(capabilities, "//w:Contents/w:Layer/w:Style"))
    for legend in legends:
        answer = site.get(legend.get(HREF))
        assert (answer.status_code, answer.headers["content-type"]) == (200, legend.get("format")), legend.get(HREF)


def test_a_time_narrows_what_a_tile_shows_and_one_that_is_none_is_refused(site):
    asked = "/wmts?service=WMTS&version=1.0.0&request=GetTile&layer=voyages&style=default&format=image/png"
    asked += "&TileMatrixSet=WebMercatorQuad&TileMatrix=0&TileRow=0&TileCol=0"
    whole, some, none = (site.get(asked + more).content for more in ("", "&TIME=2020-03", "&time=1999"))
    assert len({whole, some, none}) == 3
    assert site.get(f"{asked}&TIME=2020-03-01/2020-03-31").content == some
    for wrong in ("yesterday", "2020,2021"):
        refused = site.get(f"{asked}&TIME={wrong}")
        assert refused.status_code == 400
        (one,) = xpath(etree.fromstring(refused.content), "//o:Exception")
        assert (one.get("exceptionCode"), one.get("locator")) == ("InvalidParameterValue", "time")


def test_every_layer_gives_a_tile_in_every_format_and_style(site, capabilities, tile):
    for layer in xpath(capabilities, "//w:Contents/w:Layer"):
        grid = xpath(layer, "w:TileMatrixSetLink/w:TileMatrixSet/text()")[0]
        for form in xpath(layer, "w:Format/text()"):
            for style in xpath(layer, "w:Style/o:Identifier/text()"):
                name = layer.findtext("o:Identifier", None, NAMES)
                asked = tile | {"layer": name, "format": form, "style": style, "TileMatrixSet": grid}
                asked |= {"TileMatrix": "0", "TileRow": "0", "TileCol": "0"}
                assert read(site.get(address(capabilities, "GetTile"), params=asked, headers={}), form)


@pytest.mark.parametrize("name", TILE)
def test_a_tile_without_a_parameter_or_with_a_wrong_one_is_refused(site, capabilities, chosen, tile, name):
    base = address(capabilities, "GetTile")
    without = {key: value for key, value in tile.items() if key != name}
    assert refused(site.get(base, params=without, headers={})) == ("MissingParameterValue", name.lower())
    wrong = refused(site.get(base, params=tile | {name: "BOGUS"}, headers={}))
    assert wrong == ("InvalidParameterValue", name.lower())
    if name not in ("layer", "format"):  # they stand in the template
        for value in ("MISSING", "BOGUS"):
            template = filled(chosen[1], "tile", tile["format"], tile | {name: value})
            assert site.get(template, headers={}).status_code >= 400, template


def test_a_layer_that_is_none_is_an_error_in_the_template(site, chosen, tile):
    address = filled(chosen[1], "tile", tile["format"], tile).replace(f"/{tile['layer']}/", "/BOGUS/")
    assert site.get(address, headers={}).status_code == 404


@pytest.mark.parametrize("name", ["TileRow", "TileCol"])
@pytest.mark.parametrize("value", ["-1", "beyond", "2147483647"])
def test_a_tile_outside_the_matrix_is_out_of_range(site, capabilities, chosen, tile, name, value):
    side = "w:MatrixHeight" if name == "TileRow" else "w:MatrixWidth"
    beyond = xpath(chosen[2], f"w:TileMatrix[o:Identifier='{tile['TileMatrix']}']/{side}/text()")[0]
    asked = tile | {name: beyond if value == "beyond" else value}
    got = refused(site.get(address(capabilities, "GetTile"), params=asked, headers={}))
    assert got == ("TileOutOfRange", name.lower())
    assert site.get(filled(chosen[1], "tile", tile["format"], asked), headers={}).status_code >= 400


def test_what_lies_under_a_pixel_is_told_in_every_form_under_its_very_type(site, capabilities, chosen, pixel):
    for form in xpath(chosen[1], "w:InfoFormat/text()"):
        asked = pixel | {"infoFormat": form}
        kvp = site.get(address(capabilities, "GetFeatureInfo"), params=asked, headers={})
        rest = site.get(filled(chosen[1], "FeatureInfo", form, asked), headers={})
        for answer in (kvp, rest):
            assert (answer.status_code, answer.headers["content-type"]) == (200, form)
            assert int(answer.headers["content-length"]) > 1


def test_the_form_in_the_middle_is_xml_wherever_nothing_lies(site, capabilities, chosen, pixel):
    for place in places(xpath(chosen[2], "w:TileMatrix")[-1]):
        answer = site.get(address(capabilities, "GetFeatureInfo"), params=pixel | place, headers={})
        assert etree.QName(etree.fromstring(answer.content)).localname == "FeatureCollection"


@pytest.mark.parametrize("name", PIXEL)
def test_a_pixel_without_a_parameter_or_with_a_wrong_one_is_refused(site, capabilities, chosen, pixel, name):
    base = address(capabilities, "GetFeatureInfo")
    without = {key: value for key, value in pixel.items() if key != name}
    assert refused(site.get(base, params=without, headers={})) == ("MissingParameterValue", name.lower())
    wrong = refused(site.get(base, params=pixel | {name: "BOGUS"}, headers={}))
    assert wrong == ("InvalidParameterValue", name.lower())
    if name not in ("layer", "format", "infoFormat"):
        for value in ("MISSING", "BOGUS"):
            template = filled(chosen[1], "FeatureInfo", pixel["infoFormat"], pixel | {name: value})
            assert site.get(template, headers={}).status_code >= 400, template


@pytest.mark.parametrize("name", ["I", "J"])
def test_a_pixel_beyond_the_tile_has_the_standards_code_and_the_suites(site, capabilities, chosen, pixel, name):
    asked = pixel | {name: "256"}
    got = exceptions(site.get(address(capabilities, "GetFeatureInfo"), params=asked, headers={}))
    assert got == [("PointIJOutOfRange", name.lower()), ("TileOutOfRange", name.lower())]
    assert site.get(filled(chosen[1], "FeatureInfo", pixel["infoFormat"], asked), headers={}).status_code >= 400
