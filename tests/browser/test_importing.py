"""Bringing data in through the page: a token, a file, the question it leaves open, the job, the report, the map."""

import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from geoservice.jobs import worker
from layers.layer import LayerSpec
from layers.older_versions import remove_layer
from tests.browser.conftest import Visit, publish_rows, sign_in
from tests.browser.test_viewer import CITY, state
from tests.waiting import until

pytestmark = pytest.mark.browser


@pytest.fixture
def plots(tmp_path: Path) -> Path:
    """A zipped shapefile of two plots that does not say its coordinate system."""
    metric = [shapely.box(375_000, 3_812_000, 376_000, 3_813_000), shapely.box(376_000, 3_812_000, 377_000, 3_813_000)]
    folder = tmp_path / "plots"
    folder.mkdir()
    gpd.GeoDataFrame({"name": ["甲", "乙"]}, geometry=metric, crs=4509).to_file(folder / "plots.shp", encoding="utf-8")
    path = tmp_path / "plots.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in folder.iterdir():
            if part.suffix != ".prj":
                archive.write(part, part.name)
    return path


@pytest.fixture(autouse=True)
def _children_work_here(service: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOSERVICE_DATABASE_URL", service.settings.database_url)
    monkeypatch.setenv("GEOSERVICE_STORAGE_DIR", str(service.storage.root))
    monkeypatch.setattr(worker, "POLL_S", 0.1)


def test_a_token_that_is_not_known_is_refused_in_the_services_words(visit: Visit) -> None:
    visit.open(CITY)
    visit.page.get_by_role("tab", name="导入").click()
    visit.page.get_by_label("访问令牌").fill("gs_nobody")
    visit.page.get_by_role("button", name="使用").click()
    visit.page.locator(".access .trouble", has_text="令牌未知、已过期或已吊销").wait_for()
    assert visit.page.locator(".signed").count() == 0
    visit.forgive("401")


def test_a_file_is_looked_at_asked_about_imported_and_shown(
    visit: Visit, service: Any, token: str, plots: Path
) -> None:
    visit.open(CITY)
    sign_in(visit, token)
    visit.page.set_input_files("input[type=file]", plots)
    question = visit.page.locator(".question")
    question.wait_for()
    assert "坐标系" in question.inner_text()
    question.get_by_role("button", name="EPSG:4509").click()
    visit.page.get_by_label("图层名").fill("new-plots")
    visit.page.get_by_label("标题").fill("新地块")
    visit.page.get_by_text("供方说明", exact=True).click()
    visit.page.get_by_label("坐标误差").fill("0.4")
    visit.page.get_by_label("采集日期").fill("2026-05-01")
    visit.page.get_by_role("button", name="导入", exact=True).click()
    job = visit.page.locator(".job", has_text="new-plots")
    job.wait_for()
    working = threading.Thread(target=worker.work, args=(service,), kwargs={"until_empty": True})
    working.start()
    visit.page.locator(".job.done", has_text="new-plots").wait_for()
    working.join()
    job.get_by_role("button", name="导入报告").click()
    counts = visit.page.locator(".counts")
    counts.wait_for()
    assert counts.locator(".read dd").inner_text() == counts.locator(".kept dd").inner_text() == "2"
    assert "0.4 m" in visit.page.locator(".answer .facts").first.inner_text().replace("\u202f", " ")
    # It is not public: its report's page and its tiles come to the token's holder only.
    with visit.page.expect_popup() as popup:
        visit.page.get_by_role("button", name="完整报告").click()
    popup.value.get_by_role("heading", name="导入报告").wait_for()
    popup.value.close()
    visit.page.keyboard.press("Escape")
    with visit.page.expect_response("**/collections/new-plots/tiles/**") as tile:
        job.get_by_role("button", name="在地图上显示").click()
    assert tile.value.status == 200
    visit.page.wait_for_selector("body.ready")
    visit.until(lambda: "new-plots" in state(visit)["layers"])
    visit.page.locator(".row", has_text="新地块").locator(".badge.private").wait_for(state="attached")
    visit.page.get_by_role("tab", name="导入").click()
    visit.page.get_by_role("button", name="清除").click()
    visit.page.wait_for_selector("body.ready")
    visit.page.get_by_role("tab", name="图层").click()
    visit.page.locator(".row", has_text="新地块").wait_for(state="detached")


def test_a_folder_that_is_dropped_brings_all_its_files(visit: Visit, token: str, plots: Path) -> None:
    visit.open(CITY)
    sign_in(visit, token)
    folder = plots.parent / "plots"
    (folder / "plots.prj").unlink()
    (folder / "deeper").mkdir()
    (folder / "deeper" / "notes.txt").write_text("of the surveyor")
    dragged = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    session = visit.page.context.new_cdp_session(visit.page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 800, "y": 400, "data": dragged})
    session.detach()
    visit.page.locator(".question", has_text="坐标系").wait_for()
    assert f"plots · {len(list(folder.iterdir()))} 个文件" in visit.page.locator(".intake .card-head").inner_text()
    assert visit.page.locator(".finding-head b").first.inner_text() == "plots"
    visit.page.get_by_role("button", name="EPSG:4509").click()
    visit.until(lambda: visit.page.get_by_label("图层名").input_value() == "plots")
    assert visit.page.get_by_label("标题").input_value() == "plots"


