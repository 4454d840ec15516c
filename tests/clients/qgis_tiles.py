"""Run by Debian's Python with QGIS, headless: draws a WMTS layer and a vector tile layer, prints colours as JSON."""

import json
import sys

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

PLACES = [(-100.0, 40.0), (10.0, 50.0), (120.0, -30.0)]
SIDE = 512
EDGE = 20037508.342789244


def draw(layer):
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    settings.setExtent(QgsRectangle(-EDGE, -EDGE, EDGE, EDGE))
    settings.setOutputSize(QSize(SIDE, SIDE))
    settings.setBackgroundColor(QColor(255, 255, 255))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    return job.renderedImage()


def pixel(image, lon, lat):
    import math

    x = lon * 111319.490793
    y = 6378137 * math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))
    colour = image.pixelColor(int((x + EDGE) / (2 * EDGE) * SIDE), int((EDGE - y) / (2 * EDGE) * SIDE))
    return [colour.red(), colour.green()]


def main(url):
    app = QgsApplication([], False)
    app.initQgis()
    address = f"{url}/wmts?service%3DWMTS%26request%3DGetCapabilities"
    source = f"crs=EPSG:3857&format=image/png&layers=picture&styles=rgb&tileMatrixSet=WebMercatorQuad&url={address}"
    wmts = QgsRasterLayer(source, "picture", "wms")
    tiles = QgsVectorTileLayer(f"type=xyz&url={url}/xyz/regions/{{z}}/{{x}}/{{y}}.mvt&zmin=0&zmax=6", "regions")
    pictures = [draw(layer) for layer in (wmts, tiles)]
    white = sum(
        pictures[1].pixelColor(x, y) == QColor(255, 255, 255) for x in range(0, SIDE, 8) for y in range(0, SIDE, 8)
    )
    report = {
        "valid": [wmts.isValid(), tiles.isValid()],
        "colours": [pixel(pictures[0], *place) for place in PLACES],
        "drawn": 1 - white / (SIDE // 8) ** 2,
    }
    print(json.dumps(report))
    sys.stdout.flush()
    app.exitQgis()


main(sys.argv[1])
