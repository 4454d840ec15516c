"""Names of coordinate systems in Chinese: those of the systems a Chinese city meets, taken from PROJ's own database."""

import re

import pytest

from layers.crs.names import parse_crs
from layers.crs.words import both, in_chinese
from layers.sentences import say, worded


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (4490, "2000国家大地坐标系"),
        (4527, "CGCS2000 / 高斯-克吕格投影3度带 第39带"),
        (4509, "CGCS2000 / 高斯-克吕格投影6度带 中央经线117°E"),
        (2363, "1980西安坐标系 / 高斯-克吕格投影3度带 第39带"),
        (4214, "1954年北京坐标系"),
        (32650, "WGS 84 / UTM投影第50带（北半球）"),
        (3857, "WGS 84 / 网络墨卡托投影"),
        (5737, "1985国家高程基准"),
        (4326, "WGS 84"),
    ],
)
def test_a_system_is_called_what_chinese_surveyors_call_it(code: int, name: str) -> None:
    assert both(parse_crs(code).name) == {"zh": name, "en": parse_crs(code).name}


def test_no_chinese_system_of_the_registry_keeps_an_english_name() -> None:
    for code in (*range(4491, 4555), *range(2327, 2391), *range(2401, 2443), *range(21413, 21424)):
        assert not re.search("Gauss|zone|Xian|Beijing", in_chinese(parse_crs(code).name)), code


def test_a_sentence_names_systems_in_its_own_language() -> None:
    told = say("projection-only", source="CGCS2000 / 3-degree Gauss-Kruger zone 39", target="WGS 84")
    assert "高斯-克吕格投影3度带 第39带" in worded(told, "zh")
    assert "Gauss-Kruger zone 39" in worded(told, "en")