def test_what_fails_its_checks_is_published_when_a_person_says_so(
    visit: Visit, token: str, service: Any, tmp_path: Path
) -> None:
    good, flat = shapely.box(115.6, 34.4, 115.61, 34.41), shapely.Polygon([(115.6, 34.4), (115.7, 34.4), (115.6, 34.4)])
    file = tmp_path / "half.geojson"
    gpd.GeoDataFrame({"name": ["甲", "乙"]}, geometry=[good, flat], crs=4326).to_file(file)

    def bring(name: str, ended: str, *, all_the_same: bool) -> None:
        visit.page.set_input_files("input[type=file]", file)
        visit.page.get_by_label("图层名").fill(name)
        visit.page.get_by_text("供方说明", exact=True).click()
        visit.page.get_by_label("检查未通过也发布").set_checked(all_the_same)
        visit.page.get_by_role("button", name="导入", exact=True).click()
        visit.page.locator(".job", has_text=name).wait_for()
        working = threading.Thread(target=worker.work, args=(service,), kwargs={"until_empty": True})
        working.start()
        visit.page.locator(f".job.{ended}", has_text=name).wait_for()
        working.join()

    visit.open(CITY)
    sign_in(visit, token)
    bring("half-refused", "failedJob", all_the_same=False)
    visit.page.locator(".job", has_text="half-refused").get_by_role("button", name="导入报告").click()
    visit.page.locator(".counts .refused dd", has_text="1").wait_for()
    visit.page.keyboard.press("Escape")
    bring("half-published", "done", all_the_same=True)
    visit.page.locator(".job", has_text="half-published").get_by_role("button", name="导入报告").click()
    with visit.page.expect_download() as saved:
        visit.page.get_by_role("button", name="下载被拒绝的要素").click()
    saved.value.save_as(tmp_path / "refused.gpkg")
    assert len(gpd.read_file(tmp_path / "refused.gpkg")) == 1


@pytest.fixture
def wells(service: Any) -> Iterator[None]:
    """A layer of which the second version lacks a well."""
    style = {"label": "name", "columns": {"name": {"zh": "名称", "en": "Name"}}}
    spec = LayerSpec("wells", "vector", {"zh": "水井", "en": "Wells"}, department="geology", style=style)
    rows = [("一号井", "One", 1, "POINT(115.6 34.45)"), ("二号井", "Two", 2, "POINT(115.7 34.45)")]
    with service.database.session() as session:
        for one in (rows, rows[:1]):
            publish_rows(session, spec, "Point", one, 1.0, 500)
            session.commit()
    yield
    with service.database.session() as session:
        remove_layer(session, "wells")
        session.commit()


def test_an_older_version_is_looked_at_and_served_again_by_who_may(visit: Visit, token: str, wells: None) -> None:
    def count() -> Any:
        return visit.page.request.get(f"{visit.address}/collections/wells/items?f=json").json()["numberMatched"]

    def choose() -> Any:
        row = visit.page.locator(".row", has_text="水井")
        row.locator(".more").click()
        choice = row.get_by_label("版本", exact=False).first
        row.locator("option", has_text="2 个要素").wait_for(state="attached")
        choice.select_option("1")
        row.locator(".badge.older").wait_for()
        return row

    versions = f"{visit.address}/layers/wells/versions"
    until(lambda: visit.page.request.get(versions).json().get("current") == 2)  # it heard of both
    visit.open(f"{CITY}&layers=wells")
    assert choose().get_by_role("button", name="恢复使用").count() == 0  # no token, no rights
    sign_in(visit, token)
    visit.page.get_by_role("tab", name="图层").click()
    row = choose()
    row.get_by_role("button", name="恢复使用版本 1").click()
    row.get_by_role("button", name="取消").click()
    row.get_by_role("button", name="恢复使用版本 1").click()
    assert count() == 1
    with visit.opening_anew():
        row.get_by_role("button", name="恢复使用版本 1").click()
    assert count() == 2
    assert ":1" not in state(visit)["layers"]


