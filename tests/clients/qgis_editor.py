"""Run by a Python with QGIS 3.32 or newer, headless: edits a layer as a person would and prints what QGIS then holds.

QT_QPA_PLATFORM=offscreen python3 qgis_editor.py URL TOKEN
"""

import json
import sys

from qgis.core import (
    QgsApplication,
    QgsAuthMethodConfig,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsVectorDataProvider,
    QgsVectorLayer,
)


def signed_in(token):
    """Keep the token where QGIS keeps such things, and return the key it is found by."""
    manager = QgsApplication.authManager()
    manager.setMasterPassword("in a test", True)
    config = QgsAuthMethodConfig("APIHeader")
    config.setName("geoservice")
    config.setConfig("Authorization", f"Bearer {token}")
    stored, config = manager.storeAuthenticationConfig(config)
    if not stored:
        raise SystemExit("QGIS does not keep the token")
    return config.id()


def opened(url, key):
    layer = QgsVectorLayer(f"url='{url}/' typename='wells' authcfg={key}", "wells", "OAPIF")
    if not layer.isValid():
        raise SystemExit(f"QGIS cannot open the layer: {layer.error().message()}")
    return layer


def named(layer, name):
    return next(feature for feature in layer.getFeatures() if feature["name"] == name)


def committed(layer):
    if not layer.commitChanges():
        raise SystemExit("QGIS could not save: " + "; ".join(layer.commitErrors()))


def edit(layer):
    """Draw a well, rename one, move one, remove one; each is saved as QGIS's own button does."""
    layer.startEditing()
    drawn = QgsFeature(layer.fields())
    drawn["name"], drawn["kind"] = "新井", 5
    drawn.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(115.654321, 34.123456)))
    layer.addFeature(drawn)
    committed(layer)
    layer.startEditing()
    layer.changeAttributeValue(named(layer, "井1").id(), layer.fields().indexOf("name"), "改名井")
    layer.changeGeometry(named(layer, "井2").id(), QgsGeometry.fromPointXY(QgsPointXY(115.7, 34.2)))
    layer.deleteFeature(named(layer, "井3").id())
    committed(layer)


def main(url, token):
    app = QgsApplication([], False)
    app.initQgis()
    layer = opened(url, signed_in(token))
    can = layer.dataProvider().capabilities()
    offers = {
        "add": bool(can & QgsVectorDataProvider.AddFeatures),
        "change": bool(can & QgsVectorDataProvider.ChangeAttributeValues),
        "move": bool(can & QgsVectorDataProvider.ChangeGeometries),
        "remove": bool(can & QgsVectorDataProvider.DeleteFeatures),
    }
    if all(offers.values()):
        edit(layer)
    print(json.dumps(offers))
    sys.stdout.flush()
    app.exitQgis()


main(*sys.argv[1:3])
