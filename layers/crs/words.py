"""Names of coordinate and height systems as Chinese surveyors write them; EPSG's registry knows English ones only.

Only names that are made by a rule, or are the nation's own, are put into Chinese; any other stays as EPSG has it.
"""

import re
from typing import Final

DATUMS: Final = {
    "China Geodetic Coordinate System 2000": "2000国家大地坐标系",
    "Yellow Sea 1985 height": "1985国家高程基准",
    "Yellow Sea 1956 height": "1956年黄海高程系",
    "New Beijing": "新1954年北京坐标系",
    "Beijing 1954": "1954年北京坐标系",
    "Xian 1980": "1980西安坐标系",
    "WGS 84 / Pseudo-Mercator": "WGS 84 / 网络墨卡托投影",
}
_GAUSS: Final = r" / (?P<three>3-degree )?Gauss-Kruger (?:zone (?P<zone>\d+)|CM (?P<meridian>\d+)E)"
_UTM: Final = r" / UTM zone (?P<utm>\d+)(?P<half>[NS])"
_NAMES: Final = re.compile(f"{'|'.join(map(re.escape, DATUMS))}|{_GAUSS}|{_UTM}")


def in_chinese(text: str) -> str:
    """Put the names of systems that stand in a text into Chinese."""
    return _NAMES.sub(_named, text)


def both(name: str) -> dict[str, str]:
    """Return a system's name in both languages."""
    return {"zh": in_chinese(name), "en": name}


def _named(found: re.Match[str]) -> str:
    if found["utm"]:
        return f" / UTM投影第{found['utm']}带（{'北' if found['half'] == 'N' else '南'}半球）"
    if found["zone"] or found["meridian"]:
        where = f"第{found['zone']}带" if found["zone"] else f"中央经线{found['meridian']}°E"
        return f" / 高斯-克吕格投影{3 if found['three'] else 6}度带 {where}"
    return DATUMS[found[0]]
