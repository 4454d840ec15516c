"""Views kept under a name in the browser, and addresses that bring a view back, with the feature that was looked at."""

from pathlib import Path

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_viewer import CITY, middle, state

pytestmark = pytest.mark.browser


def test_a_view_is_kept_found_again_carried_in_a_file_and_forgotten(visit: Visit, tmp_path: Path) -> None:
    visit.open(f"{CITY}&layers=towns:40,districts&where.towns=people%20%3E%201000")
    visit.page.get_by_role("button", name="收藏的视图").click()
    assert visit.page.get_by_label("把当前视图存为").input_value().startswith("城镇 · 1:200")
    visit.page.get_by_label("把当前视图存为").fill("东城夜会")
    visit.page.get_by_role("button", name="收藏", exact=True).click()
    visit.until(lambda: state(visit)["at"].startswith("115.650000,"))  # the address is written anew, of what is shown
    kept = state(visit)
    visit.page.keyboard.press("Escape")
    visit.page.goto("about:blank")
    visit.open("#at=116.0,34.0,1000000&frame=metric&lang=en&layers=")
    visit.page.get_by_role("button", name="Kept views").click()
    visit.page.get_by_role("button", name="东城夜会").first.click()
    visit.page.locator("html[lang=zh-CN]").wait_for(state="attached")
    visit.page.wait_for_selector("body.ready")
    visit.settle()
    visit.until(lambda: state(visit) == kept)
    assert kept["where.towns"]
    visit.page.get_by_role("button", name="收藏的视图").click()
    with visit.page.expect_download() as saved:
        visit.page.get_by_role("button", name="存为文件").click()
    saved.value.save_as(tmp_path / "views.json")
    visit.page.get_by_role("button", name="删除收藏: 东城夜会").click()
    visit.page.get_by_text("还没有收藏。").wait_for()
    (tmp_path / "other.json").write_text('[{"name": "x", "address": "https://elsewhere.example/"}]')
    visit.page.get_by_label("从文件读取").set_input_files(tmp_path / "other.json")
    visit.page.locator(".toast", has_text="没有收藏的视图").wait_for()
    visit.page.get_by_label("从文件读取").set_input_files(tmp_path / "views.json")
    visit.page.get_by_role("button", name="东城夜会").first.wait_for()


def test_the_address_names_the_feature_in_the_card_and_shows_it_again(visit: Visit) -> None:
    visit.open(CITY)
    visit.page.mouse.click(*middle(visit, east=60))
    visit.page.locator(".inspector .feature", has_text="东区").wait_for()
    visit.until(lambda: state(visit).get("show") == "districts/1")
    visit.page.keyboard.press("Escape")
    visit.until(lambda: "show" not in state(visit))
    visit.page.goto("about:blank")
    visit.open(f"{CITY}&show=districts/1")
    visit.page.locator(".inspector .feature", has_text="东区").wait_for()


def test_an_address_that_names_no_feature_says_so(visit: Visit) -> None:
    visit.page.goto(f"{visit.address}/{CITY}&show=districts/99")
    visit.page.locator(".toast", has_text="99").wait_for()  # it goes by itself: not to be waited for until all is drawn
    visit.page.wait_for_selector("body.ready")
    visit.settle()
    visit.forgive("404")
