"""A running service with a small city in it, and a Chromium that reports everything it was not supposed to do."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from geoservice.auth import create_token
from layers.frame import Bounds
from layers.layer import Column, LayerSpec, VersionFacts
from layers.level.levels import build_levels
from layers.tables import Statement, create_feature_table, index_features, quote, quote_column, run
from layers.versions import begin_version, publish
from tests.serving import serving
from tests.waiting import PATIENCE_S

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu"]  # a graphics card made of software costs more than none
DIST = Path(__file__).parents[2] / "geoservice" / "viewer" / "dist"
PERMITTED = ("data:", "blob:")


@dataclass
class Visit:
    """A page and what went wrong on it so far."""

    page: Any
    address: str
    troubles: list[str] = field(default_factory=list)
    fetching: set[Any] = field(default_factory=set)

    def open(self, fragment: str = "") -> None:
        """Open the viewer and wait until its map stands."""
        self.page.goto(f"{self.address}/{fragment}")
        self.page.wait_for_selector("body.ready")
        self.settle()

    @contextmanager
    def opening_anew(self) -> Iterator[None]:
        """Wait for the page that what is done here opens anew; an address that only remembers something opens none."""
        with self.page.expect_event("load"):
            yield
        self.page.wait_for_selector("body.ready")

    def forgive(self, words: str) -> None:
        """Forget the troubles a test provoked, all of which must have ``words`` in them; none is a failure, too."""
        assert self.troubles
        assert [trouble for trouble in self.troubles if words not in trouble] == []
        self.troubles.clear()

    def settle(self) -> None:
        """Wait until nothing more is being fetched and everything is drawn.

        Playwright's "networkidle" holds once for a document, whatever is fetched later: requests are counted here. A
        headless Chromium that draws in software may leave a requested frame undrawn while nothing else moves: asking
        for another one gives both.
        """
        self.page.wait_for_load_state("networkidle")

        def drawn() -> bool:
            self.page.evaluate("new Promise((done) => requestAnimationFrame(() => done()))")
            return bool(not self.fetching and self.page.get_attribute("#map", "aria-busy") == "false")

        self.until(drawn, "the map was not drawn")

    def until(self, holds: Callable[[], object], what: str = "it did not come about") -> None:
        """Wait until something holds that takes its time on the page, such as a panel that moves."""
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < deadline, f"{what} within {PATIENCE_S:.0f} s"
            self.page.wait_for_timeout(50)

    def tap(self, x: float, y: float) -> None:
        """Tap with a finger. The browser times the gesture itself: on a busy machine a tap sent in two messages may
        last so long that it is none."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("Input.synthesizeTapGesture", {"x": x, "y": y, "duration": 50, "gestureSourceType": "touch"})
        session.detach()


