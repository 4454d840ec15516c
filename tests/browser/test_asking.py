"""What the viewer can be asked: an area of all departments, a height profile, sheets; and what can be taken away."""

import json
import re
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import rasterio
from rasterio.transform import from_origin

from geoservice.jobs.import_request import ImportRequest
from geoservice.jobs.importing import run_import
from importers.batch import silent
from tests.browser.conftest import Visit
from tests.browser.test_viewer import CITY, middle, state
from tests.waiting import until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hillside(service: Any, address: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An elevation layer that rises by one metre each thousandth of a degree to the east, published; its name."""
    path = tmp_path_factory.mktemp("hillside") / "hillside.tif"
    cell = 0.0005
    heights = 50 + np.broadcast_to((np.arange(300) + 0.5) * cell * 1000, (200, 300)).astype("float32")
    profile = {"driver": "GTiff", "width": 300, "height": 200, "count": 1, "dtype": "float32", "crs": "EPSG:4490"}
    with rasterio.open(path, "w", transform=from_origin(115.6, 34.5, cell, cell), **profile) as file:
        file.write(heights, 1)
    title = {"zh": "山坡", "en": "Hillside"}
    run_import(service, ImportRequest((path,), "hillside", "elevation", title, department="base", public=True), silent)
    until(lambda: _versions(address, "hillside") == [1])
    return "hillside"


def _versions(address: str, layer: str) -> list[int]:
    """The versions of a layer that the running service knows of by now."""
    with urllib.request.urlopen(f"{address}/catalogue?f=json") as answer:
        listed = json.load(answer)["layers"]
    return next((one["version"]["all"] for one in listed if one["id"] == layer), [])


def draw(visit: Visit, corners: list[tuple[int, int]]) -> None:
    """Click the corners, relative to the map's middle, slowly enough not to be double clicks."""
    x, y = middle(visit)
    for east, south in corners:
        visit.page.mouse.click(x + east, y + south)
        visit.page.wait_for_timeout(320)


def test_a_click_inside_an_area_names_it_over_a_picture_too(visit: Visit, hillside: str) -> None:
    visit.open(f"{CITY.split('&layers')[0]}&layers=districts,{hillside}::relief")
    visit.page.mouse.click(*middle(visit, east=120))
    visit.page.locator(".inspector .place", has_text="山坡").wait_for()
    assert visit.page.locator(".inspector .feature h4").all_inner_texts() == ["东区\n#1"]


def test_an_area_is_put_to_all_departments_and_answered_with_areas_and_accuracy(visit: Visit) -> None:
    visit.open("#at=115.65,34.45,50000&frame=metric&lang=zh")
    visit.page.get_by_role("button", name="一图问全部门").click()
    draw(visit, [(-40, -90), (200, -90), (200, 90), (-40, 90)])
    visit.page.get_by_role("button", name="完成").click()
    answer = visit.page.locator(".inspector .inside", has_text="城区")
    answer.wait_for()
    # It reached beneath the card: the map has moved by the 36 pixels, of 14 m.
    beside = pytest.approx(115.65 + 36 * 14 / 91_900, abs=5e-4)
    visit.until(lambda: float(state(visit)["at"].split(",")[0]) == beside)
    # The square lies across both districts, which together fill it.
    assert "共 2 个要素" in answer.inner_text()
    assert "100.0 %" in answer.inner_text()
    assert answer.locator(".badge.accuracy").inner_text() == "±5 m"
    figure = visit.page.locator(".area-figure").inner_text()
    hectares = float(re.search(r"([\d.\u202f]+) ha", figure)[1].replace("\u202f", ""))  # type: ignore[index]
    ground = (240 * 14) * (180 * 14) / 1e4
    assert hectares == pytest.approx(ground, rel=2e-3)
    with visit.page.expect_download() as saved:
        visit.page.get_by_role("button", name="保存为表格").click()
    table = saved.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert table[0].startswith("department,layer,")
    assert any(line.startswith("base,districts,") for line in table)


def test_a_feature_found_by_a_click_can_be_the_area_that_is_asked_about(visit: Visit) -> None:
    visit.open(CITY + "&layers=districts")
    visit.page.mouse.click(*middle(visit, east=60))
    visit.page.get_by_role("button", name="此范围内有什么").click()
    towns = visit.page.locator(".inside", has_text="城镇")
    towns.wait_for()
    assert "1 个要素" in towns.inner_text()
    towns.get_by_role("button", name="显示").click()
    visit.until(lambda: "towns" in state(visit)["layers"])


def test_a_line_drawn_from_the_keyboard_gives_the_heights_along_it(visit: Visit, hillside: str) -> None:
    visit.open(f"#at=115.65,34.45,100000&frame=metric&lang=en&layers={hillside}")
    visit.page.locator("#map").focus()
    visit.page.keyboard.press("e")
    visit.page.keyboard.press("Enter")
    for _ in range(2):
        before = state(visit)["at"]
        visit.page.keyboard.press("ArrowRight")
        visit.until(lambda before=before: state(visit)["at"] != before)  # type: ignore[misc]
    visit.page.keyboard.press("Enter")
    visit.page.keyboard.press("Shift+Enter")
    visit.page.locator(".chart").wait_for()
    facts = visit.page.locator(".profile .facts").inner_text().replace("\u202f", "")
    low, high = map(float, re.search(r"([\d.]+) – ([\d.]+) m", facts).groups())  # type: ignore[union-attr]
    length = float(re.search(r"([\d.]+) (k?m)", facts)[1])  # type: ignore[index]
    # A thousandth of a degree is 91.87 m here, and the ground rises a metre on it.
    assert low == pytest.approx(100, abs=0.6)
    assert (high - low) * 91.87 == pytest.approx(length * (1000 if " km" in facts else 1), rel=0.02)
    visit.page.locator(".chart").focus()
    visit.page.keyboard.press("End")
    visit.until(lambda: f"{high:.1f} m" in visit.page.locator(".chart-words").inner_text())


def test_swiping_shows_a_picture_on_one_side_only_and_obeys_the_arrow_keys(visit: Visit, hillside: str) -> None:
    visit.open(f"#at=115.65,34.45,100000&frame=metric&lang=en&layers={hillside}&base=")
    visit.page.locator(".row", has_text="Hillside").get_by_role("button", name="More").click()
    visit.page.get_by_role("button", name="Compare by swiping: Hillside").click()
    handle = visit.page.get_by_role("slider", name=re.compile("^Divider"))
    assert handle.get_attribute("aria-valuenow") == "50"
    for _ in range(5):
        visit.page.keyboard.press("ArrowRight")
    visit.until(lambda: handle.get_attribute("aria-valuenow") == "60")
    visit.settle()
    box = handle.bounding_box()
    x = box["x"] + box["width"] / 2  # type: ignore[index]
    left, right = (_colour(visit, x + step, 250) for step in (-60, 60))
    assert left != right
    assert right == (246, 243, 236)  # the paper beneath
    visit.page.keyboard.press("Escape")
    visit.page.locator(".swipe").wait_for(state="hidden")


def test_the_names_of_a_swiped_layer_end_at_the_divider_too(visit: Visit) -> None:
    beside = {"x": 680, "y": 200, "width": 400, "height": 400}  # of the divider, where the eastern district lies
    visit.open(CITY)
    whole = visit.page.screenshot(clip=beside)
    row = visit.page.locator(".row", has_text="城区")
    row.locator(".more").click()
    row.get_by_role("button", name="卷帘对比").click()
    visit.settle()
    swiped = visit.page.screenshot(clip=beside)
    row.get_by_role("switch").click()
    visit.settle()
    assert visit.page.screenshot(clip=beside) == swiped != whole


def test_sheets_say_what_is_covered_by_data_good_enough_for_their_scale(visit: Visit) -> None:
    visit.open("#at=115.65,34.45,500000&frame=metric&lang=en")
    visit.page.get_by_role("button", name="Map sheets").click()
    visit.page.get_by_label("Scale", exact=True).select_option("50000")
    counts = visit.page.locator(".sheet-states b")
    counts.first.wait_for()
    visit.page.locator(".sheets .hint", has_text="1:50\u202f000").wait_for()

    def counted() -> list[int]:
        return [int(text) for text in counts.all_inner_texts()]

    # covered, partial, unstated, missing; the districts are good to 1:50 000
    visit.until(lambda: len(found := counted()) == 4 and found[3] > 0 and found[0] + found[1] >= 1)
    visit.page.get_by_label("Scale", exact=True).select_option("25000")
    visit.page.locator(".sheets .hint", has_text="1:25\u202f000").wait_for()
    visit.until(lambda: counted()[:2] == [0, 0])


def test_a_layer_is_taken_away_as_a_file_that_other_programs_read(visit: Visit, tmp_path: Path) -> None:
    visit.open(CITY)
    visit.page.locator(".row", has_text="城区").get_by_role("button", name="更多").click()
    visit.page.get_by_role("button", name="下载: 城区").click()
    visit.page.get_by_label("范围").select_option("all")
    visit.page.get_by_label("坐标系").select_option("4509")
    with visit.page.expect_download() as saved:
        visit.page.get_by_role("button", name="下载", exact=True).click()
    path = tmp_path / saved.value.suggested_filename
    saved.value.save_as(path)
    found = pyogrio.read_info(path)
    assert path.suffix == ".gpkg"
    assert found["features"] == 2
    assert "4509" in found["crs"]


def test_tiles_that_do_not_come_are_told_until_they_do_and_are_asked_for_again_by_themselves(visit: Visit) -> None:
    visit.page.route("**/collections/towns/tiles/**", lambda route: route.abort())
    visit.open(CITY)
    visit.page.get_by_role("switch", name="城镇").click()
    told = visit.page.locator(".tile-trouble", has_text="城镇")
    told.get_by_role("button", name="重试").click()
    told.wait_for()
    with visit.page.expect_response(re.compile("/collections/towns/tiles/")) as tile:
        visit.page.unroute("**/collections/towns/tiles/**")
    assert tile.value.status in (200, 204)
    told.wait_for(state="hidden")
    visit.settle()
    visit.forgive("ERR_FAILED")


def test_names_that_do_not_come_in_the_other_language_are_told_and_asked_for_again(visit: Visit) -> None:
    visit.open(CITY)
    visit.page.route("**/districts/style?lang=en", lambda route: route.abort())
    visit.page.get_by_role("button", name="English").click()
    told = visit.page.locator(".tile-trouble", has_text="Districts")
    told.wait_for()
    with visit.page.expect_response(re.compile("/districts/style.lang=en")):
        visit.page.unroute("**/districts/style?lang=en")
    told.wait_for(state="hidden")
    visit.settle()
    visit.forgive("ERR_FAILED")


def test_without_the_service_an_answer_says_so_and_the_map_stays(visit: Visit) -> None:
    visit.open(CITY)
    visit.page.context.set_offline(True)
    visit.page.get_by_role("button", name="一图问全部门").click()
    draw(visit, [(-60, -60), (60, -60), (60, 60)])
    visit.page.get_by_role("button", name="完成").click()
    visit.page.locator(".inspector [role=alert]", has_text="服务没有响应").wait_for()
    visit.page.context.set_offline(False)
    visit.forgive("ERR_INTERNET_DISCONNECTED")


def test_a_layer_switched_on_out_of_sight_is_offered_to_be_gone_to(visit: Visit) -> None:
    visit.open("#at=116.40,34.00,20000&frame=mercator&lang=zh&layers=districts")
    visit.page.get_by_role("switch", name="城镇").click()
    visit.page.locator(".toast", has_text="城镇").get_by_role("button").click()
    beside_the_panel = pytest.approx((115.62, 34.45), abs=0.06)
    visit.until(lambda: tuple(map(float, state(visit)["at"].split(",")[:2])) == beside_the_panel)


def test_the_map_goes_back_to_an_older_version_and_says_so(
    visit: Visit, service: Any, hillside: str, tmp_path: Path
) -> None:
    path = tmp_path / "hillside.tif"
    profile = {"driver": "GTiff", "width": 20, "height": 20, "count": 1, "dtype": "float32", "crs": "EPSG:4490"}
    with rasterio.open(path, "w", transform=from_origin(115.6, 34.5, 0.005, 0.005), **profile) as file:
        file.write(np.full((20, 20), 60, "float32"), 1)
    run_import(service, ImportRequest((path,), hillside, "elevation"), silent)
    until(lambda: len(_versions(visit.address, hillside)) == 2)
    visit.open(f"#at=115.65,34.45,100000&frame=metric&lang=en&layers={hillside}")
    row = visit.page.locator(".row", has_text="Hillside")
    row.get_by_role("button", name="More").click()
    with visit.page.expect_response(re.compile(f"/{hillside}/map/tiles/.*version=1")) as tile:
        row.get_by_label("Version").select_option("1")
    assert tile.value.status == 200
    assert row.locator(".badge.older").inner_text() == "v1"
    assert row.locator(".badge.accuracy").inner_text() == "± ?"
    assert "older version" in row.locator(".badge.accuracy").get_attribute("title")
    visit.until(lambda: state(visit)["layers"].endswith(":1"))
    visit.settle()
    middle = visit.page.viewport_size["width"] / 2  # type: ignore[index]
    places = (middle - 60, 250), (middle + 60, 250)
    old = [_colour(visit, *place) for place in places]
    row.get_by_role("button", name="Compare by swiping").click()
    divider = visit.page.get_by_role("slider", name="Hillside: v1 on the left, now on the right")
    divider.wait_for()
    visit.settle()
    swiped = [_colour(visit, *place) for place in places]
    divider.press("Escape")
    divider.wait_for(state="hidden")
    visit.settle()
    assert [_colour(visit, *place) for place in places] == old  # what was drawn on the right is gone
    row.get_by_label("Version").select_option("2")
    row.locator(".badge.older").wait_for(state="detached")
    visit.settle()
    new = [_colour(visit, *place) for place in places]
    assert swiped == [old[0], new[1]]
    assert old[1] != new[1]


def _colour(visit: Visit, x: float, y: float) -> tuple[int, ...]:
    from io import BytesIO

    from PIL import Image

    picture = visit.page.screenshot(clip={"x": x, "y": y, "width": 1, "height": 1})
    return Image.open(BytesIO(picture)).convert("RGB").getpixel((0, 0))


def test_the_print_button_asks_for_paper_and_scale_and_downloads_a_page(visit: Visit, tmp_path: Path) -> None:
    visit.open(CITY + "&layers=districts")
    visit.page.get_by_role("button", name="打印").click()
    visit.page.get_by_label("图名").fill("城区图")
    visit.page.get_by_label("纸张").select_option("a3")
    visit.page.get_by_label("比例尺", exact=True).select_option("50000")
    with visit.page.expect_download() as saved:
        visit.page.get_by_role("button", name="下载 PDF").click()
    assert saved.value.suggested_filename.endswith("-50000.pdf")
    path = tmp_path / "page.pdf"
    saved.value.save_as(path)
    body = path.read_bytes()
    assert body.startswith(b"%PDF-")
    assert b"/MediaBox [ 0 0 1191 842 ]" in body or b"ObjStm" in body
