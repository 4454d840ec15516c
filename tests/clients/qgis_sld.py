"""Run by a Python with QGIS, headless: loads SLD documents into layers and tells as JSON what QGIS made of them."""

import json
import sys
import tempfile
from pathlib import Path

from qgis.core import QgsApplication, QgsExpressionContext, QgsFeature, QgsRenderContext, QgsVectorLayer


def rules(renderer):
    return renderer.rootRule().children() if hasattr(renderer, "rootRule") else []


def main(asked):
    app = QgsApplication([], False)
    app.initQgis()
    report = []
    path = Path(tempfile.mkdtemp()) / "style.sld"
    for document, shape, fields, feature, scale in asked:
        path.write_text(document, encoding="utf-8")
        layer = QgsVectorLayer(f"{shape}?crs=EPSG:4490&{'&'.join('field=' + name for name in fields)}", "x", "memory")
        message, loaded = layer.loadSldStyle(str(path))
        renderer, sample = layer.renderer(), QgsFeature(layer.fields())
        sample.setAttributes(feature)
        context = QgsRenderContext()
        context.setRendererScale(scale)
        expressions = QgsExpressionContext()
        expressions.setFeature(sample)
        context.setExpressionContext(expressions)
        drawn = []
        if renderer is not None:
            renderer.startRender(context, layer.fields())
            drawn = [
                [part.color().name() for part in symbol.symbolLayers()]
                for symbol in renderer.symbolsForFeature(sample, context)
            ]
            renderer.stopRender(context)
        labels = layer.labeling() is not None
        report.append([loaded, message, len(rules(renderer)), drawn, labels])
    print(json.dumps(report))
    sys.stdout.flush()
    app.exitQgis()


main(json.load(sys.stdin))
