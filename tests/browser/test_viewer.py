"""The viewer in a real browser. Every test ends by asserting that no script failed and no other host was asked."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from layers.layer import LayerSpec
from layers.older_versions import remove_layer
from tests.browser.conftest import Visit, publish_rows

pytestmark = pytest.mark.browser

CITY = "#at=115.65,34.45,200000&frame=mercator&lang=zh"


def state(visit: Visit) -> dict[str, str]:
    """What the address remembers now; it follows the map after a while."""
    fragment = visit.page.evaluate("location.hash")
    return dict(pair.split("=", 1) for pair in fragment.removeprefix("#").split("&"))


def middle(visit: Visit, east: float = 0, south: float = 0) -> tuple[float, float]:
    box = visit.page.locator("#map").bounding_box()
    return box["x"] + box["width"] / 2 + east, box["y"] + box["height"] / 2 + south


def test_it_opens_in_the_readers_language_and_draws_the_layers_that_are_on(visit: Visit) -> None:
    with visit.page.expect_response(re.compile("/collections/districts/tiles/WebMercatorQuad/")) as tile:
        visit.open()
    assert tile.value.status in (200, 204, 304)
    assert visit.page.locator("h1").first.inner_text() == "商丘市自然资源与地理空间底座"
    assert visit.page.get_by_role("switch", name="城区").is_checked()
    assert not visit.page.get_by_role("switch", name="城镇").is_checked()


def test_a_layer_switched_on_is_fetched_and_remembered_in_the_address(visit: Visit) -> None:
    visit.open(CITY)
    with visit.page.expect_response(re.compile("/collections/towns/tiles/")):
        visit.page.get_by_role("switch", name="城镇").click()
    visit.until(lambda: "towns" in state(visit)["layers"].split(","))
    visit.page.get_by_role("switch", name="城镇").click()
    visit.until(lambda: "towns" not in state(visit)["layers"].split(","))


def test_a_click_tells_what_is_there_and_how_far_off_it_may_be(visit: Visit) -> None:
    visit.open(CITY)
    visit.page.mouse.click(*middle(visit, east=60))
    answer = visit.page.locator(".inspector")
    answer.locator(".feature h4").first.wait_for()
    text = answer.inner_text()
    assert "东区" in text
    assert "名称" in text
    assert "±5 m" in text
    assert "可用至 1:50\u202f000" in text
    assert "EPSG:4326 to EPSG:4490, identity, 1 m" in text


def test_a_click_inside_an_area_names_that_area_and_not_its_neighbour(visit: Visit) -> None:
    visit.open(CITY)
    visit.page.mouse.click(*middle(visit, east=3))
    visit.page.locator(".inspector .feature dl").first.wait_for()
    assert visit.page.locator(".inspector .feature h4").all_inner_texts() == ["东区\n#1"]


@pytest.fixture
def flats(service: Any) -> Iterator[None]:
    """Thirty flats on one footprint."""
    house = "POLYGON((115.56 34.41, 115.561 34.41, 115.561 34.411, 115.56 34.411, 115.56 34.41))"
    style = {"label": "name", "columns": {"name": {"zh": "名称", "en": "Name"}}}
    spec = LayerSpec("flats", "vector", {"zh": "住房", "en": "Flats"}, department="planning", style=style)
    with service.database.session() as session:
        publish_rows(session, spec, "Polygon", [(f"{n}户", f"Flat {n}", n, house) for n in range(30)], 1.0, 500)
        session.commit()
    yield
    with service.database.session() as session:
        remove_layer(session, "flats")
        session.commit()


def test_a_click_on_a_stack_of_features_reaches_them_all(visit: Visit, flats: None) -> None:
    visit.until(lambda: visit.page.request.get(f"{visit.address}/collections/flats").ok)
    visit.open("#at=115.5605,34.4105,2000&frame=mercator&lang=zh&layers=flats")
    visit.page.mouse.click(*middle(visit))
    told = visit.page.locator(".inspector .feature h4")
    visit.until(lambda: told.count() == 3)
    visit.page.get_by_role("button", name="此处该图层还有 27 个要素").click()
    visit.until(lambda: told.count() == 23)
    visit.page.get_by_role("button", name="此处该图层还有 7 个要素").click()
    visit.until(lambda: told.count() == 30)
    assert len(set(told.all_inner_texts())) == 30
    visit.page.mouse.click(*middle(visit))
    visit.until(lambda: told.count() == 3)
    more = visit.page.get_by_role("button", name="此处该图层还有 27 个要素")
    more.evaluate("(button) => { button.click(); button.click(); }")  # the second before the first is answered
    visit.until(lambda: told.count() == 30)
    assert len(set(told.all_inner_texts())) == 30


def test_a_click_on_nothing_says_so_and_gives_the_coordinates(visit: Visit) -> None:
    visit.open("#at=116.40,34.00,20000&frame=mercator&lang=zh")
    visit.page.mouse.click(*middle(visit))
    visit.page.locator(".inspector .empty").wait_for()
    text = visit.page.locator(".inspector").inner_text()
    assert "此处没有可见要素" in text
    assert re.search(r"116\.40\d+°, 3[34]\.\d+°", text)


def test_made_up_data_is_called_made_up(visit: Visit) -> None:
    visit.open(CITY)
    row = visit.page.locator(".row", has_text="城镇")
    assert row.locator(".badge.synthetic").inner_text() == "模拟数据"
    assert visit.page.locator(".row", has_text="城区").locator(".badge.synthetic").count() == 0


def test_a_layer_that_is_not_finished_says_what_that_means(visit: Visit) -> None:
    def unfinished(route: Any) -> None:
        answer = route.fetch()
        document = answer.json()
        for layer in document["layers"]:
            layer["version"]["unfinished"] = layer["id"] == "towns"
        route.fulfill(response=answer, json=document)

    visit.page.route(re.compile("/catalogue"), unfinished)
    visit.open(CITY)
    row = visit.page.locator(".row", has=visit.page.get_by_role("switch", name="城镇"))
    assert row.locator(".badge.older").inner_text() == "准备中"
    row.locator(".more").click()
    assert "小比例尺与名称索引正在准备" in row.inner_text()
    assert visit.page.get_by_text("准备中", exact=True).count() == 1


def test_drawn_larger_than_its_accuracy_allows_a_layer_warns(visit: Visit) -> None:
    visit.open(CITY)
    badge = visit.page.locator(".row", has_text="城区").locator(".badge.accuracy")
    assert "beyond" not in badge.get_attribute("class")
    visit.page.get_by_label(re.compile("^比例尺")).select_option("10000")
    visit.page.locator(".map-accuracy.beyond").wait_for()
    visit.until(lambda: "beyond" in badge.get_attribute("class"))


def test_what_is_not_in_view_does_not_speak_for_the_map(visit: Visit) -> None:
    """Towns are good to 500 m and drawn beyond that; the bar says so, by their name, where one of them is seen."""
    visit.open("#at=115.70,34.48,10000&frame=metric&lang=zh&layers=towns,districts")
    verdict = visit.page.locator(".map-accuracy")
    visit.until(lambda: "±5 m" in verdict.inner_text() and "城区" in verdict.inner_text())
    visit.page.goto("about:blank")
    visit.open("#at=115.65,34.45,25000&frame=metric&lang=zh&layers=towns,districts")
    visit.until(
        lambda: (
            "城镇：误差可达 ±500 m" in verdict.inner_text().replace("\n", "") and "可用至 1:250" in verdict.inner_text()
        )
    )
    assert "far" in verdict.get_attribute("class")  # two centimetres on the screen


def test_the_metric_frame_draws_exact_scales_from_tiles_of_its_own_grid(visit: Visit) -> None:
    visit.open(CITY)
    with visit.page.expect_response(re.compile("/collections/districts/tiles/ScaleGrid4509/")) as tile:
        visit.page.get_by_role("radio", name="CGCS2000").click()
    assert tile.value.status in (200, 204, 304)
    visit.until(lambda: int(state(visit)["at"].split(",")[2]) in (250_000, 100_000))
    visit.page.get_by_label(re.compile("^比例尺")).select_option("25000")
    visit.until(lambda: int(state(visit)["at"].split(",")[2]) == 25_000)
    visit.until(lambda: visit.page.locator(".scale-text").inner_text() == "1:25\u202f000")


def test_coordinates_under_the_pointer_are_those_of_proj(visit: Visit) -> None:
    # The survey's own reference point: 115.65, 34.44 is E 375923.0943, N 3813295.8155 in EPSG:4509.
    visit.open("#at=115.65,34.44,1000&frame=metric&lang=zh")
    visit.page.mouse.move(*middle(visit))
    position = re.compile(r"E ([\d.]+)\s+N ([\d.]+)")

    def told() -> re.Match[str] | None:
        return position.search(visit.page.locator(".position").inner_text().replace("\u202f", ""))

    visit.until(told)
    east, north = map(float, told().groups())  # type: ignore[union-attr]
    assert east == pytest.approx(375923.1, abs=0.3)
    assert north == pytest.approx(3813295.8, abs=0.3)


def test_a_pointer_that_moves_before_the_map_without_a_layer_is_drawn_finds_no_fault(visit: Visit) -> None:
    visit.open(CITY)
    for _ in range(2):
        visit.page.get_by_role("switch", name="城区").evaluate(
            """(box) => {
              box.click();
              const map = document.querySelector('#map .ol-viewport');
              const {left, top, width, height} = map.getBoundingClientRect();
              const at = {clientX: left + width / 2, clientY: top + height / 2, bubbles: true, pointerId: 1};
              map.dispatchEvent(new PointerEvent('pointermove', at));
            }"""
        )
        visit.settle()


def test_the_language_changes_every_word_and_stays_after_a_reload(visit: Visit) -> None:
    visit.open(CITY)
    visit.page.get_by_role("button", name="English").click()
    visit.page.get_by_role("switch", name="Districts").wait_for()
    words = visit.page.locator(".panel").inner_text()
    assert re.findall("[\u4e00-\u9fff]", words) == []
    visit.until(lambda: state(visit)["lang"] == "en")
    visit.page.reload()
    visit.page.get_by_role("switch", name="Districts").wait_for()


def test_a_shared_address_shows_the_same_map(visit: Visit) -> None:
    visit.open("#at=115.600000,34.420000,50000&frame=metric&lang=en&layers=towns:40")
    visit.page.wait_for_timeout(600)  # the address is written anew, of what is shown
    seen = state(visit)
    assert (seen["at"], seen["frame"], seen["layers"]) == ("115.600000,34.420000,50000", "metric", "towns:40")
    assert not visit.page.get_by_role("switch", name="Districts").is_checked()


def test_everything_can_be_done_from_the_keyboard(visit: Visit) -> None:
    visit.open(CITY)
    visit.page.keyboard.press("p")
    visit.until(lambda: state(visit)["frame"] == "metric")
    visit.page.keyboard.press("g")
    visit.until(lambda: state(visit)["lang"] == "en")
    visit.page.keyboard.press("/")
    visit.page.keyboard.type("Towns")
    visit.page.locator(".hit").first.wait_for()
    visit.page.keyboard.press("Enter")
    visit.until(lambda: "towns" in state(visit)["layers"])
    visit.page.get_by_role("button", name="Skip to the map").focus()
    visit.page.keyboard.press("Enter")  # goes to the map past all the layers' switches
    visit.page.keyboard.press("Enter")
    visit.page.locator(".inspector").wait_for()
    visit.page.keyboard.press("Escape")
    visit.page.locator(".inspector").wait_for(state="hidden")


def test_what_closes_gives_the_keyboard_back_to_the_map_and_letters_can_be_switched_off(visit: Visit) -> None:
    visit.open(CITY)
    on_map = "document.activeElement.id === 'map'"
    visit.page.locator("#map").focus()
    visit.page.keyboard.press("Enter")
    visit.page.locator(".inspector .close").press("Enter")
    assert visit.page.evaluate(on_map)
    visit.page.keyboard.press("m")
    visit.until(lambda: "Enter 加点" in visit.page.locator("[aria-live]").inner_text(), "drawing was not explained")
    visit.page.keyboard.press("Escape")
    visit.page.get_by_role("radio", name="Web 墨卡托").press("ArrowRight")
    visit.until(lambda: state(visit)["frame"] == "metric")
    visit.page.keyboard.press("?")
    visit.page.get_by_role("dialog", name="键盘快捷键").get_by_role("checkbox").press("Space")
    visit.page.keyboard.press("Escape")
    visit.page.locator("#map").press("g")
    visit.page.locator("#map").press("Enter")
    visit.page.locator(".inspector").wait_for()
    assert state(visit)["lang"] == "zh"


def test_a_place_is_found_by_its_name_and_shown(visit: Visit) -> None:
    visit.open(CITY)
    visit.page.get_by_role("combobox", name=re.compile("搜索")).fill("小镇")
    visit.page.locator(".hit", has_text="小镇").click()
    visit.page.locator(".inspector", has_text="小镇").wait_for()

    def shown() -> bool:
        lon, lat, _ = map(float, state(visit)["at"].split(","))
        return abs(lon - 115.58) < 0.05 and abs(lat - 34.42) < 0.05

    visit.until(shown)


@pytest.fixture
def namesakes(service: Any) -> Iterator[None]:
    """A layer that is off, drawn above the districts, with a district of the same name."""
    box = "POLYGON((115.60 34.41, 115.61 34.41, 115.61 34.42, 115.60 34.42, 115.60 34.41))"
    style = {"label": "name", "visible": False, "order": 99}
    spec = LayerSpec("namesakes", "vector", {"zh": "旧城区", "en": "Old districts"}, department="base", style=style)
    with service.database.session() as session:
        publish_rows(session, spec, "Polygon", [("东区", "East", 1, box)], 5.0, 50_000)
        session.commit()
    yield
    with service.database.session() as session:
        remove_layer(session, "namesakes")
        session.commit()


def test_of_two_places_of_one_name_that_on_the_map_is_found_first(visit: Visit, namesakes: None) -> None:
    visit.until(lambda: visit.page.request.get(f"{visit.address}/collections/namesakes").ok)
    found = visit.page.request.get(f"{visit.address}/search?q=东区").json()["features"]
    assert [hit["collection"] for hit in found] == ["namesakes", "districts"]
    visit.open(CITY)
    visit.page.get_by_role("combobox", name=re.compile("搜索")).fill("东区")
    hits = visit.page.locator(".hit", has_text="东区")
    visit.until(lambda: hits.all_inner_texts() == ["东区\n城区", "东区\n旧城区"])


def test_a_measured_square_is_told_on_the_ellipsoid_and_in_the_plane(visit: Visit) -> None:
    visit.open("#at=115.65,34.44,10000&frame=metric&lang=en")
    visit.page.keyboard.press("Shift+M")
    x, y = middle(visit, east=150)
    for corner in ((0, 0), (200, 0), (200, 200), (0, 200), (0, 0)):
        visit.page.mouse.click(x + corner[0], y + corner[1])
        visit.page.wait_for_timeout(320)  # two quick clicks would be a double click
    figures = visit.page.locator(".measure .figure").all_inner_texts()
    true_, _, planar, perimeter = (
        float(re.sub(r"[^\d.]", "", figure.split("·")[0].replace("m²", ""))) for figure in figures
    )
    side = 200 * 2.8
    assert planar == pytest.approx(side**2, rel=2e-3)
    assert true_ == pytest.approx(planar * (1 - 0.00038), rel=1e-4)
    assert perimeter == pytest.approx(4 * side, rel=2e-3)


DOUBLE = """([x, y]) => {
  const target = document.elementFromPoint(x, y);
  const how = {clientX: x, clientY: y, pointerId: 1, isPrimary: true, bubbles: true, cancelable: true};
  const press = (name) => target.dispatchEvent(new PointerEvent(name, how));
  for (const name of ['pointerdown', 'pointerup', 'pointerdown', 'pointerup']) press(name);
}"""
"""Both clicks in one turn: a busy machine does not make two of them."""


def test_a_double_click_on_the_last_point_ends_a_drawing_and_begins_no_other(visit: Visit) -> None:
    visit.open("#at=115.65,34.44,10000&frame=metric&lang=en")
    visit.page.keyboard.press("m")
    x, y = middle(visit, east=150)
    for corner in ((0, 0), (200, 0)):
        visit.page.mouse.click(x + corner[0], y + corner[1])
        visit.page.wait_for_timeout(320)
    visit.page.evaluate(DOUBLE, [x + 200, y])
    visit.page.mouse.move(x, y + 100)
    visit.page.wait_for_timeout(100)
    assert visit.page.locator(".measure .figure").all_inner_texts()[:1] == ["559.9 m"]


def test_the_legend_shows_what_is_on_the_map(visit: Visit) -> None:
    visit.open(CITY)
    visit.page.get_by_role("tab", name="图例").click()
    visit.until(lambda: "城区" in visit.page.locator(".legend").inner_text())
    visit.page.get_by_role("tab", name="图层").click()
    visit.page.get_by_role("switch", name="城区").click()
    visit.page.get_by_role("tab", name="图例").click()
    visit.until(lambda: "城区" not in visit.page.locator(".legend").inner_text())


def test_on_a_phone_the_panel_is_a_sheet_and_a_tap_asks(phone: Visit) -> None:
    phone.open(CITY)
    sheet: Any = phone.page.locator(".panel")
    low = sheet.bounding_box()
    assert low["width"] == 390
    assert low["height"] < 200
    phone.page.locator(".grip").click()
    phone.until(lambda: sheet.bounding_box()["height"] > 400)
    phone.page.locator(".grip").click()
    phone.page.locator(".grip").click()
    phone.until(lambda: sheet.bounding_box()["height"] < 200)
    phone.settle()  # a tap before the map is drawn finds nothing
    phone.tap(230, 330)
    phone.page.locator(".inspector .feature").first.wait_for()
    overflow = phone.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0


def test_pages_for_people_stand_beside_the_map(visit: Visit) -> None:
    for path, words in (
        ("/about", "让别的软件使用这些数据"),
        ("/collections?f=html", "城区"),
        ("/collections/districts?f=html", "浏览要素"),
        ("/collections/districts/items?f=html", "东区"),
        ("/collections/districts/items/1?f=html", "东区"),
    ):
        visit.page.goto(visit.address + path)
        assert words in visit.page.locator("main").inner_text(), path


def test_a_service_that_does_not_answer_is_told_with_a_way_on(visit: Visit) -> None:
    visit.page.route("**/catalogue", lambda route: route.abort())
    visit.page.goto(f"{visit.address}/{CITY}")
    visit.page.locator(".broken", has_text="服务没有响应").wait_for()
    assert [one for one in visit.troubles if "服务没有响应" not in one and "ERR_FAILED" not in one] == []
    visit.troubles.clear()
    visit.page.unroute("**/catalogue")
    visit.page.get_by_role("button", name="重试").click()
    visit.page.wait_for_selector("body.ready")
    visit.settle()
