"""Run by a Python with QGIS, headless: reads collections and prints what it got as JSON.

QT_QPA_PLATFORM=offscreen python3 qgis_reader.py URL
"""

import json
import sys

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeatureRequest,
    QgsRectangle,
    QgsVectorLayer,
)


def layer_of(url, name, crs=None):
    asked = f" srsname='{crs}'" if crs else ""
    layer = QgsVectorLayer(f"url='{url}/' typename='{name}'{asked}", name, "OAPIF")
    if not layer.isValid():
        raise SystemExit(f"QGIS cannot open {name}: {layer.error().message()}")
    return layer


def rows(layer, request=None):
    found = []
    for feature in layer.getFeatures(request or QgsFeatureRequest()):
        geometry = feature.geometry()
        point = geometry.asPoint() if not geometry.isNull() and geometry.type() == 0 else None
        values = [None if value is None or str(value) == "NULL" else str(value) for value in feature.attributes()]
        area = geometry.area() if not geometry.isNull() else None
        found.append({"values": values, "point": [point.x(), point.y()] if point else None, "area": area})
    return found


def main(url):
    app = QgsApplication([], False)
    app.initQgis()
    wells = layer_of(url, "wells")
    inside = QgsFeatureRequest().setFilterRect(QgsRectangle(115.1, 34.1, 115.2, 34.2))
    filtered = layer_of(url, "wells")
    filtered.setSubsetString("kind = 3")
    report = {
        "fields": [(field.name(), field.typeName()) for field in wells.fields()],
        "crs": wells.crs().authid(),
        "same_as_wgs84": wells.crs() == QgsCoordinateReferenceSystem("EPSG:4326"),
        "wells": rows(wells),
        "inside": len(rows(wells, inside)),
        "filtered": len(rows(filtered)),
        "parcels": rows(layer_of(url, "parcels")),
        "parcel_type": layer_of(url, "parcels").wkbType(),
        "buildings": rows(layer_of(url, "buildings")),
        "metric": [row["point"] for row in rows(layer_of(url, "wells", "EPSG:4509"))],
    }
    print(json.dumps(report))
    sys.stdout.flush()
    app.exitQgis()


main(sys.argv[1])
