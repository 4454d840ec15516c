"""Features split by a drawn line, joined with their neighbours, lessened by a drawn area: each in one transaction."""

from typing import Any

import pytest
import shapely

from tests.browser.conftest import Visit, sign_in
from tests.browser.test_shapes import at, change, item
from tests.browser.test_viewer import CITY

pytestmark = pytest.mark.browser


def begin(visit: Visit, place: tuple[float, float], name: str, act: str) -> Any:
    """Click a district and choose what is made of it."""
    visit.page.mouse.click(*place)
    feature = visit.page.locator(".inspector .feature", has_text=name)
    feature.get_by_role("button", name=act).click()
    return visit.page.locator(".cutting.card")


def draw(visit: Visit, *places: tuple[float, float]) -> None:
    visit.page.locator(".sketch:visible").get_by_role("button", name="完成").wait_for()
    for lon, lat in places:
        visit.page.mouse.click(*at(visit, lon, lat))
        visit.page.wait_for_timeout(320)  # a double click would end the drawing
    visit.page.get_by_role("button", name="完成").click()


def shapes(visit: Visit) -> dict[int, shapely.Geometry]:
    found = visit.page.request.get(f"{visit.address}/collections/districts/items?f=json").json()["features"]
    return {feature["id"]: shapely.from_geojson(str(feature["geometry"]).replace("'", '"')) for feature in found}


def test_a_district_is_split_though_somebody_was_quicker_and_joined_again(visit: Visit, token: str) -> None:
    visit.open(CITY)
    sign_in(visit, token)
    visit.settle()
    whole = shapes(visit)
    bar = begin(visit, at(visit, 115.70, 34.45), "东区", "分割")
    draw(visit, (115.64, 34.43), (115.70, 34.44), (115.76, 34.43))
    bar.get_by_text("分成 2 部分").wait_for()
    change(visit, token, 1, people=77)
    bar.get_by_role("button", name="保存").click()
    bar.get_by_role("alert").wait_for()
    assert "按现状得到" in bar.inner_text()
    assert shapes(visit) == whole
    bar.get_by_role("button", name="保存").click()
    card = visit.page.locator(".inspector", has_text="#3")
    card.wait_for()
    visit.until(lambda: card.locator(".feature").count() == 2)
    parts = shapes(visit)
    assert sorted(parts) == [1, 2, 3]
    assert parts[1].area + parts[3].area == pytest.approx(whole[1].area, rel=1e-9)
    assert parts[1].area > parts[3].area
    assert item(visit, "districts", 3)["properties"] == item(visit, "districts", 1)["properties"]
    assert item(visit, "districts", 3)["properties"]["people"] == 77
    visit.forgive("412")

    visit.settle()
    visit.page.keyboard.press("Escape")
    bar = begin(visit, at(visit, 115.70, 34.47), "东区", "合并")
    visit.page.mouse.click(*at(visit, 115.60, 34.45))  # the western district
    bar.get_by_text("2 个要素合为一个").wait_for()
    visit.page.mouse.click(*at(visit, 115.60, 34.45))  # not that one after all
    bar.get_by_text("单击要并入的相邻要素").wait_for()
    visit.page.locator("#map").focus()
    visit.page.mouse.click(*at(visit, 115.70, 34.41))
    bar.get_by_text("2 个要素合为一个").wait_for()
    assert "互不相接" not in bar.inner_text()
    bar.get_by_role("button", name="保存").click()
    visit.page.locator(".inspector .feature", has_text="#1").wait_for()
    joined = shapes(visit)
    assert sorted(joined) == [1, 2]
    assert joined[1].symmetric_difference(whole[1]).area < 1e-12
    visit.page.get_by_role("button", name="修改历史").click()
    visit.page.locator(".changes li").nth(2).wait_for()  # split, counted by somebody, joined
    assert visit.page.locator(".changes li").count() == 3


def test_an_area_is_cut_out_and_the_hole_goes_with_its_corners(visit: Visit, token: str) -> None:
    visit.open(CITY)
    sign_in(visit, token)
    visit.settle()
    whole = shapes(visit)[2]
    bar = begin(visit, at(visit, 115.57, 34.48), "西区", "挖除")
    draw(visit, (115.59, 34.44), (115.62, 34.44), (115.60, 34.46))
    bar.get_by_text("剩余").wait_for()
    bar.get_by_role("button", name="保存").click()
    visit.page.locator(".inspector .feature", has_text="西区").wait_for()
    holed = shapes(visit)[2]
    assert [len(part.interiors) for part in shapely.get_parts(holed)] == [1]
    assert holed.area < whole.area

    visit.settle()
    visit.page.get_by_role("button", name="编辑图形").click()
    board = visit.page.locator(".shaping.card")
    board.wait_for()
    visit.settle()
    visit.page.mouse.click(*at(visit, 115.59, 34.44))
    board.get_by_role("button", name="删除节点").click()
    board.get_by_role("button", name="保存图形").click()
    board.wait_for(state="hidden")
    assert shapes(visit)[2].equals(whole)


def test_what_is_not_cut_is_told_and_can_be_drawn_again(visit: Visit, token: str) -> None:
    visit.open(CITY)
    sign_in(visit, token)
    visit.settle()
    bar = begin(visit, at(visit, 115.57, 34.48), "西区", "分割")
    draw(visit, (115.56, 34.47), (115.58, 34.47))
    bar.get_by_role("alert").get_by_text("完全穿过").wait_for()
    visit.until(lambda: bar.get_by_role("button", name="保存").is_disabled())
    bar.get_by_role("button", name="重画").click()
    visit.page.locator(".sketch:visible").get_by_role("button", name="完成").wait_for()
    visit.page.keyboard.press("Escape")
    visit.until(lambda: visit.page.locator(".sketch:visible").count() == 0)
    visit.forgive("400")
