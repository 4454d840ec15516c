"""The slider of time over layers that have one: sheets with capture dates, features with a day."""

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.transform import from_origin

from geoservice.jobs.import_request import ImportRequest
from geoservice.jobs.importing import run_import
from importers.batch import silent
from layers.layer import Column
from tests.browser.conftest import Visit, _visit
from tests.browser.scripts import evaluate
from tests.browser.test_asking import _versions
from tests.browser.test_viewer import middle, state
from tests.feature_layers import make_layer
from tests.waiting import until

DAYS = ("2019-04-02", "2021-05-10", "2023-10-01")
HERE = "#at=115.65,34.45,40000&frame=mercator&lang=zh&layers=flights"


@pytest.fixture(scope="module")
def dated(service: Any, address: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """``flights``: three pictures of a place, dark to light, the later over those before; ``cases``: a point a year."""
    folder = tmp_path_factory.mktemp("flights")
    profile = {"driver": "GTiff", "width": 64, "height": 64, "count": 3, "dtype": "uint8", "crs": "EPSG:4490"}
    for day, grey in zip(DAYS, (60, 120, 180), strict=True):
        place = from_origin(115.6, 34.5, 0.0015, 0.0015)
        with rasterio.open(folder / f"flight-{day}.tif", "w", transform=place, **profile) as file:
            file.write(np.full((3, 64, 64), grey, "uint8"))
    title = {"zh": "航片", "en": "Flights"}
    run_import(service, ImportRequest((folder,), "flights", "imagery", title, department="base", public=True), silent)
    with service.database.session() as session:
        rows = [(f"案{n}", f"{2018 + n}-07-01", f"POINT({115.60 + n / 100} 34.45)") for n in range(1, 6)]
        columns = [Column("name", "name", "text"), Column("day", "day", "date")]
        make_layer(session, "cases", rows, columns, title={"zh": "案件", "en": "Cases"}, department="land")
        session.commit()
    until(lambda: _versions(address, "flights") == [1] and _versions(address, "cases") == [1])


def grey(visit: Visit, east: int = 40) -> int:
    """The grey of the map beside its middle, where the cross does not lie."""
    visit.settle()
    x, y = middle(visit, east=east, south=40)
    picture = visit.page.screenshot(clip={"x": x, "y": y, "width": 2, "height": 2})
    return int(Image.open(io.BytesIO(picture)).getpixel((0, 0))[0])


@pytest.mark.browser
def test_the_map_is_shown_of_the_day_that_the_slider_stops_at_and_the_address_keeps_it(
    visit: Visit, dated: None
) -> None:
    visit.open(HERE)
    slider = visit.page.get_by_role("slider", name="时间")
    slider.wait_for()
    assert slider.get_attribute("aria-valuetext") == "全部时间"
    assert grey(visit) == 180
    visit.page.keyboard.press("t")
    visit.page.keyboard.press("ArrowLeft")
    visit.page.keyboard.press("ArrowLeft")
    assert slider.get_attribute("aria-valuetext") == "2021年5月10日"
    visit.until(lambda: state(visit).get("time") == "2021-05-10")
    assert grey(visit) == 120
    visit.page.mouse.click(*middle(visit))
    values = visit.page.locator(".facts.place", has_text="航片")
    values.wait_for()
    assert "120, 120, 120" in values.inner_text()
    visit.open(visit.page.evaluate("location.hash"))
    assert slider.get_attribute("aria-valuetext") == "2021年5月10日"
    assert grey(visit) == 120
    visit.page.keyboard.press("t")
    visit.page.keyboard.press("End")
    visit.until(lambda: "time" not in state(visit))
    assert grey(visit) == 180


@pytest.mark.browser
def test_what_was_until_a_day_adds_up_in_map_and_table_and_layers_of_different_days_share_the_slider(
    visit: Visit, dated: None
) -> None:
    visit.open("#at=115.65,34.45,40000&frame=mercator&lang=en&layers=cases,flights&time=2021-07-01")
    slider = visit.page.get_by_role("slider", name="Time")
    slider.wait_for()
    assert slider.get_attribute("max") == "8"  # three flights, five cases, and all of them
    with visit.page.expect_response(re.compile(r"/collections/cases/tiles/.*datetime=\.\.%2F2021-07-01")):
        visit.page.get_by_label("and before").check()
    assert slider.get_attribute("aria-valuetext") == "1 Jul 2021 and before"
    assert grey(visit) == 120
    visit.page.get_by_role("button", name="More: Cases").click()
    visit.page.get_by_role("button", name="Table: Cases").click()
    count = visit.page.locator(".drawer .count")
    visit.until(lambda: count.inner_text() == "3 of 3", count.inner_text())


@pytest.mark.browser
def test_time_goes_on_by_itself_to_its_end_and_stands_still_when_it_is_stopped(visit: Visit, dated: None) -> None:
    visit.open(HERE)
    visit.page.get_by_role("button", name="逐期播放").click()
    for day in DAYS:
        visit.until(lambda day=day: state(visit).get("time") == day)
    visit.page.get_by_role("button", name="逐期播放").wait_for()  # it has come to its end
    visit.page.get_by_role("button", name="逐期播放").click()
    visit.until(lambda: state(visit).get("time") == DAYS[0])
    visit.page.get_by_role("button", name="停止").click()
    visit.page.wait_for_timeout(1500)
    assert state(visit)["time"] == DAYS[0]


@pytest.mark.browser
def test_without_a_layer_of_several_moments_there_is_no_slider_and_a_time_that_is_none_asks_for_nothing(
    visit: Visit, dated: None
) -> None:
    visit.open("#at=115.65,34.45,40000&frame=mercator&lang=zh&layers=flights&time=2021-02-30")
    slider = visit.page.get_by_role("slider", name="时间")
    slider.wait_for()
    assert grey(visit) == 180
    visit.page.get_by_role("switch", name="航片").click()
    slider.wait_for(state="hidden")
    visit.page.keyboard.press("t")
    visit.settle()


def test_an_address_says_a_day_a_month_a_year_or_all_until_its_end_and_nothing_else() -> None:
    asked = ["2020-02-29", "2020-02", "2020", "../2020-02", "2021-02-29", "2020-13", "0000", "20-01-01", "..", "", None]
    read = evaluate("time.js", "a[0].map((text) => m.readTime(text))", asked)
    assert read == [*asked[:4], *[None] * 7]
    periods = evaluate("time.js", "a[0].map((time) => m.periodOf(time))", [*asked[:4], "1900-02"])
    assert periods == [
        "2020-02-29/2020-02-29", "2020-02-01/2020-02-29", "2020-01-01/2020-12-31", "../2020-02-29",
        "1900-02-01/1900-02-28",
    ]  # fmt: skip


def test_layers_share_the_coarsest_of_their_steps_and_a_time_between_stops_lies_at_the_one_before() -> None:
    lines = [{"step": "day", "stops": ["2020-02-29", "2020-03-01"]}, {"step": "month", "stops": ["2019-12", "2020-03"]}]
    stops = ["2019-12", "2020-02", "2020-03"]
    assert evaluate("time.js", "m.together(a[0])", lines) == stops
    assert evaluate("time.js", "m.together(a[0])", [{"step": "day", "stops": []}]) == []
    times = ["2019-01", "2020-02-15", "../2021", None]
    assert evaluate("time.js", "a[0].map((time) => m.placeOf(time, a[1]))", times, stops) == [0, 1, 2, 3]


@pytest.mark.browser
def test_a_file_and_a_page_are_of_what_is_shown_or_say_that_they_are_not(visit: Visit, dated: None) -> None:
    filtered = "layers=cases:60::1&time=../2022&where.cases=name<>'x'"
    visit.open(f"#at=115.65,34.45,40000&frame=mercator&lang=en&{filtered}")
    visit.page.get_by_role("button", name="More: Cases").click()
    visit.page.get_by_role("button", name="Download: Cases").click()
    visit.page.get_by_label("Format").select_option("geojson")
    with visit.page.expect_request(re.compile("/cases/items.*f=json")) as asked, visit.page.expect_download() as saved:
        visit.page.get_by_role("button", name="Download", exact=True).click()
    assert len(json.loads(Path(saved.value.path()).read_bytes())["features"]) == 4
    for word in ("version=1", "datetime=..%2F2022-12-31", "filter=name"):
        assert word in asked.value.url
    visit.page.get_by_role("button", name="Print", exact=True).click()
    assert visit.page.get_by_label("Title").input_value().endswith(" · 2022 and before")
    note = visit.page.locator("dialog[open] .hint").first
    assert "shows the whole layer as it is now" in note.inner_text()
    assert "Cases" in note.inner_text()
    with visit.page.expect_request(re.compile(r"/map\?.*datetime=\.\.%2F2022-12-31")), visit.page.expect_download():
        visit.page.get_by_role("button", name="Download PDF").click()


@pytest.mark.browser
def test_on_the_smallest_phone_the_slider_is_whole_and_no_tool_lies_over_it(
    browser: Any, address: str, dated: None
) -> None:
    for phone in _visit(browser, address, viewport={"width": 320, "height": 568}, has_touch=True, is_mobile=True):
        phone.open(HERE.replace("lang=zh", "lang=en") + "&time=../2021-05-10")
        phone.page.locator(".timebar").wait_for()
        bar, words, tools = (phone.page.locator(place).bounding_box() for place in (".timebar", ".until", ".toolbar"))
        assert words["x"] + words["width"] <= bar["x"] + bar["width"] <= 310
        assert tools["y"] + tools["height"] <= bar["y"]


@pytest.mark.browser
def test_one_time_of_a_layer_is_held_against_all_times(visit: Visit, dated: None) -> None:
    visit.open(HERE + "&time=2019")
    visit.page.get_by_role("button", name="更多: 航片").click()
    visit.page.get_by_role("button", name="卷帘对比: 航片").click()
    visit.page.get_by_role("slider", name="航片：左为2019年，右为全部时间").wait_for()
    assert (grey(visit, east=-40), grey(visit)) == (60, 180)
    visit.page.keyboard.press("t")
    visit.page.keyboard.press("ArrowRight")
    visit.page.get_by_role("slider", name="航片：左为2021年5月10日，右为全部时间").wait_for()
    assert (grey(visit, east=-40), grey(visit)) == (120, 180)


@pytest.mark.browser
def test_an_area_is_counted_whole_and_says_so_where_the_map_shows_a_part(visit: Visit, dated: None) -> None:
    visit.open("#at=115.65,34.45,200000&frame=mercator&lang=zh&layers=cases,districts&time=2021")
    visit.page.mouse.click(*middle(visit, east=-60))
    visit.page.get_by_role("button", name="此范围内有什么").click()
    part = visit.page.locator(".inside", has_text="案件")
    part.wait_for()
    assert "按整个图层" in part.inner_text()
    assert "按整个图层" not in visit.page.locator(".inside", has_text="城区").inner_text()
