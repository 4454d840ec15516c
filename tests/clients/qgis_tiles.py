"""Run by a Python with QGIS, headless: draws WMTS, WMS and vector tile layers, prints colours as JSON."""

import json
import sys

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsDateTimeRange,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QDateTime, QSize, Qt
from qgis.PyQt.QtGui import QColor

PLACES = [(-100.0, 40.0), (10.0, 50.0), (120.0, -30.0)]
PERIOD = "2020-01-01T00:00:00Z/2021-08-13T11:00:00Z/PT0S"
MOMENTS = ("2020-01-01T00:00:00Z", "2021-08-13T12:00:00Z")
"""The first voyage's, and one behind the last."""
SIDE = 512
EDGE = 20037508.342789244


def timed_layer(url):
    """A WMS layer as QGIS makes it of one with a time dimension."""
    source = (
        f"type=wmst&allowTemporalUpdates=true&temporalSource=provider&timeDimensionExtent={PERIOD}"
        f"&crs=EPSG:3857&format=image/png&layers=voyages&styles=&url={url}/wms"
    )
    layer = QgsRasterLayer(source, "voyages", "wms")
    layer.temporalProperties().setIsActive(True)
    return layer


def draw(layer, moment=None):
    settings = QgsMapSettings()
    if moment:
        instant = QDateTime.fromString(moment, Qt.ISODate)
        settings.setIsTemporal(True)
        settings.setTemporalRange(QgsDateTimeRange(instant, instant))
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


def drawn(image, step=8):
    """The share of the picture that is not white."""
    places = [(x, y) for x in range(0, SIDE, step) for y in range(0, SIDE, step)]
    return sum(image.pixelColor(x, y) != QColor(255, 255, 255) for x, y in places) / len(places)


def main(url):
    app = QgsApplication([], False)
    app.initQgis()
    address = f"{url}/wmts?service%3DWMTS%26request%3DGetCapabilities"
    source = f"crs=EPSG:3857&format=image/png&layers=picture&styles=rgb&tileMatrixSet=WebMercatorQuad&url={address}"
    wmts = QgsRasterLayer(source, "picture", "wms")
    tiles = QgsVectorTileLayer(f"type=xyz&url={url}/xyz/regions/{{z}}/{{x}}/{{y}}.mvt&zmin=0&zmax=6", "regions")
    maps = [
        QgsRasterLayer(f"crs={crs}&format=image/png&layers={name}&styles=&url={url}/wms", name, "wms")
        for crs, name in (("EPSG:4326", "picture"), ("EPSG:3857", "regions"))
    ]
    layers = [wmts, maps[0], tiles, maps[1]]
    pictures = [draw(layer) for layer in layers]
    timed = timed_layer(url)
    report = {
        "valid": [layer.isValid() for layer in layers],
        "colours": [[pixel(picture, *place) for place in PLACES] for picture in pictures[:2]],
        "drawn": [drawn(picture) for picture in pictures[2:]],
        "timed": [timed.isValid(), *(drawn(draw(timed, moment), 2) for moment in (None, *MOMENTS))],
    }
    print(json.dumps(report))
    sys.stdout.flush()
    app.exitQgis()


main(sys.argv[1])
