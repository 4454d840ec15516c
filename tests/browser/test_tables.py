"""A layer's attributes in the viewer: the table, the filter that the map obeys, a feature edited and its history."""

import json
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from layers.filter.cql2 import parse_filter
from tests.browser.conftest import Visit, sign_in
from tests.browser.scripts import evaluate
from tests.browser.test_viewer import CITY, middle, state

pytestmark = pytest.mark.browser


def open_table(visit: Visit, layer: str) -> Any:
    row = visit.page.locator(".row", has_text=layer)
    row.locator(".more").click()
    row.get_by_role("button", name=re.compile("^属性表")).click()
    drawer = visit.page.locator(".drawer")
    drawer.locator("tbody tr").first.wait_for()
    return drawer


def first_column(drawer: Any) -> list[str]:
    names: list[str] = drawer.locator("tbody tr td:first-child").all_inner_texts()
    return names


def test_the_table_sorts_searches_and_shows_a_row_on_the_map(visit: Visit) -> None:
    visit.open(CITY)
    drawer = open_table(visit, "城区")
    assert sorted(first_column(drawer)) == ["东区", "西区"]
    for order in ("ascending", "descending"):
        drawer.get_by_role("button", name="人口").click()
        drawer.locator(f"th[aria-sort={order}]").wait_for()
        rows = ["东区", "西区"] if order == "ascending" else ["西区", "东区"]
        visit.until(lambda rows=rows: first_column(drawer) == rows)  # type: ignore[misc]
    drawer.get_by_role("searchbox").fill("东")
    drawer.get_by_role("searchbox").press("Enter")
    drawer.get_by_text("1 / 1 条").wait_for()
    drawer.locator("tbody tr").first.press("Enter")
    visit.page.locator(".inspector .feature", has_text="东区").wait_for()
    visit.page.keyboard.press("Escape")
    visit.page.keyboard.press("Escape")
    drawer.wait_for(state="hidden")


def test_of_two_rows_chosen_the_later_is_shown_though_its_answer_comes_first(visit: Visit) -> None:
    visit.open(CITY)
    drawer = open_table(visit, "城区")
    late: list[Any] = []
    visit.page.route(re.compile("/districts/items/1[?]"), lambda route: late.append(route))
    drawer.locator("tbody tr", has_text="东区").press("Enter")
    visit.until(lambda: late, "the first row was not asked for")
    drawer.locator("tbody tr", has_text="西区").press("Enter")
    shown = visit.page.locator(".inspector .feature")
    shown.filter(has_text="西区").wait_for()
    late[0].continue_()
    visit.settle()
    assert "西区" in shown.inner_text()
    visit.page.route(
        re.compile("/districts/items/1[?]"), lambda route: route.fulfill(status=503, json={"detail": "忙"})
    )
    drawer.locator("tbody tr", has_text="东区").press("Enter")
    visit.page.locator(".toast", has_text="忙").wait_for()
    visit.forgive("503")


def test_what_the_filter_leaves_out_the_map_leaves_out_too_and_the_address_keeps_it(visit: Visit) -> None:
    visit.open(CITY)
    drawer = open_table(visit, "城区")
    drawer.get_by_role("button", name="添加条件").click()
    drawer.get_by_label("字段").select_option("人口")
    drawer.get_by_label("比较").select_option(">")
    with visit.page.expect_response(re.compile("/tiles/WebMercatorQuad/.*filter=")) as tile:
        drawer.get_by_label("值").fill("1")
        drawer.get_by_label("值").press("Enter")
    assert tile.value.status in (200, 204)
    drawer.get_by_text("1 / 1 条").wait_for()
    visit.settle()
    visit.until(lambda: first_column(drawer) == ["西区"])
    visit.until(lambda: "where.districts" in state(visit))
    visit.page.reload()
    visit.page.wait_for_selector("body.ready")
    visit.settle()
    visit.page.mouse.click(*middle(visit, east=80))  # in the eastern district, which is filtered away
    visit.page.locator(".inspector .empty").wait_for()


