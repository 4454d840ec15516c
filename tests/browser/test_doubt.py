"""How far off what is measured, typed and taken away may be, and what the viewer says of it."""

import re
from typing import Any

import numpy as np
import pytest

from tests.browser.conftest import Visit
from tests.browser.scripts import evaluate
from tests.browser.test_viewer import CITY, middle

PATH = [[0, 0], [300, 0], [380, 210], [120, 400]]
DOUBT = 2.0


def moved(count: int = 40_000) -> Any:
    """The path with every vertex off by chance, many times."""
    return np.array(PATH) + np.random.default_rng(7).normal(0, DOUBT, (count, len(PATH), 2))


def test_a_length_is_as_uncertain_as_one_measured_many_times_with_vertices_off_by_chance() -> None:
    lengths = np.hypot(*np.moveaxis(np.diff(moved(), axis=1), 2, 0)).sum(axis=1)
    assert evaluate("propagation.js", "m.lengthDoubt(a[0], a[1])", PATH, DOUBT) == pytest.approx(
        lengths.std(), rel=0.02
    )
    two = evaluate("propagation.js", "m.lengthDoubt([[0, 0], [50, 0]], 1)")
    assert two == pytest.approx(np.sqrt(2))


def test_an_area_is_as_uncertain_as_one_measured_many_times() -> None:
    x, y = np.moveaxis(moved(), 2, 0)
    areas = ((x * np.roll(y, -1, axis=1)) - (np.roll(x, -1, axis=1) * y)).sum(axis=1) / 2
    assert evaluate("propagation.js", "m.areaDoubt(a[0], a[1])", PATH, DOUBT) == pytest.approx(areas.std(), rel=0.02)


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("115.65, 34.44", 0.01 * 111_320 / 2),
        ("115.650000 34.440000", 1e-6 * 111_320 / 2),
        ("115°39'00\" 34°26'24\"", 111_320 / 3600 / 2),
        ("115 39 25, 34 26 10", 111_320 / 3600 / 2),
        ("39375923 3812345", 0.5),
        ("375923.52 3812345.1", 0.05),
    ],
)
def test_a_typed_position_is_as_good_as_its_digits(text: str, metres: float) -> None:
    assert evaluate("coordinates.js", "m.precisionOf(a[0])", text) == pytest.approx(metres)


@pytest.mark.browser
def test_a_click_a_measurement_a_typed_position_and_a_download_say_how_far_off(visit: Visit) -> None:
    visit.open(CITY + "&layers=districts")
    visit.page.mouse.click(*middle(visit, east=60))
    card = visit.page.locator(".inspector .place")
    card.first.wait_for()
    assert re.search(r"点取 ±[\d.]+ (m|km)", card.first.inner_text())
    visit.page.keyboard.press("Escape")
    visit.page.get_by_role("button", name="测量距离").click()
    for east in (-60, 80):
        visit.page.mouse.click(*middle(visit, east=east))
        visit.page.wait_for_timeout(320)
    doubt = visit.page.locator(".doubt")
    doubt.wait_for()
    by_pointing, by_layer = (
        float(found)
        for found in re.findall(r"±([\d.]+) m\s*(?:只计点取|据“城区”)", doubt.inner_text().replace("\u202f", ""))
    )
    assert by_layer >= by_pointing > 0
    assert "据“城区”±5 m" in doubt.inner_text()
    visit.page.keyboard.press("Escape")
    visit.page.locator("#search").fill("39375923 3812345")
    assert "CGCS2000" in visit.page.locator(".hit small").inner_text()
    assert "±0.50 m" in visit.page.locator(".hit small").inner_text()
    visit.page.keyboard.press("Escape")
    visit.page.locator(".row", has_text="城区").get_by_role("button", name="更多").click()
    visit.page.get_by_role("button", name="下载").click()
    told = visit.page.locator(".download-doubt")
    assert "±5 m" in told.inner_text()
    visit.page.get_by_label("坐标系").select_option("CRS84")
    assert "WGS 84" in told.inner_text()


@pytest.mark.browser
def test_what_a_click_could_not_find_out_is_told(visit: Visit) -> None:
    visit.open(CITY + "&layers=districts")
    visit.page.route("**/items/**", lambda route: route.fulfill(status=503, body="busy"))
    visit.page.mouse.click(*middle(visit, east=60))
    visit.page.get_by_role("alert").filter(has_text="未能读取全部属性").wait_for()
    visit.page.unroute("**/items/**")
    visit.page.get_by_role("button", name="重试").click()
    visit.page.locator(".inspector dd", has_text="East").or_(
        visit.page.locator(".inspector h4", has_text="东区")
    ).first.wait_for()
    visit.forgive("503")


@pytest.mark.browser
def test_a_token_that_has_run_out_is_told_and_the_public_part_goes_on(visit: Visit) -> None:
    visit.open(CITY + "&layers=districts")
    visit.page.evaluate("sessionStorage.setItem('geoservice.token', 'gs_run_out')")
    visit.page.mouse.click(*middle(visit, east=60))
    visit.page.locator(".toast", has_text="访问令牌已失效").wait_for()
    visit.page.locator(".inspector h4", has_text="东区").wait_for()
    assert visit.page.evaluate("sessionStorage.getItem('geoservice.token')") is None
    visit.forgive("401")


@pytest.mark.browser
def test_the_answer_of_all_departments_opens_as_a_page_to_print(visit: Visit) -> None:
    visit.open("#at=115.65,34.45,50000&frame=metric&lang=zh")
    visit.page.mouse.click(*middle(visit, east=60))
    visit.page.get_by_role("button", name="此范围内有什么").click()
    with visit.page.context.expect_page() as opened:
        visit.page.get_by_role("button", name="打印页").click()
    page = opened.value
    page.locator("svg.place path").first.wait_for()
    assert "城区" in page.locator("table.account").first.inner_text()
    page.close()
