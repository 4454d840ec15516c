"""Light and dark: as the system is set, until the reader says otherwise; the pages beside the map go along."""

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_viewer import CITY

pytestmark = pytest.mark.browser

LUMINANCE = """(place) => {
  const channel = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const style = getComputedStyle(document.querySelector(place));
  const brightness = (colour) => {
    const [red, green, blue] = colour.match(/[\\d.]+/g).map(Number).map(channel);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  return [brightness(style.color), brightness(style.backgroundColor)];
}"""


def contrast(visit: Visit, place: str) -> float:
    """How well the words of an element with a ground of its own can be read (WCAG 2); below 1, light on dark."""
    ink, ground = visit.page.evaluate(LUMINANCE, place)
    return float((ground + 0.05) / (ink + 0.05))


def test_the_viewer_follows_the_system_and_the_switch_and_the_pages_follow_the_viewer(visit: Visit) -> None:
    visit.page.emulate_media(color_scheme="dark")
    visit.open(CITY)
    assert contrast(visit, ".panel") < 1 / 7
    visit.page.goto(f"{visit.address}/collections?f=html")
    assert contrast(visit, "html") < 1 / 7
    visit.open(CITY)
    visit.page.get_by_role("button", name="换为浅色").click()
    assert contrast(visit, ".panel") > 7
    assert visit.page.evaluate("document.activeElement.className") == "theme"
    visit.page.reload()
    visit.page.wait_for_selector("body.ready")
    assert contrast(visit, ".panel") > 7
    visit.page.goto(f"{visit.address}/collections?f=html")
    assert contrast(visit, "html") > 7
    visit.open(CITY)
    visit.page.get_by_role("button", name="换为深色").click()
    visit.page.emulate_media(color_scheme="light")
    visit.page.locator("html[data-theme=light]").wait_for(state="attached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_can_be_read_on_every_ground(visit: Visit, scheme: str) -> None:
    visit.page.emulate_media(color_scheme=scheme)
    visit.open(CITY)
    visit.page.locator(".row", has_text="城区").locator(".more").click()
    visit.page.locator(".details .verdict").wait_for()
    for place in (".verdict", ".badge.accuracy", ".mode[aria-checked=true]", ".map-accuracy", ".toolbar .tools"):
        found = contrast(visit, place)
        assert max(found, 1 / found) >= 4.5, (place, found)


def test_paper_is_white_at_night_too(visit: Visit) -> None:
    visit.page.emulate_media(color_scheme="dark", media="print")
    visit.open(CITY)
    assert contrast(visit, ".readout") > 7


def test_on_a_phone_on_its_side_nothing_lies_over_the_tools_or_the_bar(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 844, "height": 390})
    visit.open(CITY)
    tools, bar = (visit.page.locator(name).bounding_box() for name in (".toolbar", ".readout"))
    assert tools
    assert bar
    assert tools["y"] + tools["height"] <= 390
    assert bar["x"] + bar["width"] <= tools["x"]
    assert visit.page.locator(".map-accuracy .brief").is_visible()


def test_where_the_system_sets_the_colours_a_switch_that_is_on_looks_unlike_one_that_is_off(visit: Visit) -> None:
    visit.page.emulate_media(forced_colors="active")
    visit.open(CITY)
    switches = {name: visit.page.get_by_role("switch", name=name) for name in ("城区", "城镇")}
    looks = {name: one.evaluate("e => getComputedStyle(e).backgroundColor") for name, one in switches.items()}
    assert looks["城区"] != looks["城镇"]
    assert "solid" in switches["城镇"].evaluate("e => getComputedStyle(e).borderStyle")
