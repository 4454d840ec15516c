"""Run by a Python with QGIS, headless: reads layers of a WFS 2.0 and prints what it got as JSON.

QT_QPA_PLATFORM=offscreen python3 qgis_wfs.py URL
"""

import json
import sys

from qgis.core import QgsApplication, QgsDataSourceUri, QgsFeatureRequest, QgsRectangle, QgsVectorLayer


def layer_of(url, name, srs="EPSG:4490", **options):
    uri = QgsDataSourceUri()
    given = {
        "url": f"{url}/wfs", "typename": f"city:{name}", "version": "2.0.0", "srsname": srs,
        "pagingEnabled": "true", "restrictToRequestBBOX": "1",
    }  # fmt: skip
    for key, value in (given | options).items():
        uri.setParam(key, value)
    layer = QgsVectorLayer(uri.uri(False), name, "WFS")
    if not layer.isValid():
        raise SystemExit(f"QGIS cannot open {name}: {layer.error().message()} {layer.dataProvider()}")
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
    filtered.setSubsetString("kind = 3 AND name LIKE '井1%'")
    parcels = layer_of(url, "parcels")
    report = {
        "fields": [(field.name(), field.typeName()) for field in wells.fields()],
        "crs": wells.crs().authid(),
        "wells": rows(wells),
        "inside": len(rows(layer_of(url, "wells"), inside)),
        "filtered": [len(rows(filtered)), filtered.subsetString()],
        "parcels": rows(parcels),
        "parcel_type": parcels.wkbType(),
        "buildings": rows(layer_of(url, "buildings")),
        "systems": {
            srs: [row["point"] for row in rows(layer_of(url, "wells", srs))] for srs in ("EPSG:4326", "EPSG:4547")
        },
    }
    print(json.dumps(report))
    sys.stdout.flush()
    app.exitQgis()


main(sys.argv[1])
