"""Printed maps: a page of the paper asked for whose millimetres are the scale's, its words, and what it refuses."""

import re
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import shapely
from starlette.testclient import TestClient

from geoservice.database import Database
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.layer import Column
from layers.views import ALL
from tests.feature_layers import make_layer
from tests.geoservice.api_app import api_client
from tiles.picture.job import Job
from tiles.picture.page import PAPERS, PIXEL_MM, Page, Trust, canvas_of
from tiles.picture.page_job import page_job
from tiles.picture.painters import Painters
from tiles.picture.scene import plan

COLUMNS = (Column("name", "名称", "text"), Column("kind", "类别", "text"))
METRIC = parse_crs(4509)
EAST, NORTH = 376_500.0, 3_812_500.0


def square(side: float) -> str:
    """A square around the middle, in metres of the plane, as WKT in degrees."""
    corners = np.array(
        shapely.box(EAST - side / 2, NORTH - side / 2, EAST + side / 2, NORTH + side / 2).exterior.coords
    )
    x, y = find_transform(METRIC, parse_crs(4490)).points(corners[:, 0], corners[:, 1])
    return str(shapely.Polygon(np.column_stack([x, y])))


@pytest.fixture(scope="module")
def api(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with database.session() as session:
        style = {"preset": "parcels", "class": "kind", "label": "name"}
        make_layer(session, "land", [("块", "0101", square(400))], COLUMNS, "Polygon", style=style, public=True)
        make_layer(session, "secret", [("密", "0101", square(400))], COLUMNS, "Polygon", public=False)
        session.commit()
    with api_client(database, tmp_path_factory.mktemp("printing")) as client:
        yield client


def page(**more: Any) -> Page:
    values: dict[str, Any] = {
        "title": "题", "paper": "a4", "orientation": "landscape", "scale": 5000.0, "language": "zh",
        "system": "CGCS2000", "date": "2026-11-27", "publisher": "商丘市",
    }  # fmt: skip
    return Page(**values | more)


def job_of(api: TestClient, wanted: Page, dpi: float) -> Job:
    layer = api.app.state.catalogue.find("land", ALL)  # type: ignore[attr-defined]
    planned = plan([layer], canvas_of(wanted, METRIC, EAST, NORTH))
    database = api.app.state.database  # type: ignore[attr-defined]
    with database.session() as session:
        connection = session.connection().connection.driver_connection
        answers = []
        for question in planned.questions:
            with connection.cursor(binary=True) as cursor:
                answers.append(cursor.execute(question.statement.text, question.statement.params).fetchall())
    return page_job(wanted, planned, answers, None, dpi)


@pytest.mark.parametrize(("paper", "orientation"), [("a4", "landscape"), ("a4", "portrait"), ("a3", "landscape")])
def test_a_hundred_metres_are_two_centimetres_at_one_to_five_thousand(
    api: TestClient, paper: str, orientation: str
) -> None:
    wanted = page(paper=paper, orientation=orientation)
    dpi = 127.0  # five pixels to the millimetre
    job = job_of(api, wanted, dpi)
    painters = Painters(1, 30)
    drawn = np.frombuffer(painters.paint(job), np.uint8).reshape(job.height, job.width, 4).astype(int)
    painters.close()
    width, height = sorted(PAPERS[paper], reverse=orientation == "landscape")
    assert (job.width / 5, job.height / 5) == pytest.approx((width, height), abs=0.3)
    left, top, wide, high = (side * PIXEL_MM * 5 for side in wanted.frame)
    row = drawn[round(top + high / 2) + 40]
    inside = np.flatnonzero(np.abs(row[:, :3] - row[round(left + wide / 2) + 60, :3]).max(axis=1) < 4)
    assert inside[-1] - inside[0] == pytest.approx(400 / 5000 * 1000 * 5, abs=4)  # 400 m are 80 mm
    margin = drawn[: int(top) - 40, :, :3]
    assert (margin[:20] == 255).all()
    assert (margin < 100).any()  # the title


def test_the_page_is_a_vector_pdf_with_the_chinese_typeface_in_it(api: TestClient) -> None:
    lon, lat = (float(part[0]) for part in find_transform(METRIC, parse_crs(4490)).points([EAST], [NORTH]))
    query = {"f": "pdf", "center": f"{lon},{lat}", "scale-denominator": 5000, "title": "土地利用现状图", "lang": "zh"}
    answer = api.get("/map", params=query | {"collections": "land"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="map.pdf"'
    body = answer.content
    assert body.startswith(b"%PDF-")
    plain = body + b"".join(_streams(body))
    (box,) = set(re.findall(rb"/MediaBox \[ ([0-9. ]+)\]", plain))
    assert [float(side) for side in box.split()] == [0, 0, 842, 595]
    assert b"CJK" in plain
    assert b"/Subtype /Image" not in plain
    assert (
        api.get("/collections/land/map", params=query | {"paper": "a0", "orientation": "portrait"}).status_code == 200
    )


def _streams(body: bytes) -> Iterator[bytes]:
    for found in re.finditer(rb"stream\r?\n", body):
        try:
            yield zlib.decompressobj().decompress(body[found.end() :])
        except zlib.error:
            continue


def test_a_page_tells_how_far_its_sources_can_be_trusted() -> None:
    trusts = [Trust("宗地", "国土局", 0.5, 2000), Trust("河流", "", 2000.0, 3_000_000), Trust("道路", "", None, None)]
    notes = [text for text, _ in page(trusts=trusts, scale=5000.0).notes]
    assert notes[0] == "宗地：国土局；平面精度约 ±0.5 m；适用于不大于 1:2 000"
    assert "±2 km" in notes[1]
    assert notes[2] == "道路：精度未注明"
    assert notes[3] == "注意：本图比例尺大于资料可靠比例尺：河流"
    english = [text for text, _ in page(trusts=trusts, scale=1000.0, language="en").notes]
    assert english[-1].endswith("宗地, 河流")


def test_a_box_is_shown_at_the_largest_scale_of_the_series_that_holds_it(api: TestClient) -> None:
    from geoservice.api.map.printing import _fitting
    from layers.frame import SCALES, Bounds

    wanted = page()
    _, _, width, height = wanted.frame
    for scale in SCALES:
        metres = scale * PIXEL_MM / 1000
        assert _fitting(wanted, SCALES, Bounds(0, 0, width * metres * 0.99, height * metres * 0.5)) == scale
    assert api.get("/map", params={"f": "pdf", "collections": "land"}).status_code == 200


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"paper": "letter"}, "paper"), ({"orientation": "up"}, "orientation"),
        ({"scale-denominator": "1"}, "scale-denominator"), ({"lang": "de"}, "lang"),
        ({"width": "100"}, "width"), ({"crs": "EPSG:4326"}, "crs"), ({"center": "500,0"}, "center"),
    ],
)  # fmt: skip
def test_what_a_page_cannot_be_is_refused_by_name(api: TestClient, query: dict[str, str], parameter: str) -> None:
    answer = api.get("/map", params={"f": "pdf", "collections": "land"} | query)
    assert answer.status_code == 400
    assert answer.json()["parameter"] == parameter


def test_a_page_keeps_the_rights_and_pictures_take_no_paper(api: TestClient) -> None:
    hidden, none = (
        api.get("/map", params={"f": "pdf", "collections": f"land,{other}"}) for other in ("secret", "nosuch")
    )
    assert (hidden.status_code, none.status_code) == (400, 400)
    assert hidden.json()["parameter"] == none.json()["parameter"] == "collections"
    assert hidden.json()["detail"].replace("secret", "nosuch") == none.json()["detail"]
    assert api.get("/collections/land/map", params={"paper": "a4"}).json()["parameter"] == "paper"
