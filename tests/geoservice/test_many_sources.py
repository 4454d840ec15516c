"""A layer of many sheets: what is told of its files stays short wherever layers are listed; its report has them all."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from geoservice.origins import NAMED, origins_of, provenance
from importers.report import TOLD, Counts, Report
from layers.catalogue import find_layer
from layers.frame import Bounds
from layers.layer import Band, LayerSpec, RasterFacts, RasterFile, SourceFile, VersionFacts
from layers.versions import begin_version, publish, store_report
from layers.views import ALL
from tests.geoservice.api_app import api_client

SHEETS = tuple(SourceFile(f"sheet{number:04d}.tif", 1000, f"{number:064x}") for number in range(NAMED + 150))
REPORT = Report(
    "sheets", "imagery", "pass", version=1, sources=SHEETS, counts=Counts(read=len(SHEETS), kept=len(SHEETS))
)


def mosaic(session: Session) -> int:
    draft = begin_version(session, LayerSpec("sheets", "imagery", {"zh": "分幅影像", "en": "Sheets"}, public=True))
    box = Bounds(116.0, 34.0, 116.1, 34.1)
    report = store_report(session, "sheets", "pass", REPORT.stored())
    facts = VersionFacts(srid=4490, raster=RasterFacts((Band("red", "uint8"),), 0.5))
    files = [RasterFile("x.tif", "EPSG:4490", box, box, 10, 10, 0.5, "sheet0000.tif")]
    publish(session, draft, facts, extent=box, files=files, sources=SHEETS, report_id=report)
    return report


def test_where_a_layer_came_from_names_its_first_files_and_counts_all(session: Session) -> None:
    mosaic(session)
    layer = find_layer(session, "sheets", ALL)
    origin = origins_of(session, [layer])[layer.version.id]
    assert origin.files == tuple(sheet.name for sheet in SHEETS[:NAMED])
    assert origin.count == len(SHEETS)
    assert "sources" not in origin.report
    assert origin.report["counts"]["kept"] == len(SHEETS)
    told = provenance(layer, str, origin)
    assert told["files"] == len(SHEETS)
    assert told["source"] == "sheet0000.tif, sheet0001.tif, sheet0002.tif …"


def test_a_report_in_a_terminal_names_some_files_and_counts_the_others() -> None:
    lines = REPORT.to_text().splitlines()
    assert sum("sheet0" in line for line in lines) == TOLD
    assert f"and {len(SHEETS) - TOLD} more" in REPORT.to_text()


@pytest.fixture
def client(database: Any, tmp_path: Any) -> Any:
    with database.session() as session:
        number = mosaic(session)
        session.commit()
    with api_client(database, tmp_path) as client:
        client.report = number
        yield client


def test_pages_are_short_and_the_report_as_json_is_whole(client: Any) -> None:
    page = client.get(f"/reports/{client.report}?f=html").text
    assert "sheet0099.tif" in page
    assert "sheet0100.tif" not in page
    assert "(250)" in page
    assert len(client.get(f"/reports/{client.report}?f=json").json()["sources"]) == len(SHEETS)
    record = client.get("/records/collections/layers/items/sheets?f=html").text
    assert "(250)" in record
    assert client.get("/records/collections/layers/items?q=sheet0099").json()["numberMatched"] == 1
