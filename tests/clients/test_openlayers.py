"""OpenLayers' own OGC sources in a real browser read the conformance fixture."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser.conftest import CHROMIUM, FLAGS
from tests.clients.test_tiles import world  # noqa: F401  (a fixture)

pytestmark = pytest.mark.clients
VIEWER = Path(__file__).resolve().parents[2] / "geoservice" / "viewer"
SCRIPT = """
import GeoJSON from 'ol/format/GeoJSON.js';
import MVT from 'ol/format/MVT.js';
import OGCMapTile from 'ol/source/OGCMapTile.js';
import OGCVectorTile from 'ol/source/OGCVectorTile.js';
import WMTS, {optionsFromCapabilities} from 'ol/source/WMTS.js';
import WMTSCapabilities from 'ol/format/WMTSCapabilities.js';
import WFS from 'ol/format/WFS.js';
import {and, bbox, like} from 'ol/format/filter.js';
import TileJSON from 'ol/source/TileJSON.js';

const ready = (source) => new Promise((resolve, reject) => {
  const look = () => source.getState() === 'ready' ? resolve(source)
    : source.getState() === 'error' ? reject(new Error('source failed')) : null;
  source.on('change', look);
  look();
});
const url = (source) => source.getTileUrlFunction()([0, 0, 0], 1, source.getProjection());
window.seen = async (base) => {
  const vector = await ready(new OGCVectorTile({
    url: `${base}/collections/regions/tiles/WebMercatorQuad`, format: new MVT(),
  }));
  const tile = await (await fetch(url(vector))).arrayBuffer();
  const map = await ready(new OGCMapTile({url: `${base}/collections/picture/map/tiles/WebMercatorQuad`}));
  const text = await (await fetch(`${base}/wmts?service=WMTS&request=GetCapabilities`)).text();
  const wanted = {layer: 'picture', matrixSet: 'WebMercatorQuad'};
  const options = optionsFromCapabilities(new WMTSCapabilities().read(text), wanted);
  const wmts = new WMTS(options);
  const json = await ready(new TileJSON({url: `${base}/collections/picture/tilejson`, crossOrigin: 'anonymous'}));
  const pictures = await Promise.all([map, wmts, json].map((source) => fetch(url(source))));
  const page = await (await fetch(`${base}/collections/regions/items?limit=1000`)).json();
  const features = new GeoJSON().readFeatures(page);
  const wfs = new WFS({version: '2.0.0'});
  const asked = wfs.writeGetFeature({
    srsName: 'EPSG:4326', featureNS: 'urn:geoservice:layers', featurePrefix: 'city', featureTypes: ['regions'],
    filter: and(bbox('geometryProperty', [-170, -55, 20, 5], 'EPSG:4326'), like('name', 'R*', '*', '.', '!')),
  });
  const body = new XMLSerializer().serializeToString(asked);
  const found = wfs.readFeatures(await (await fetch(`${base}/wfs`, {method: 'POST', body})).text());
  const extents = (all) => all.map((f) => [f.get('name'), ...f.getGeometry().getExtent()]);
  return {
    wfs: extents(found),
    inTile: new Set(new MVT().readFeatures(tile).map((f) => f.get('name'))).size,
    pictures: pictures.map((answer) => [answer.status, answer.headers.get('content-type')]),
    features: extents(features),
  };
};
"""


@pytest.fixture(scope="module")
def seen(world, tmp_path_factory):  # noqa: F811
    if not (VIEWER / "node_modules" / "ol").is_dir() or not Path(CHROMIUM).exists() or not shutil.which("node"):
        pytest.skip("needs node, the viewer's packages and Chromium")
    from playwright.sync_api import sync_playwright

    folder = tmp_path_factory.mktemp("ol")
    entry = VIEWER / "node_modules" / ".clients.mjs"
    entry.write_text(SCRIPT)
    bundle = folder / "bundle.js"
    subprocess.run(
        ["node_modules/.bin/esbuild", str(entry), "--bundle", f"--outfile={bundle}", "--log-level=error"],
        cwd=VIEWER, check=True,
    )  # fmt: skip
    entry.unlink()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_context(bypass_csp=True).new_page()
        page.goto(f"{world}/collections?f=html")
        page.add_script_tag(path=bundle)
        found = page.evaluate("(base) => window.seen(base)", world)
        browser.close()
    return found


@pytest.mark.cell("OpenLayers", "Features")
def test_openlayers_reads_features(seen):
    squares = {name: extent for name, *extent in seen["features"]}
    assert len(squares) == 72
    for n in (0, 40, 71):
        west, south = -180 + 30 * (n % 12) + 5, -60 + 20 * (n // 12)
        assert squares[f"R{n:02d}"] == pytest.approx([west, south, west + 18, south + 18], abs=1e-7)


@pytest.mark.cell("OpenLayers", "Vector tiles")
def test_openlayers_reads_an_ogc_vector_tileset(seen):
    assert seen["inTile"] == 72


@pytest.mark.cell("OpenLayers", "Map tiles, WMTS")
def test_openlayers_reads_an_ogc_map_tileset_wmts_and_tilejson(seen):
    assert len(seen["pictures"]) == 3
    assert all(status == 200 and kind.startswith("image/") for status, kind in seen["pictures"])


@pytest.mark.cell("OpenLayers", "WFS")
def test_openlayers_asks_by_a_message_in_xml_and_reads_gml(seen):
    squares = {name: extent for name, *extent in seen["features"]}
    inside = {
        name for name, (west, south, east, north) in squares.items()
        if west <= 20 and east >= -170 and south <= 5 and north >= -55
    }  # fmt: skip
    assert {name for name, *_ in seen["wfs"]} == inside
    assert 10 < len(inside) < 72
    for name, *extent in seen["wfs"]:
        assert extent == pytest.approx(squares[name], abs=1e-7)
