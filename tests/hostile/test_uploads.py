"""Files made to harm, handed in over HTTP: the service lives, and the job ends failed with the sentence."""

import io
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from geoservice.jobs import worker
from importers.batch import ReadOptions
from importers.inspect import inspect
from layers.errors import GeoError
from layers.frame import SHANGQIU
from tests.importers.test_hostile_files import VRT


def reaching_out() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../evil.csv", "name,lon,lat\na,115.6,34.4\n")
    return buffer.getvalue()


HARMFUL = {
    "virtual.vrt": VRT.format(where="/etc/passwd").encode(),
    "out.zip": reaching_out(),
    "cut.shp": b"\x00\x00\x27\x0a" + b"\0" * 20,
    "cut.vct": b"HeadBegin\nVersion:3.0\nHeadEnd\nPolygonBegin\n1\n2\n3\n100\n",
}


def refusal_of(path: Path) -> str:
    """What the command line says of a file."""
    try:
        return str(inspect(path, SHANGQIU, ReadOptions()).refusal)
    except GeoError as error:
        return str(error)


@pytest.fixture(autouse=True)
def _children_work_here(service: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOSERVICE_DATABASE_URL", service.settings.database_url)
    monkeypatch.setenv("GEOSERVICE_STORAGE_DIR", str(service.storage.root))
    monkeypatch.setattr(worker, "POLL_S", 0.1)


def posted(client: Any, headers: dict[str, str], name: str, content: bytes, **said: str) -> str:
    """Post an import; returns the address of its job."""
    fields = {"layer": "from-outside", "department": "land", **said}
    taken = client.post("/imports", files={"file": (name, content)}, data=fields, headers=headers)
    assert taken.status_code == 202, taken.text
    return str(taken.headers["location"])


def test_harmful_files_end_as_failed_jobs_with_the_sentence_the_command_line_says(
    client: Any, service: Any, tokens: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    jobs = {name: posted(client, tokens["land"], name, content) for name, content in HARMFUL.items()}
    worker.work(service, until_empty=True)
    for name, job in jobs.items():
        (tmp_path / name).write_bytes(HARMFUL[name])
        ended = client.get(job, headers=tokens["land"]).json()
        assert ended["state"] == "failed", (name, ended)
        assert ended["message"] == refusal_of(tmp_path / name), name
    assert client.get("/collections/from-outside", headers=tokens["land"]).status_code == 404
    assert client.get("/collections/regions/items?limit=1").status_code == 200
    assert not list(service.settings.data_dir.parent.rglob("evil*"))


def test_an_archive_whose_names_are_gbk_is_imported_over_http(
    client: Any, service: Any, tokens: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    frame = gpd.GeoDataFrame({"名称": ["甲"]}, geometry=[shapely.box(115.6, 34.4, 115.61, 34.41)], crs=4490)
    frame.to_file(tmp_path / "lots.shp", encoding="GB18030")
    buffer, names = io.BytesIO(), {}
    with zipfile.ZipFile(buffer, "w") as archive:
        for letter, part in zip("QWXZ", sorted(tmp_path.glob("lots.*")), strict=False):
            name = f"梁园区/宗地{part.suffix}".encode("gbk")
            names[letter * len(name)] = name
            archive.writestr(zipfile.ZipInfo(letter * len(name)), part.read_bytes())
    content = buffer.getvalue()
    for stand_in, name in names.items():
        content = content.replace(stand_in.encode(), name)
    job = posted(client, tokens["land"], "宗地.zip", content, layer="gbk-lots")
    worker.work(service, until_empty=True)
    ended = client.get(job, headers=tokens["land"]).json()
    assert ended["state"] == "done", ended
    report = client.get(f"/reports/{ended['outcome']['report']}", headers=tokens["land"]).json()
    assert (report["source_layer"], report["counts"]["kept"]) == ("宗地", 1)
