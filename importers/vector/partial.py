"""Answers of services that were kept as files and hold a part of a layer only: services answer page by page.

ArcGIS says that it has stopped at so many (``exceededTransferLimit``); WFS and OGC API Features say how many features
there are (``numberMatched``, GeoServer's JSON ``totalFeatures``).
"""

import re
from dataclasses import replace
from pathlib import Path

from importers.batch import SourceLayer
from layers.sentences import say

EDGE = 1 << 16
"""Bytes at either end of a file in which its own members stand."""
_STOPPED = re.compile(r'"exceededTransferLimit"\s*:\s*true')
_MATCHED = re.compile(r'"?(?:numberMatched|totalFeatures)"?\s*[:=]\s*"?(\d{1,15})\b')


def as_part(layers: tuple[SourceLayer, ...], path: Path) -> tuple[SourceLayer, ...]:
    """Return the layers of an answer; that of one which says that there are more claims as many, or tells of it."""
    if len(layers) != 1:
        return layers
    (layer,), text = layers, _own_members(path)
    matched = max((int(count) for count in _MATCHED.findall(text)), default=0)
    if layer.claimed is not None and matched > layer.claimed:
        layer = replace(layer, claimed=matched, facts=(*layer.facts, say("part-of-layer")))
    elif _STOPPED.search(text):
        layer = replace(layer, facts=(*layer.facts, say("part-of-layer")))
    return (layer,)


def _own_members(path: Path) -> str:
    """Return what stands before a file's features and behind them."""
    with path.open("rb") as file:
        head = file.read(EDGE).decode("utf-8", "replace")
        file.seek(max(0, path.stat().st_size - EDGE))
        tail = file.read().decode("utf-8", "replace")
    if head.lstrip("\ufeff \t\r\n").startswith("<"):
        root = re.search(r"<[\w:.-]*FeatureCollection\b[^>]*>", head)
        return root[0] if root else ""
    return head.partition('"features"')[0] + tail.rpartition("]")[2]