@pytest.fixture(scope="module")
def address(service: Any) -> Iterator[str]:
    """The address of a running service that holds the small city."""
    from geoservice.app import create_app

    if not (DIST / "index.html").is_file():
        pytest.skip("the viewer is not built: make viewer")
    with service.database.session() as session:
        _build_city(session)
        session.commit()
    with serving(create_app(service.settings)) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium, drawing in software."""
    from playwright.sync_api import sync_playwright

    if not shutil.which(CHROMIUM):
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=PATIENCE_S * 1000)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Visit]:
    """A visit to the viewer at a desk; at its end nothing may have gone wrong."""
    yield from _visit(browser, address, viewport={"width": 1280, "height": 800})


@pytest.fixture
def phone(browser: Any, address: str) -> Iterator[Visit]:
    """The same on a phone."""
    yield from _visit(browser, address, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)


def _visit(browser: Any, address: str, **options: Any) -> Iterator[Visit]:
    context = browser.new_context(locale="zh-CN", **options)
    context.set_default_timeout(PATIENCE_S * 1000)
    visit = Visit(context.new_page(), address)
    visit.page.on("pageerror", lambda error: visit.troubles.append(f"script: {error}"))
    visit.page.on("console", lambda line: line.type == "error" and visit.troubles.append(f"console: {line.text}"))
    visit.page.on("request", lambda request: _watch(visit, request))
    for end in ("requestfinished", "requestfailed"):
        visit.page.on(end, lambda request: visit.fetching.discard(request))
    visit.page.on(
        "response", lambda answer: answer.status >= 400 and visit.troubles.append(f"{answer.status} {answer.url}")
    )
    yield visit
    context.close()
    assert visit.troubles == []


def _watch(visit: Visit, request: Any) -> None:
    if not request.url.startswith((visit.address, *PERMITTED)):
        visit.troubles.append(f"asked another host: {request.url}")
    if request.is_navigation_request():
        visit.fetching.clear()  # what the page before it was fetching is given up
    visit.fetching.add(request)


def _build_city(session: Session) -> None:
    box = "POLYGON(({0} 34.40,{1} 34.40,{1} 34.50,{0} 34.50,{0} 34.40))"
    districts = [
        ("东区", "East", 1, box.format(115.65, 115.75)),
        ("西区", "West", 2, box.format(115.55, 115.65)),
    ]
    titles = {"name": {"zh": "名称", "en": "Name"}, "people": {"zh": "人口", "en": "People"}}
    drawn = {"label": "name", "label_en": "name_en", "columns": titles}
    style = drawn | {"preset": "counties"}
    spec = LayerSpec("districts", "vector", {"zh": "城区", "en": "Districts"}, department="base", style=style)
    publish_rows(session, spec, "MultiPolygon", districts, 5.0, 50_000)
    towns = [("商丘", "Shangqiu", 1_700_000, "POINT(115.65 34.45)"), ("小镇", "Smalltown", 900, "POINT(115.58 34.42)")]
    style = drawn | {"preset": "places", "rank": "people", "visible": False, "synthetic": True}
    spec = LayerSpec("towns", "vector", {"zh": "城镇", "en": "Towns"}, department="planning", style=style)
    publish_rows(session, spec, "Point", towns, 500.0, 250_000)


def publish_rows(session: Session, spec: LayerSpec, shape: str, rows: list[Any], accuracy: float, scale: int) -> None:
    """Publish a layer of rows: name, English name, people, WKT in degrees."""
    columns = (
        Column("name", "name", "text"),
        Column("name_en", "name_en", "text"),
        Column("people", "people", "bigint"),
    )
    draft = begin_version(session, spec)
    table = create_feature_table(session, draft.id, columns, 4490)
    listed = ", ".join(quote_column(column.name) for column in columns)
    for fid, (name, english, people, wkt) in enumerate(rows, 1):
        run(session, Statement(
            f"INSERT INTO {quote(table)} (fid, {listed}, geom, mercator)"
            " VALUES (%(fid)s, %(name)s, %(english)s, %(people)s,"
            " ST_GeomFromText(%(wkt)s, 4490), ST_Transform(ST_GeomFromText(%(wkt)s, 4326), 3857))",
            {"fid": fid, "name": name, "english": english, "people": people, "wkt": wkt},
        ))  # fmt: skip
    index_features(session, table)
    facts = VersionFacts(
        srid=4490, table=table, geometry_type=shape, columns=columns, accuracy_m=accuracy, largest_scale=scale,
        levels=build_levels(session, table, columns, spec.style), operation="EPSG:4326 to EPSG:4490, identity, 1 m",
    )  # fmt: skip
    publish(session, draft, facts, extent=Bounds(115.55, 34.40, 115.75, 34.50), feature_count=len(rows))


@pytest.fixture
def token(service: Any) -> str:
    """A token that may write."""
    with service.database.session() as session:
        made = create_token(session, "planner", ["*"], write=True)
        session.commit()
    return made


def sign_in(visit: Visit, token: str) -> None:
    """Give the viewer a token, as its import panel asks for it."""
    visit.page.get_by_role("tab", name="导入").click()
    visit.page.get_by_label("访问令牌").fill(token)
    visit.page.get_by_role("button", name="使用").click()
    visit.page.locator(".signed").wait_for()
    visit.page.wait_for_selector("body.ready")
