"""What is worth saying about a layer although nothing is wrong with its form: shifted or coarse coordinates."""

import re

from importers.batch import ReadOptions, SourceLayer
from importers.vector.survey import Survey
from layers.frame import Frame
from layers.sentences import say

# Attribute names of the boundary files that Aliyun DataV serves; their coordinates are GCJ-02 whatever they claim.
DATAV = frozenset({"adcode", "childrenNum", "subFeatureIndex", "acroutes"})
# Those of a search for places of interest at Amap, whose coordinates are GCJ-02, too.
AMAP = frozenset({"pname", "cityname", "adname", "typecode", "location", "adcode", "pcode", "citycode"})
_SHIFTED = re.compile(r"(?i)gcj|bd-?09|高德|百度|火星")
COARSE_STEP_DEG = 1e-3


def warnings_of(layer: SourceLayer, seen: Survey, frame: Frame, options: ReadOptions) -> tuple[str, ...]:
    """Return sentences for the report; nothing here stops an import."""
    found = []
    titles = {column.title for column in layer.columns}
    if len(DATAV & titles) >= 3 and options.datum is None:
        found.append(say("datav-columns"))
    if len(AMAP & titles) >= 4 and options.datum is None:
        found.append(say("amap-columns"))
    shifted = [title for title in sorted(titles) if _SHIFTED.search(title)]
    if shifted and options.datum is None:
        found.append(say("title-says-shifted", title=", ".join(shifted)))
    geographic = layer.crs.is_geographic if layer.crs is not None else _degrees(seen)
    if seen.step is not None and geographic and seen.step >= COARSE_STEP_DEG and seen.count >= 3:
        found.append(say("coarse-steps", step=seen.step, step2=seen.step * 111000))
    if seen.heights is not None and seen.heights != (0.0, 0.0) and not (options.heights or layer.height_datum):
        found.append(say("heights-not-stated"))
    if seen.heights is not None and frame.heights is not None:
        (low, high), (least, most) = seen.heights, frame.heights
        if high > most or (low < least and low != 0.0):
            found.append(say("heights-beyond", low=low, high=high, least=least, most=most))
    return tuple(found)


def _degrees(seen: Survey) -> bool:
    return seen.bounds is not None and max(abs(number) for number in seen.bounds) <= 180