def test_a_feature_is_edited_with_a_token_and_its_history_told(visit: Visit, token: str) -> None:
    visit.open(CITY)
    visit.page.mouse.click(*middle(visit, east=60))
    visit.page.locator(".inspector .feature", has_text="东区").wait_for()
    assert visit.page.get_by_role("button", name="编辑属性").count() == 0
    visit.page.keyboard.press("Escape")
    sign_in(visit, token)
    visit.settle()
    visit.page.mouse.click(*middle(visit, east=60))
    visit.page.get_by_role("button", name="编辑属性").click()
    before = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    visit.page.wait_for_timeout(1100)  # the address keeps whole seconds
    visit.page.get_by_label("人口").fill("77")
    with visit.page.expect_response(re.compile(r"/collections/districts/tiles/.*v=1\.1")):
        visit.page.get_by_role("button", name="保存").click()
    visit.page.locator(".inspector dd", has_text="77").wait_for()
    visit.page.get_by_role("button", name="修改历史").click()
    change = visit.page.locator(".changes li")
    assert "planner" in change.inner_text()
    assert change.locator("del").inner_text() == "1"
    assert change.locator("ins").inner_text() == "77"
    visit.page.goto("about:blank")
    visit.open(f"{CITY}&layers=districts:100::{before}")
    assert visit.page.locator(".row", has_text="城区").locator(".badge.older").inner_text() != ""
    visit.page.mouse.click(*middle(visit, east=60))
    fact = visit.page.locator(".inspector .feature dt", has_text="人口").locator("+ dd")
    visit.until(lambda: fact.inner_text() == "1")
    assert visit.page.get_by_role("button", name="编辑属性").count() == 0  # what was is read only


def test_what_was_closed_as_the_page_is_opened_anew_stays_closed(visit: Visit, token: str) -> None:
    visit.open(CITY)
    sign_in(visit, token)
    visit.settle()
    visit.page.mouse.click(*middle(visit, east=60))
    visit.page.locator(".inspector .feature", has_text="东区").wait_for()
    visit.until(lambda: "show" in state(visit))
    with visit.opening_anew():
        both = "['.inspector .close', '.signed button']"
        visit.page.evaluate(f"{both}.forEach((one) => document.querySelector(one).click())")
    assert "show" not in state(visit)


def test_a_moment_is_kept_without_the_signs_that_divide_an_address_and_shown_in_local_time() -> None:
    assert evaluate("past.js", "m.pastParameter('20260501T081500Z')") == ["as-of", "2026-05-01T08:15:00Z"]
    assert evaluate("past.js", "m.momentOf(m.localOf('20260501T081500Z'))") == "20260501T081500Z"
    assert evaluate("past.js", "['3', '', 'soon', '20260501T081500Z'].map(m.readPast)") == [
        3,
        None,
        None,
        "20260501T081500Z",
    ]


def test_conditions_become_cql2_that_the_service_reads_whatever_was_typed() -> None:
    columns = {kind: {"name": 'the "so-called" ' + kind, "type": kind} for kind in ("text", "float", "date", "boolean")}
    conditions = [
        {"column": columns["text"], "operator": "contains", "value": "50%_o'clock\\"},
        {"column": columns["text"], "operator": "=", "value": "o'clock' OR 1=1 --"},
        {"column": columns["float"], "operator": ">=", "value": "1e3"},
        {"column": columns["date"], "operator": "<", "value": "2020-02-29"},
        {"column": columns["boolean"], "operator": "=", "value": "是"},
        {"column": columns["date"] | {"type": "timestamp"}, "operator": "=", "value": "2020-02-29"},
        {"column": columns["float"], "operator": "empty"},
    ]
    texts = evaluate("filter.js", "a.map(m.cql2)", *conditions)
    assert texts[2] == '"the ""so-called"" float" >= 1000'
    for text in (*texts, " AND ".join(texts)):
        parse_filter(text, "cql2-text")
    assert str(date(2020, 2, 29)) in texts[3]


def test_whole_numbers_of_many_digits_keep_each() -> None:
    said = 'say "9223372036854775807, "'
    numbers = [-9223372036854775807, 1, 0.12345678901234568]
    text = json.dumps({"a": 412321196705120017, "b": numbers, "c": said, "d": 9007199254740991})
    kept = {"a": "412321196705120017", "b": ["-9223372036854775807", *numbers[1:]], "c": said, "d": 9007199254740991}
    assert evaluate("exact.js", "m.parsed(a[0])", text) == kept
    condition = {"column": {"name": "bsm", "type": "bigint"}, "operator": "=", "value": "412321196705120017"}
    assert evaluate("filter.js", "a.map(m.cql2)", condition) == ['"bsm" = 412321196705120017']


def test_a_condition_that_is_not_finished_asks_for_nothing() -> None:
    unfinished = [
        {"column": {"name": "a", "type": "text"}, "operator": "=", "value": " "},
        {"column": {"name": "a", "type": "integer"}, "operator": "=", "value": "many"},
        {"column": {"name": "a", "type": "date"}, "operator": "=", "value": "soon"},
    ]
    assert evaluate("filter.js", "a.map(m.cql2)", *unfinished) == [None] * 3
