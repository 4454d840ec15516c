"""Answers that come late: what was begun meanwhile stays, and nothing is read aloud of what was closed."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from layers.layer import LayerSpec
from layers.older_versions import remove_layer
from tests.browser.conftest import Visit, publish_rows, sign_in
from tests.browser.test_shapes import at, begin_reshaping, drag, item
from tests.browser.test_tables import open_table
from tests.browser.test_viewer import CITY, middle

pytestmark = pytest.mark.browser


class Held:
    """Requests to an address that are kept from the service until the test lets them go."""

    def __init__(self, visit: Visit, address: str, method: str = "GET") -> None:
        self.visit, self.address, self.method = visit, address, method
        self.routes: list[Any] = []
        self.holding = True
        visit.page.route(re.compile(address), self._take)

    def _take(self, route: Any) -> None:
        if self.holding and route.request.method == self.method:
            self.routes.append(route)
        else:
            route.fallback()

    def wait(self, count: int) -> None:
        """Wait until so many have been asked for in all."""
        self.visit.until(lambda: len(self.routes) >= count, f"{count} of {self.address} were not asked for")

    def release(self, place: int) -> None:
        """Let one go, and wait until the page has made of it what it makes."""
        route = self.routes[place]
        route.continue_()
        self.visit.until(lambda: route.request not in self.visit.fetching, "there was no answer")
        self.visit.page.wait_for_timeout(300)  # what is said aloud is said a tenth of a second later


def read_aloud(visit: Visit) -> str:
    words: str = visit.page.locator("[aria-live]").inner_text()
    return words


def signed_in(visit: Visit, token: str, fragment: str = CITY) -> None:
    visit.open(fragment)
    sign_in(visit, token)
    visit.settle()


def test_the_jobs_are_asked_for_once_a_turn_however_often_the_tab_is_opened(visit: Visit, token: str) -> None:
    signed_in(visit, token)
    tab = visit.page.get_by_role("tab", name="导入")
    tab.click()
    visit.settle()
    held = Held(visit, "/jobs$")
    for count in (1, 2):
        tab.click()
        held.wait(count)
    for route, name in zip(reversed(held.routes[:2]), ("new", "old"), strict=True):
        route.fulfill(json={"jobs": [{"id": name, "state": "running", "title": name, "layer": name, "progress": 1}]})
        visit.page.locator(".job", has_text="new").wait_for()
    held.wait(3)
    visit.page.wait_for_timeout(1500)  # while one is open they are asked for every second
    assert visit.page.locator(".job b").all_inner_texts() == ["new"]
    assert len(held.routes) == 3


def test_of_two_reports_the_one_opened_last_is_read(visit: Visit, token: str) -> None:
    signed_in(visit, token)
    held = Held(visit, "/reports/")
    done = [{"id": str(n), "state": "done", "title": f"job {n}", "outcome": {"report": n}} for n in (1, 2)]
    visit.page.route(re.compile("/jobs$"), lambda route: route.fulfill(json={"jobs": done}))
    visit.page.get_by_role("tab", name="导入").click()
    for place in (0, 1):
        visit.page.get_by_role("button", name="导入报告").nth(place).click()
        held.wait(place + 1)
    for place in (1, 0):
        report = {"layer": f"layer-{place}", "verdict": "pass", "created": "2026-01-01T00:00:00Z"}
        held.routes[place].fulfill(json=report)
        visit.page.locator(".inspector", has_text="layer-1").wait_for()
    visit.settle()
    assert "layer-0" not in visit.page.locator(".inspector").inner_text()


def test_sheets_counted_at_another_scale_are_not_shown_beneath_this_one(visit: Visit) -> None:
    visit.open("#at=115.65,34.45,500000&frame=metric&lang=en")
    visit.page.get_by_role("button", name="Map sheets").click()
    scale = visit.page.get_by_label("Scale", exact=True)
    scale.select_option("50000")
    counts = visit.page.locator(".sheet-states")
    counts.wait_for()
    held = Held(visit, "/sheets[?].*scale=100000")
    scale.focus()
    scale.select_option("100000")
    held.wait(1)
    held.holding = False
    assert counts.count() == 0
    assert visit.page.evaluate("document.activeElement.tagName") == "SELECT"  # what is drawn anew keeps the keyboard
    visit.page.keyboard.press("Escape")
    visit.page.get_by_role("button", name="Map sheets").click()
    counts.wait_for()
    held.routes[0].fulfill(status=503, json={"detail": "busy"})
    visit.settle()
    assert "busy" not in visit.page.locator(".inspector").inner_text()
    visit.forgive("503")


def test_an_answer_to_a_card_that_was_closed_is_not_read_aloud(visit: Visit) -> None:
    visit.open(CITY)
    visit.page.mouse.click(*middle(visit, east=60))
    visit.page.locator(".inspector .feature", has_text="东区").wait_for()
    held = Held(visit, "/what-is-(here|inside)", "POST")
    visit.page.get_by_role("button", name="此范围内有什么").click()
    held.wait(1)
    visit.page.keyboard.press("Escape")
    visit.page.evaluate("document.querySelector('[aria-live]').textContent = ''")
    held.release(0)
    assert read_aloud(visit) == ""


def test_a_form_is_not_taken_away_with_what_was_written_in_it(visit: Visit, token: str) -> None:
    signed_in(visit, token)
    visit.page.mouse.click(*middle(visit, east=60))
    visit.page.locator(".inspector .feature", has_text="东区").wait_for()
    held = Held(visit, "/districts/items/1[?]")
    edit = visit.page.get_by_role("button", name="编辑属性")
    for count in (1, 2):
        edit.click()
        held.wait(count)
    held.holding = False
    held.release(1)
    people = visit.page.locator(".edit-form").get_by_label("人口")
    people.fill("12")
    held.release(0)
    assert people.input_value() == "12"
    visit.page.get_by_role("button", name="English").click()
    visit.page.get_by_role("button", name="中文").wait_for()
    assert people.input_value() == "12"


def test_what_was_written_and_left_by_a_click_elsewhere_can_be_taken_up_again(visit: Visit, token: str) -> None:
    signed_in(visit, token)
    offer = visit.page.locator(".toast", has_text="没有保存").get_by_role("button", name="继续修改")
    east, people = middle(visit, east=60), visit.page.locator(".edit-form").get_by_label("人口")
    visit.page.mouse.click(*east)
    visit.page.get_by_role("button", name="编辑属性").click()
    people.wait_for()
    visit.page.mouse.click(*middle(visit, east=-60))
    visit.page.locator(".inspector .feature", has_text="西区").wait_for()
    assert offer.count() == 0  # nothing was written
    visit.page.mouse.click(*east)
    visit.page.locator(".inspector .feature", has_text="东区").wait_for()
    visit.page.get_by_role("button", name="编辑属性").click()
    people.fill("4711")
    visit.page.mouse.click(*middle(visit, east=-60))
    offer.click()
    assert people.input_value() == "4711"
    visit.page.keyboard.press("Escape")
    offer.click()
    visit.page.get_by_role("button", name="保存", exact=True).click()
    visit.page.locator(".inspector dd", has_text="4711").wait_for()
    visit.page.keyboard.press("Escape")
    visit.page.locator(".inspector").wait_for(state="hidden")
    assert offer.count() == 0  # nothing that is not saved
    assert item(visit, "districts", 1)["properties"]["people"] == 4711


def test_a_new_feature_left_before_it_is_saved_can_be_taken_up_again(visit: Visit, token: str) -> None:
    signed_in(visit, token)
    visit.page.get_by_role("tab", name="图层").click()
    row = visit.page.locator(".row", has_text="城镇")
    row.locator(".more").click()
    row.get_by_role("button", name="新建要素").click()
    visit.settle()
    visit.page.mouse.click(*at(visit, 115.70, 34.47))
    card = visit.page.locator(".inspector", has_text="新建要素：城镇")
    card.get_by_label("人口").fill("815")
    visit.page.keyboard.press("Escape")
    card.wait_for(state="hidden")
    visit.page.get_by_role("button", name="继续修改").click()
    assert card.get_by_label("人口").input_value() == "815"
    card.get_by_role("button", name="保存", exact=True).click()
    visit.page.locator(".inspector .feature dd", has_text="815").wait_for()
    assert visit.page.locator(".toast", has_text="没有保存").count() == 0


def test_what_was_asked_of_a_card_that_was_closed_does_not_begin(visit: Visit, token: str) -> None:
    signed_in(visit, token)
    for name in ("编辑图形", "分割", "删除"):
        visit.page.mouse.click(*middle(visit, east=60))
        visit.page.locator(".inspector .feature", has_text="东区").wait_for()
        held = Held(visit, "/districts/items/1[?]")
        visit.page.get_by_role("button", name=name).click()
        held.wait(1)
        held.holding = False
        visit.page.keyboard.press("Escape")
        held.release(0)
        assert visit.page.locator(".shaping:visible, .sketch:visible, .inspector:visible").count() == 0, name


def test_what_is_being_saved_does_not_move_and_a_fault_is_told_though_the_bar_was_closed(
    visit: Visit, token: str
) -> None:
    signed_in(visit, token)
    bar = begin_reshaping(visit, "西区", middle(visit, east=-60))
    drag(visit, at(visit, 115.55, 34.50), at(visit, 115.56, 34.49))
    held = Held(visit, "/districts/items/2", "PATCH")
    bar.get_by_role("button", name="保存图形").click()
    held.wait(1)
    drag(visit, at(visit, 115.55, 34.40), at(visit, 115.57, 34.42))
    assert bar.get_by_role("button", name="撤销").is_disabled()
    held.routes[0].fulfill(status=503, json={"detail": "忙"})
    bar.get_by_role("alert", name="").filter(has_text="忙").wait_for()
    bar.get_by_role("button", name="保存图形").click()
    held.wait(2)
    first, second = (json.loads(route.request.post_data) for route in held.routes)
    assert first == second  # nothing was dragged while the first was under way
    visit.page.keyboard.press("Escape")
    bar.wait_for(state="hidden")
    held.routes[1].fulfill(status=503, json={"detail": "还忙"})
    visit.page.locator(".toast", has_text="还忙").wait_for()
    visit.forgive("503")


def test_a_new_shape_stands_while_its_form_is_fetched(visit: Visit, token: str) -> None:
    signed_in(visit, token)
    visit.page.get_by_role("tab", name="图层").click()
    row = visit.page.locator(".row", has_text="城镇")
    row.locator(".more").click()
    held = Held(visit, "/towns/domains")
    row.get_by_role("button", name="新建要素").click()
    visit.settle()
    visit.page.mouse.click(*at(visit, 115.70, 34.47))
    held.wait(1)
    card = visit.page.locator(".inspector", has_text="新建要素：城镇")
    card.wait_for()
    assert visit.page.locator(".shaping.card").is_visible()
    held.release(0)
    card.get_by_label("人口").fill("3")
    card.get_by_role("button", name="取消").click()
    card.wait_for(state="hidden")
    assert not visit.page.locator(".shaping.card").is_visible()


@pytest.fixture
def plots(service: Any) -> Iterator[None]:
    """Three plots in a row."""
    rows = [
        (f"{n}号", f"Plot {n}", n, "POLYGON(({0} 34.43,{1} 34.43,{1} 34.46,{0} 34.46,{0} 34.43))".format(*edges))
        for n, edges in enumerate([(115.60, 115.64), (115.64, 115.67), (115.67, 115.72)], 1)
    ]
    spec = LayerSpec("plots", "vector", {"zh": "地块", "en": "Plots"}, department="planning")
    with service.database.session() as session:
        publish_rows(session, spec, "Polygon", rows, 1.0, 500)
        session.commit()
    yield
    with service.database.session() as session:
        remove_layer(session, "plots")
        session.commit()


def test_what_is_joined_and_saved_is_made_of_the_features_chosen_last(visit: Visit, token: str, plots: None) -> None:
    visit.until(lambda: visit.page.request.get(f"{visit.address}/collections/plots").ok)
    signed_in(visit, token, f"{CITY}&layers=plots")
    visit.page.mouse.click(*at(visit, 115.655, 34.445))
    visit.page.locator(".inspector .feature", has_text="#2").get_by_role("button", name="合并").click()
    bar = visit.page.locator(".cutting.card")
    bar.get_by_text("单击要并入的相邻要素").wait_for()
    held = Held(visit, "/processes/union/execution", "POST")
    visit.page.locator("#map").focus()
    west, east = at(visit, 115.62, 34.445), at(visit, 115.70, 34.445)
    visit.page.mouse.click(*west)
    held.wait(1)
    visit.page.wait_for_timeout(320)  # a double click would zoom
    visit.page.mouse.click(*west)  # not that one after all
    visit.page.wait_for_timeout(600)
    visit.page.mouse.click(*east)
    held.wait(2)
    held.release(1)
    bar.get_by_text("2 个要素合为一个").wait_for()
    held.release(0)
    bar.get_by_role("button", name="保存").click()
    visit.page.locator(".inspector .feature", has_text="#2").wait_for()
    assert {corner[0] for corner in item(visit, "plots", 2)["geometry"]["coordinates"][0]} == {115.64, 115.67, 115.72}
    assert item(visit, "plots", 1)["properties"]["name"] == "1号"


def test_names_are_in_the_language_that_was_chosen_last(visit: Visit) -> None:
    visit.open(CITY)
    beside = {"x": 480, "y": 100, "width": 640, "height": 560}
    chinese = visit.page.screenshot(clip=beside)
    held = Held(visit, "/districts/style.*lang=en")
    visit.page.keyboard.press("g")
    held.wait(1)
    visit.page.keyboard.press("g")
    visit.page.get_by_role("switch", name="城区").wait_for()
    held.release(0)
    visit.settle()
    assert visit.page.screenshot(clip=beside) == chinese


COMPOSING = """(key) => document.activeElement.dispatchEvent(
    new KeyboardEvent('keydown', {key, isComposing: true, bubbles: true, cancelable: true}))"""


def test_while_characters_are_composed_the_keys_are_the_input_method_s(visit: Visit) -> None:
    visit.open(CITY)
    visit.page.mouse.click(*middle(visit, east=60))
    visit.page.locator(".inspector .feature", has_text="东区").wait_for()
    visit.page.get_by_role("combobox", name=re.compile("搜索")).fill("城区")
    visit.page.locator(".hit").first.wait_for()
    for key in ("Enter", "Escape"):
        visit.page.evaluate(COMPOSING, key)
    assert visit.page.locator(".hit").first.is_visible()
    assert visit.page.locator("#search").input_value() == "城区"
    assert visit.page.locator(".inspector").is_visible()


def test_a_moment_is_typed_part_by_part(visit: Visit) -> None:
    visit.open(CITY)
    row = visit.page.locator(".row", has_text="城区")
    row.locator(".more").click()
    moment = row.locator("input[type=datetime-local]")
    moment.fill("2026-01-02T03:04")
    row.locator(".badge.older").wait_for()
    visit.settle()
    moment.focus()
    visit.page.keyboard.type("1105")  # the month, then the day
    visit.until(lambda: moment.input_value() == "2026-11-05T03:04")
    visit.forgive("404")  # the layer was not there yet


def test_conditions_and_sorting_leave_the_keyboard_where_it_was(visit: Visit) -> None:
    visit.open(CITY)
    drawer = open_table(visit, "城区")
    called = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
    drawer.get_by_role("button", name="人口").press("Enter")
    drawer.locator("th[aria-sort=ascending]").wait_for()
    assert visit.page.evaluate(called) == "人口"
    drawer.get_by_role("button", name="添加条件").click()
    drawer.get_by_label("字段").select_option("人口")
    drawer.get_by_label("比较").focus()
    drawer.get_by_label("比较").select_option(">")
    assert visit.page.evaluate(called) == "比较"
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.type("1")
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate(called) == "去掉此条件"
    drawer.get_by_role("button", name="清除过滤").wait_for()
    drawer.get_by_role("button", name="添加条件").click()
    assert drawer.locator(".condition").count() == 2
    assert visit.page.evaluate(called) == "字段"


def test_a_token_that_runs_out_while_something_is_written_is_replaced_by_another_and_the_page_does_not_go_unasked(
    visit: Visit, token: str
) -> None:
    signed_in(visit, token)
    visit.page.mouse.click(*middle(visit, east=60))
    visit.page.locator(".inspector .feature", has_text="东区").wait_for()
    visit.page.get_by_role("button", name="编辑属性").click()
    form = visit.page.locator(".edit-form")
    form.get_by_label("人口").fill("815")
    visit.page.evaluate("sessionStorage.setItem('geoservice.token', 'gs_run_out')")
    save = form.get_by_role("button", name="保存", exact=True)
    told = visit.page.locator(".toast", has_text="访问令牌已失效")
    with visit.page.expect_response(lambda answer: answer.status == 401):
        save.click()
    told.get_by_role("button", name="填写新令牌").click()
    visit.page.get_by_label("访问令牌").fill(token)
    visit.page.get_by_role("button", name="使用").click()
    visit.page.locator(".toast", has_text="未保存的内容仍在").wait_for()
    asked: list[str] = []
    visit.page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    visit.page.evaluate("location.reload()")
    visit.until(lambda: asked == ["beforeunload"])
    save.click()
    visit.page.locator(".inspector dd", has_text="815").wait_for()
    assert item(visit, "districts", 1)["properties"]["people"] == 815
    visit.forgive("401")