def test_an_import_that_waits_can_be_cancelled(visit: Visit, token: str, plots: Path) -> None:
    visit.open(CITY)
    sign_in(visit, token)
    visit.page.set_input_files("input[type=file]", plots)
    visit.page.get_by_role("button", name="EPSG:4509").click()
    visit.page.get_by_label("图层名").fill("never")
    visit.page.get_by_role("button", name="导入", exact=True).click()
    job = visit.page.locator(".job", has_text="never")
    job.get_by_role("button", name="取消").click()
    visit.page.locator(".job.cancelled", has_text="never").wait_for()


def test_a_file_that_was_chosen_before_the_token_is_there_when_the_token_is_given(
    visit: Visit, token: str, plots: Path
) -> None:
    visit.open(CITY)
    visit.page.get_by_role("tab", name="导入").click()
    visit.page.set_input_files("input[type=file]", plots)
    visit.page.locator(".intake-card", has_text="令牌").wait_for()
    sign_in(visit, token)
    visit.page.get_by_role("button", name="重新查看").click()
    visit.page.locator(".question", has_text="坐标系").wait_for()


def test_a_file_dropped_while_another_is_sent_stays_when_that_one_has_arrived(
    visit: Visit, token: str, plots: Path
) -> None:
    visit.open(CITY)
    sign_in(visit, token)
    late: list[Any] = []
    visit.page.route("**/imports", lambda route: late.append(route))
    visit.page.set_input_files("input[type=file]", plots)
    visit.page.locator(".question").get_by_role("button", name="EPSG:4509").click()
    visit.page.get_by_role("button", name="导入", exact=True).click()
    visit.until(lambda: late, "nothing was sent")
    visit.page.locator(".intake-card .card-head").get_by_role("button").click()
    visit.page.set_input_files("input[type=file]", plots)
    visit.page.locator(".question").wait_for()
    late[0].fulfill(status=202, json={"id": "0", "state": "queued"})
    visit.settle()
    assert visit.page.locator(".question").count() == 1


def test_a_file_that_is_none_of_ours_is_refused_with_the_reason(visit: Visit, token: str, tmp_path: Path) -> None:
    visit.open(CITY)
    sign_in(visit, token)
    letter = tmp_path / "letter.docx"
    letter.write_bytes(b"not a map")
    visit.page.set_input_files("input[type=file]", letter)
    visit.page.locator(".intake .trouble", has_text="letter.docx").wait_for()
    assert visit.page.get_by_label("图层名").count() == 0
    visit.forgive("4")


def test_a_question_about_one_format_is_answered_and_its_options_are_said_on_the_page(
    visit: Visit, token: str, tmp_path: Path
) -> None:
    packed = tmp_path / "points.csv"
    angles = [(f"115.{i:02}{i * 7 % 60:02}", f"34.{i:02}{i * 11 % 60:02}") for i in range(40)]
    packed.write_text("经度,纬度\n" + "".join(f"{east},{north}\n" for east, north in angles), encoding="utf-8")
    visit.open(CITY)
    sign_in(visit, token)
    visit.page.set_input_files("input[type=file]", packed)
    for answer in ("packed", "EPSG:4490"):
        visit.page.locator(".question").get_by_role("button", name=answer).click()
    visit.page.get_by_label("图层名").wait_for()
    visit.page.get_by_text("更多选项", exact=True).click()
    options = visit.page.get_by_label("--option")
    for said, answer in (("angels=decimal", ".trouble:has-text('angels')"), ("--option angles=decimal", "#in-layer")):
        options.fill(said)
        visit.page.locator(".intake").get_by_role("button", name="重新查看").last.click()
        visit.page.locator(answer).wait_for()
    visit.forgive("4")
