"""Tiles, WMTS and STAC of the conformance fixture as real clients read them; everything in it is made by rule."""

import io
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import httpx2
import mapbox_vector_tile
import numpy as np
import pyogrio
import pytest
import rasterio
from owslib.util import ServiceException
from owslib.wms import WebMapService
from owslib.wmts import WebMapTileService
from PIL import Image
from rasterio.crs import CRS
from rasterio.warp import transform
from rich.console import Console

from geoservice.demo.conformance import REGIONS
from geoservice.demo.run import load_conformance
from tests.clients.conftest import serving
from tests.clients.qgis import by_each_qgis
from tests.conformance.conftest import fixture_of

pytestmark = pytest.mark.clients
ROOT = Path(__file__).resolve().parents[2]
PLACES = [(-100.0, 40.0), (10.0, 50.0), (120.0, -30.0)]
"""Longitude, latitude of the pixels that are compared."""


@pytest.fixture(scope="module")
def world(cluster_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service with the conformance fixture, in a process of its own."""
    folder = tmp_path_factory.mktemp("world")
    with fixture_of(cluster_url, template, folder) as service:
        load_conformance(service, Console(file=io.StringIO()))
        with serving(service.database, folder, {"GEOSERVICE_FRAME": "world"}) as url:
            yield url


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")


def colour(lon: float, lat: float) -> tuple[float, float]:
    """Red and green of the fixture's picture at a place, as its rule says."""
    return (lon + 180) / 360 * 255, (90 - lat) / 180 * 255


def mercator(lon: float, lat: float) -> tuple[float, float]:
    return lon * 111319.490793, 6378137 * np.log(np.tan(np.pi / 4 + np.radians(lat) / 2))


def check_picture(pixel_of) -> None:
    """Compare red and green at the places; a pixel of the overviews read here is some degrees wide."""
    for lon, lat in PLACES:
        red, green = pixel_of(lon, lat)[:2]
        wanted = colour(lon, lat)
        assert abs(float(red) - wanted[0]) < 8, (lon, lat, red, wanted)
        assert abs(float(green) - wanted[1]) < 8, (lon, lat, green, wanted)


def names_in(url: str, layer: str) -> set[str]:
    """Names of the features in a layer's first tile, by another reader."""
    body = urllib.request.urlopen(f"{url}/xyz/{layer}/0/0/0.mvt").read()
    return {feature["properties"]["name"] for feature in mapbox_vector_tile.decode(body)[layer]["features"]}


@pytest.mark.cell("GDAL of pyogrio", "Vector tiles")
def test_pyogrio_reads_a_vector_tile(world):
    meta, _, _, fields = pyogrio.raw.read(f"MVT:{world}/xyz/regions/0/0/0.mvt", layer="regions")
    assert set(fields[list(meta["fields"]).index("name")]) == names_in(world, "regions")
    assert len(names_in(world, "regions")) == REGIONS


@pytest.mark.cell("GDAL of Debian", "Vector tiles")
def test_debians_gdal_reads_a_vector_tile(world):
    if shutil.which("ogrinfo") is None:
        pytest.skip("no ogrinfo on this machine")
    out = subprocess.run(
        ["ogrinfo", "-ro", "-al", f"MVT:{world}/xyz/regions/0/0/0.mvt", "regions"],
        capture_output=True, text=True, env=os.environ | {"no_proxy": "127.0.0.1"}, check=True,
    ).stdout  # fmt: skip
    assert out.count("name (String) = R") == REGIONS


@pytest.mark.cell("GDAL of rasterio", "Map tiles, WMTS")
def test_rasterio_reads_wmts(world):
    source = f"WMTS:{world}/wmts/1.0.0/WMTSCapabilities.xml,layer=picture,tilematrixset=WebMercatorQuad"
    with rasterio.open(source) as raster:
        small = raster.read(out_shape=(raster.count, 512, 512))
        left, bottom, right, top = raster.bounds

    def pixel(lon, lat):
        x, y = mercator(lon, lat)
        return small[:, int((top - y) / (top - bottom) * 512), int((x - left) / (right - left) * 512)]

    check_picture(pixel)


@pytest.mark.cell("GDAL of Debian", "Map tiles, WMTS")
def test_debians_gdal_reads_wmts(world, tmp_path):
    if shutil.which("gdal_translate") is None:
        pytest.skip("no gdal_translate on this machine")
    source = f"WMTS:{world}/wmts/1.0.0/WMTSCapabilities.xml,layer=picture,tilematrixset=WebMercatorQuad"
    target = tmp_path / "wmts.tif"
    subprocess.run(
        ["gdal_translate", "-q", "-outsize", "512", "512", source, str(target)],
        env=os.environ | {"no_proxy": "127.0.0.1"}, check=True, timeout=900,
    )  # fmt: skip
    with rasterio.open(target) as raster:
        check_picture(lambda lon, lat: next(raster.sample([mercator(lon, lat)])))


@pytest.mark.cell("OWSLib", "Map tiles, WMTS")
def test_owslib_reads_wmts(world):
    service = WebMapTileService(f"{world}/wmts")
    assert {"picture", "relief", "regions", "crossings"} <= set(service.contents)
    asked = {"layer": "picture", "tilematrixset": "WebMercatorQuad", "tilematrix": "1", "format": "image/png"}
    tile = service.gettile(**asked, row=0, column=1, style="rgb")
    picture = np.asarray(Image.open(io.BytesIO(tile.read())).convert("RGB"))
    x, y = mercator(10.0, 50.0)
    red, green = picture[int((20037508 - y) / 20037508 * 256), int(x / 20037508 * 256)][:2]
    assert abs(float(red) - colour(10, 50)[0]) < 8
    assert abs(float(green) - colour(10, 50)[1]) < 8


@pytest.mark.cell("OWSLib", "WMS")
@pytest.mark.parametrize("version", ["1.3.0", "1.1.1"])
def test_owslib_reads_wms(world, version):
    service = WebMapService(f"{world}/wms", version=version)
    assert {"picture", "relief", "regions"} <= set(service.contents)
    assert service["picture"].boundingBoxWGS84 == pytest.approx((-180, -85.0511288, 180, 85.0511288), abs=1e-6)
    assert service["voyages"].timepositions == ["2020-01-01T00:00:00Z/2021-08-13T11:00:00Z/PT0S"]
    assert service["picture"].timepositions is None
    asked = {"srs": "EPSG:4326", "bbox": (-180, -90, 180, 90), "size": (720, 360), "format": "image/png"}
    picture = np.asarray(Image.open(io.BytesIO(service.getmap(layers=["picture"], **asked).read())).convert("RGB"))
    check_picture(lambda lon, lat: picture[int((90 - lat) * 2), int((lon + 180) * 2)])
    with pytest.raises(ServiceException, match="InvalidFormat"):
        service.getmap(layers=["picture"], **asked | {"format": "image/gif"})


@pytest.mark.cell("GDAL of rasterio", "WMS")
@pytest.mark.parametrize(
    ("version", "system", "box", "order"),
    [("1.1.1", "SRS", "-180,-90,180,90", ""), ("1.3.0", "CRS", "-180,-90,180,90", "<BBoxOrder>yxYX</BBoxOrder>")],
)
def test_rasterio_reads_wms(world, tmp_path, version, system, box, order):
    west, south, east, north = box.split(",")
    described = tmp_path / "wms.xml"
    described.write_text(
        f'<GDAL_WMS><Service name="WMS"><Version>{version}</Version><ServerUrl>{world}/wms?</ServerUrl>'
        f"<{system}>EPSG:4326</{system}><ImageFormat>image/png</ImageFormat><Layers>picture</Layers><Styles></Styles>"
        f"{order}</Service><DataWindow><UpperLeftX>{west}</UpperLeftX><UpperLeftY>{north}</UpperLeftY>"
        f"<LowerRightX>{east}</LowerRightX><LowerRightY>{south}</LowerRightY><SizeX>720</SizeX><SizeY>360</SizeY>"
        "</DataWindow><Projection>EPSG:4326</Projection><BandsCount>3</BandsCount></GDAL_WMS>"
    )
    with rasterio.open(described) as raster:
        picture = raster.read()
    check_picture(lambda lon, lat: picture[:, int((90 - lat) * 2), int((lon + 180) * 2)])


@pytest.mark.cell("pystac-client", "STAC")
def test_pystac_client_finds_every_sheet(world):
    from pystac.validation import validate_dict
    from pystac_client import Client

    catalogue = Client.open(f"{world}/stac")
    assert {collection.id for collection in catalogue.get_collections()} == {"picture", "relief"}
    items = list(catalogue.search(collections=["picture"], bbox=(10, 10, 20, 20)).items())
    assert [item.collection_id for item in items] == ["picture"]
    assert list(catalogue.search(bbox=(10, 10, 20, 20), datetime="1999-01-01/2000-01-01").items()) == []
    for collection in catalogue.get_collections():
        collection.validate()  # against pystac's own copies of the schemas
    for item in items:
        validate_dict(item.to_dict(), extensions=[])  # whose schemas it would fetch
        assert [found.id for found in catalogue.search(datetime=item.get_datetime()).items()]
        assert item.assets["data"].href.startswith(world)


@pytest.mark.cell("GDAL of rasterio", "STAC")
def test_rasterio_reads_the_pixels_that_an_item_leads_to(world):
    [item] = httpx2.get(f"{world}/stac/search?collections=picture").json()["features"]
    said = item["properties"]
    with rasterio.open(f"/vsicurl/{item['assets']['data']['href']}") as raster:
        assert raster.crs == CRS.from_epsg(said["proj:epsg"])
        assert list(raster.shape) == said["proj:shape"]
        assert list(raster.transform)[:6] == pytest.approx(said["proj:transform"])
        assert list(raster.bounds) == pytest.approx(said["proj:bbox"])

        def at(lon: float, lat: float) -> np.ndarray:
            [x], [y] = transform("EPSG:4326", raster.crs, [lon], [lat])
            return next(raster.sample([(x, y)]))[:3]

        check_picture(at)


@pytest.mark.cell("GDAL of Debian", "STAC")
@pytest.mark.skipif(shutil.which("gdal_translate") is None, reason="GDAL's programs are not installed")
def test_gdal_makes_one_raster_of_what_a_search_finds(world, tmp_path):
    search = f'STACIT:"{world}/stac/search?collections=relief"'
    subprocess.run(["gdal_translate", "-q", search, str(tmp_path / "a.tif")], check=True, timeout=60)
    [item] = httpx2.get(f"{world}/stac/search?collections=relief").json()["features"]
    with (
        rasterio.open(tmp_path / "a.tif") as made,
        rasterio.open(f"/vsicurl/{item['assets']['data']['href']}") as stored,
    ):
        assert made.bounds == stored.bounds
        assert np.array_equal(made.read(), stored.read(), equal_nan=True)


@by_each_qgis("Map tiles, WMTS", "Vector tiles", "WMS")
def test_qgis_draws_wmts_wms_and_vector_tiles(world, qgis):
    seen = qgis.run("qgis_tiles.py", world)
    assert seen["valid"] == [True] * 4
    for colours in seen["colours"]:
        for (lon, lat), (red, green) in zip(PLACES, colours, strict=True):
            assert abs(red - colour(lon, lat)[0]) < 8
            assert abs(green - colour(lon, lat)[1]) < 8
    assert min(seen["drawn"]) > 0.02  # a share of the picture is under the polygons
    valid, always, first, after = seen["timed"]
    assert valid
    assert always > first > after == 0  # TIME of one voyage, and of none
