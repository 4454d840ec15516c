"""Where things stand: on the smallest phones, beside an open table, on paper. Nothing is hidden by another."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import Visit, _visit, sign_in
from tests.browser.test_tables import open_table
from tests.browser.test_viewer import CITY, middle

pytestmark = pytest.mark.browser


@pytest.fixture
def small_phone(browser: Any, address: str) -> Iterator[Visit]:
    """The smallest phone that is still about."""
    yield from _visit(browser, address, viewport={"width": 320, "height": 568}, has_touch=True, is_mobile=True)


@pytest.fixture
def tablet(browser: Any, address: str) -> Iterator[Visit]:
    """A tablet held upright."""
    yield from _visit(browser, address, viewport={"width": 768, "height": 1024})


def box(visit: Visit, place: str) -> Any:
    return visit.page.locator(place).bounding_box()


def test_on_the_smallest_phone_every_button_stands_on_the_screen_and_none_over_the_scale(small_phone: Visit) -> None:
    for language in ("zh", "en"):
        small_phone.page.goto("about:blank")
        small_phone.open(CITY.replace("lang=zh", f"lang={language}"))
        switch = box(small_phone, ".language")
        assert switch["x"] + switch["width"] <= 310
        assert switch["height"] < 60  # in one line
        tools, bar = box(small_phone, ".toolbar"), box(small_phone, ".readout")
        assert tools["y"] + tools["height"] <= bar["y"] or bar["x"] + bar["width"] <= tools["x"]
    small_phone.page.locator(".grip").click()
    small_phone.until(lambda: box(small_phone, ".panel")["height"] > 290)
    assert box(small_phone, ".panel-content")["height"] > 100
    tools = box(small_phone, ".toolbar")
    assert tools["y"] + tools["height"] <= box(small_phone, ".panel")["y"]


def test_on_a_tablet_the_bar_stands_beside_the_panel_in_one_line(tablet: Visit) -> None:
    tablet.open(CITY)
    panel, bar = box(tablet, ".panel"), box(tablet, ".readout")
    assert bar["x"] >= panel["x"] + panel["width"]
    assert bar["height"] < 60
    assert tablet.page.locator(".map-accuracy").inner_text().strip() == "±5 m"
    parts = [box(tablet, f".readings > :nth-child({n})") for n in (1, 3, 4)]
    assert parts[0]["x"] >= bar["x"]
    assert all(part["x"] + part["width"] <= bar["x"] + bar["width"] + 1 for part in parts)


def uncovered(visit: Visit, button: Any) -> bool:
    """Whether a click in the middle of a button meets it."""
    return bool(button.evaluate(
        "(it) => { const {x, y, width, height} = it.getBoundingClientRect();"
        " return it.contains(document.elementFromPoint(x + width / 2, y + height / 2)); }"
    ))  # fmt: skip


def test_on_a_tablet_no_button_lies_under_the_card(tablet: Visit, token: str) -> None:
    tablet.open(CITY + "&layers=districts")
    sign_in(tablet, token)
    tablet.settle()
    tablet.page.mouse.click(*middle(tablet, east=60))
    tablet.page.get_by_role("button", name="编辑图形").click()
    save = tablet.page.get_by_role("button", name="保存图形")
    save.wait_for()
    for button in (save, *tablet.page.locator(".modes button, .opener").all()):
        tablet.until(lambda button=button: uncovered(tablet, button))


def test_on_a_phone_the_sheet_gives_way_to_the_map_that_was_asked_for(phone: Visit) -> None:
    phone.open(CITY)
    row = phone.page.locator(".row", has_text="城区")
    for name in ("缩放至图层", "卷帘对比"):
        while phone.page.locator(".panel[data-sheet=full]").count() == 0:
            phone.page.locator(".grip").click()
        if not row.locator(".details").count():
            row.locator(".more").click()
        row.get_by_role("button", name=name).click()
        phone.page.locator(".panel[data-sheet=low]").wait_for()
    label = box(phone, ".swipe-name")
    assert label["x"] >= 0
    assert label["x"] + label["width"] <= 390
    phone.until(lambda: box(phone, ".panel")["y"] >= label["y"] + label["height"])


LONG = "Grundstücksverkehrsgenehmigungszuständigkeitsübertragungsverordnung_without_any_space_in_it_2026"


def test_a_name_without_a_space_stands_out_of_nothing_and_leaves_room_for_what_is_said_of_its_layer(
    visit: Visit,
) -> None:
    def renamed(route: Any) -> None:
        answer = route.fetch()
        document = answer.json()
        for layer in document["layers"]:
            layer["title"] = {"zh": LONG, "en": LONG}
        route.fulfill(response=answer, json=document)

    visit.page.route(re.compile("/catalogue"), renamed)
    visit.open(f"{CITY}&layers=districts,towns:50")
    row = visit.page.locator(".row").nth(1)
    title, badges = row.locator(".row-title").bounding_box(), row.locator(".badge").first.bounding_box()
    assert title["width"] > 200
    assert badges["y"] >= title["y"] + title["height"] - 25  # beside the last line of the name, or beneath it
    visit.page.get_by_role("tab", name="图例").click()
    inside = "(place) => { const e = document.querySelector(place); return e.scrollWidth - e.clientWidth; }"
    visit.page.locator(".legend-layer").first.wait_for()
    assert visit.page.evaluate(inside, ".panel-content") == 0
    visit.page.get_by_role("tab", name="图层").click()
    row.locator(".more").click()
    row.get_by_role("button", name=re.compile("^下载")).click()
    assert visit.page.evaluate(inside, "dialog[open]") == 0


def test_beside_an_open_table_how_far_off_the_map_may_be_is_not_hidden_and_no_figure_is_cut(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 1190, "height": 800})
    visit.open("#at=115.65,34.45,25000&frame=metric&lang=zh&layers=towns,districts")
    verdict = visit.page.locator(".map-accuracy")
    visit.until(lambda: "±500 m" in verdict.inner_text())
    open_table(visit, "城镇")
    panel, bar = box(visit, ".panel"), box(visit, ".readout")
    assert bar["x"] >= panel["x"] + panel["width"]
    visit.page.locator("#map").focus()
    visit.page.keyboard.press("Enter")  # the card leaves less room still
    visit.page.locator(".inspector").wait_for()
    visit.settle()
    figure, around = box(visit, ".map-accuracy .figure:visible > :last-child"), box(visit, ".map-accuracy")
    assert figure["x"] + figure["width"] <= around["x"] + around["width"]


def test_on_paper_the_table_is_left_out_and_the_scale_bar_stands_in_the_map(visit: Visit) -> None:
    visit.open(CITY)
    open_table(visit, "城区")
    visit.page.emulate_media(media="print")
    assert not visit.page.locator(".drawer").is_visible()
    paper, bar = box(visit, "main"), box(visit, ".readout")
    assert paper["y"] + paper["height"] - (bar["y"] + bar["height"]) == pytest.approx(3 / 25.4 * 96, abs=1)


def test_all_that_is_on_the_screen_is_on_the_page_that_the_browser_prints_with_its_scale(visit: Visit) -> None:
    visit.open("#at=115.65,34.45,50000&frame=metric&lang=zh&layers=districts")
    screen, bar = box(visit, "#map"), box(visit, ".scalebar .bar")
    visit.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    visit.page.emulate_media(media="print")
    page, drawn = box(visit, "#map"), box(visit, "#map > .ol-viewport")
    times = drawn["width"] / screen["width"]
    for side, length in (("x", "width"), ("y", "height")):
        assert drawn[length] <= page[length] + 1
        assert drawn[side] + drawn[length] / 2 == pytest.approx(page[side] + page[length] / 2, abs=2)
    assert box(visit, ".scalebar .bar")["width"] == pytest.approx(bar["width"] * times, rel=0.01)
    said = re.search(r"≈ 1:([\d\u202f]+)", visit.page.locator(".print-head").inner_text())
    assert said
    assert float(said[1].replace("\u202f", "")) == pytest.approx(50_000 * 0.28 / (25.4 / 96) / times, rel=0.01)
    visit.page.evaluate("dispatchEvent(new Event('afterprint'))")
    visit.page.emulate_media(media="screen")
    assert box(visit, "#map > .ol-viewport")["width"] == screen["width"]
