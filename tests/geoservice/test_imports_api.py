"""Importing over HTTP: a token, an upload, a job, a report; and what is refused."""

import json
from pathlib import Path
from typing import Any

import geopandas
import pytest

from geoservice.auth import create_token
from geoservice.jobs import worker
from tests.waiting import until

WELLS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"名称": f"井{i}"},
            "geometry": {"type": "Point", "coordinates": [115 + i / 10, 34]},
        }
        for i in range(5)
    ],
}
FILE = ("wells.geojson", json.dumps(WELLS).encode(), "application/geo+json")


@pytest.fixture(scope="module")
def tokens(service: Any) -> dict[str, dict[str, str]]:
    with service.database.session() as session:
        made = {
            "geology": create_token(session, "geology", ["geology"], write=True),
            "reader": create_token(session, "reader", ["geology"], write=False),
            "land": create_token(session, "land", ["land"], write=True),
        }
        session.commit()
    return {name: {"Authorization": f"Bearer {token}"} for name, token in made.items()}


@pytest.fixture(autouse=True)
def _children_work_here(service: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOSERVICE_DATABASE_URL", service.settings.database_url)
    monkeypatch.setenv("GEOSERVICE_STORAGE_DIR", str(service.storage.root))
    monkeypatch.setattr(worker, "POLL_S", 0.1)


def test_an_upload_becomes_a_job_and_the_job_a_layer_with_its_report(
    client: Any, service: Any, tokens: dict[str, dict[str, str]]
) -> None:
    fields = {"layer": "wells", "department": "geology", "title_zh": "水井", "title_en": "Wells"}
    taken = client.post("/imports", files={"file": FILE}, data=fields, headers=tokens["geology"])
    assert taken.status_code == 202, taken.text
    job = taken.headers["location"].removeprefix("http://testserver")
    assert client.get(job, headers=tokens["geology"]).json()["state"] == "queued"
    assert client.get(job).status_code == 404
    worker.work(service, until_empty=True)
    done = client.get(job, headers=tokens["geology"]).json()
    assert (done["state"], done["progress"], done["outcome"]["layer"]) == ("done", 100, "wells"), done
    until(lambda: client.get("/collections/wells").status_code == 200)
    items = client.get("/collections/wells/items?limit=10").json()
    assert [feature["properties"]["名称"] for feature in items["features"]] == [f"井{i}" for i in range(5)]
    report = client.get(f"/reports/{done['outcome']['report']}").json()
    assert (report["counts"]["read"], report["counts"]["kept"], report["verdict"]) == (5, 5, "pass")
    assert not list(service.storage.path("uploads").iterdir())


def test_a_file_that_asks_a_question_fails_the_job_with_the_question(
    client: Any, service: Any, tokens: dict[str, dict[str, str]], shared_data: Path
) -> None:
    parts = [
        ("file", (f"bount{suffix}", (shared_data / "shangqiu" / f"bount_poly_1999{suffix}").read_bytes()))
        for suffix in (".shp", ".shx", ".dbf")
    ]
    taken = client.post(
        "/imports", files=parts, data={"layer": "old", "department": "geology"}, headers=tokens["geology"]
    )
    worker.work(service, until_empty=True)
    job = client.get(taken.headers["location"], headers=tokens["geology"]).json()
    assert (job["state"], job["outcome"]["type"]) == ("failed", "QuestionOpen")
    assert "--crs" in job["message"]
    assert client.get("/collections/old").status_code == 404


def test_a_queued_job_is_cancelled_by_those_who_may(client: Any, tokens: dict[str, dict[str, str]]) -> None:
    fields = {"layer": "never", "department": "geology"}
    job = client.post("/imports", files={"file": FILE}, data=fields, headers=tokens["geology"]).headers["location"]
    assert client.delete(job).status_code == 404
    assert client.delete(job, headers=tokens["reader"]).status_code == 403
    assert client.delete(job, headers=tokens["land"]).status_code == 404
    assert client.delete(f"{job}?state=failed", headers=tokens["geology"]).json()["parameter"] == "state"
    assert client.delete(job, headers=tokens["geology"]).json()["state"] == "cancelled"
    assert job.rpartition("/")[2] in {one["id"] for one in client.get("/jobs", headers=tokens["reader"]).json()["jobs"]}
    assert client.get("/jobs").json()["jobs"] == []


@pytest.mark.parametrize(
    ("who", "fields", "status", "word"),
    [
        (None, {"layer": "x"}, 401, "token"),
        ("reader", {"layer": "x", "department": "geology"}, 403, "may not write"),
        ("land", {"layer": "x", "department": "geology"}, 403, "geology"),
        ("geology", {"department": "geology"}, 400, "layer"),
        ("geology", {"layer": "水井", "department": "geology"}, 400, "水井"),
        ("geology", {"layer": "x", "department": "geology", "colour": "red"}, 400, "colour"),
        ("geology", {"layer": "x", "department": "geology", "scale": "large"}, 400, "scale"),
        ("geology", {"layer": "x", "department": "geology", "public": "perhaps"}, 400, "public"),
        ("geology", {"layer": "x", "department": "geology", "style": '{"a":' * 100_000}, 400, "style"),
    ],
)
def test_what_may_not_or_cannot_be_imported_is_refused_at_once(
    client: Any,
    service: Any,
    tokens: dict[str, dict[str, str]],
    who: str | None,
    fields: dict[str, str],
    status: int,
    word: str,
) -> None:
    answer = client.post("/imports", files={"file": FILE}, data=fields, headers=tokens[who] if who else {})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert word in answer.text


def test_an_upload_without_a_file_or_too_large_is_refused(client: Any, tokens: dict[str, dict[str, str]]) -> None:
    empty = {"files": {"note": ("note.txt", b"x")}, "data": {"layer": "x"}}
    assert client.post("/imports", **empty, headers=tokens["geology"]).status_code == 400
    assert client.post("/imports", data={"layer": "x"}, headers=tokens["geology"]).status_code == 415
    huge = tokens["geology"] | {"content-length": str(10**13), "content-type": "multipart/form-data; boundary=x"}
    assert client.post("/imports", content=b"", headers=huge).status_code == 413


def test_a_name_that_would_leave_its_folder_is_made_harmless(
    client: Any, service: Any, tokens: dict[str, dict[str, str]]
) -> None:
    evil = ("../../../etc/evil.geojson", FILE[1], FILE[2])
    taken = client.post(
        "/imports", files={"file": evil}, data={"layer": "evil", "department": "geology"}, headers=tokens["geology"]
    )
    folder = service.storage.path(f"uploads/{taken.json()['id']}")
    assert [path.name for path in folder.iterdir()] == ["evil.geojson"]
    client.delete(taken.headers["location"], headers=tokens["geology"])


def test_inspecting_over_http_keeps_nothing(client: Any, service: Any, tokens: dict[str, dict[str, str]]) -> None:
    found = client.post("/inspections", files={"file": FILE}, headers=tokens["geology"])
    assert found.status_code == 200, found.text
    assert found.json()["layers"][0]["count"] == 5
    assert client.post("/inspections", files={"file": FILE}).status_code == 401


def test_options_for_one_format_are_said_over_http_as_on_the_command_line(
    client: Any, service: Any, tokens: dict[str, dict[str, str]]
) -> None:
    reduced = {"file": ("wells.csv", "井,东,北\n甲,-40000,3800000\n乙,-39000,3801000\n".encode(), "text/csv")}
    said = {"crs": "EPSG:4509", "x": "东", "y": "北", "option": ["east_add_m=500000", "north_add_m=0"]}
    fields = said | {"layer": "reduced", "department": "geology"}
    taken = client.post("/imports", files=reduced, data=fields, headers=tokens["geology"])
    worker.work(service, until_empty=True)
    assert client.get(taken.headers["location"], headers=tokens["geology"]).json()["state"] == "done"
    west = client.get("/collections/reduced").json()["extent"]["spatial"]["bbox"][0][0]
    assert 116.5 < west < 116.6
    for option in ("east_ad_m=500000", "east_add_m"):
        refused = client.post("/inspections", files=reduced, data=said | {"option": option}, headers=tokens["geology"])
        assert (refused.status_code, option.split("=")[0] in refused.json()["detail"]) == (400, True)


def test_a_layer_is_rolled_back_and_removed_by_its_department_only(
    client: Any, service: Any, tokens: dict[str, dict[str, str]]
) -> None:
    fields = {"layer": "wells", "department": "geology"}
    client.post("/imports", files={"file": FILE}, data=fields, headers=tokens["geology"])
    worker.work(service, until_empty=True)
    until(lambda: client.get("/layers/wells/versions").status_code == 200)
    listed = client.get("/layers/wells/versions").json()
    newest, oldest = listed["versions"][0], listed["versions"][-1]
    assert (newest["number"], newest["count"], newest["edits"], newest["current"]) == (listed["current"], 5, 0, True)
    assert oldest["number"] == 1
    assert client.get(oldest["report"]).json()["version"] == 1
    assert client.put("/layers/wells/current", json={"number": 1}, headers=tokens["land"]).status_code == 403
    assert client.put("/layers/wells/current", json={"number": 1}, headers=tokens["geology"]).status_code == 200
    assert client.put("/layers/wells/current", json={"number": 9}, headers=tokens["geology"]).status_code == 404
    assert client.put("/layers/wells/current", content=b"1", headers=tokens["geology"]).status_code == 400
    assert client.delete("/layers/wells").status_code == 401
    assert client.delete("/layers/wells", headers=tokens["land"]).status_code == 403
    assert client.delete("/layers/wells?version=1", headers=tokens["geology"]).json()["parameter"] == "version"
    assert client.put("/layers/wells/current?number=1", json={"number": 2}, headers=tokens["geology"]).is_client_error
    assert client.get("/layers/wells/versions").json()["current"] == 1
    assert client.delete("/layers/wells", headers=tokens["geology"]).status_code == 204
    until(lambda: client.get("/collections/wells").status_code == 404)


def test_what_an_import_says_is_read_in_either_language_long_after_it(
    client: Any, service: Any, tokens: dict[str, dict[str, str]]
) -> None:
    def said(path: str, language: str) -> Any:
        return client.get(path, headers=tokens["geology"] | {"Accept-Language": language}).json()

    data = {"layer": "spoken", "department": "geology"}
    taken = client.post("/imports", files={"file": FILE}, data=data, headers=tokens["geology"])
    job = taken.headers["location"].removeprefix("http://testserver")
    worker.work(service, until_empty=True)
    english, chinese = said(job, "en"), said(job, "zh-CN,zh;q=0.9")
    assert english["message"].startswith("published spoken: ")
    assert chinese["message"].startswith("已发布spoken：")
    assert (english["title"], chinese["title"]) == ("import spoken", "导入spoken")
    report = f"/reports/{english['outcome']['report']}"
    told = {language: {c["name"]: c["detail"] for c in said(report, language)["checks"]} for language in ("en", "zh")}
    assert told["en"]["completeness"] == "all 5 features of the file were read"
    assert told["zh"]["完整性"] == "文件中的5个要素全部读入"
    page = client.get(report, headers=tokens["geology"] | {"Accept": "text/html", "Accept-Language": "zh"}).text
    assert "文件中的5个要素全部读入" in page
    assert "all 5 features" not in page


def test_the_features_an_import_refused_are_taken_away_as_a_file_with_their_reasons(
    client: Any, service: Any, tokens: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    def plot(number: int, height: float) -> dict[str, Any]:
        west, south = 115 + number / 100, 34.0
        ring = [[west, south], [west + 0.001, south], [west, south + height], [west, south]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        return {"type": "Feature", "properties": {"名称": f"地{number}"}, "geometry": geometry}

    features = [plot(number, 0 if number == 3 else 0.001) for number in range(20)]
    file = ("plots.geojson", json.dumps({"type": "FeatureCollection", "features": features}).encode())
    data = {"layer": "partly", "department": "geology", "public": "false"}
    taken = client.post("/imports", files={"file": file}, data=data, headers=tokens["geology"])
    worker.work(service, until_empty=True)
    outcome = client.get(taken.headers["location"], headers=tokens["geology"]).json()["outcome"]
    until(lambda: client.get("/collections/partly", headers=tokens["geology"]).status_code == 200)
    assert client.get("/layers/partly/versions").status_code == 404  # a private layer is there for those who see it
    own = f"/reports/{outcome['report']}"
    report = client.get(own, headers=tokens["geology"]).json()
    assert (report["layer"], report["counts"]["refused"]) == ("partly", 1)
    address = next(link["href"] for link in report["links"] if link["rel"] == "enclosure")
    assert client.get(address).status_code == client.get(address, headers=tokens["land"]).status_code == 404
    answer = client.get(address, headers=tokens["geology"])
    assert answer.headers["content-type"] == "application/geopackage+sqlite3"
    (tmp_path / "refused.gpkg").write_bytes(answer.content)
    rows = geopandas.read_file(tmp_path / "refused.gpkg")
    assert [json.loads(text)["名称"] for text in rows["attributes"]] == ["地3"]
    assert rows["reason"].all()
    assert address in client.get(own, headers=tokens["geology"] | {"Accept": "text/html"}).text


def test_who_is_told_that_an_import_failed_reads_in_its_report_what_was_wrong(
    client: Any, service: Any, tokens: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    job = _mixed(client, service, tokens, WELLS["features"])
    assert (job["state"], job["outcome"]["type"]) == ("failed", "VerdictFail")
    report = client.get(f"/reports/{job['outcome']['report']}", headers=tokens["geology"]).json()
    assert (report["verdict"], report["counts"]["refused"], len(report["examples"])) == ("fail", 5, 5)
    assert client.get(f"/reports/{report['id']}", headers=tokens["land"]).status_code == 404
    assert client.get(f"/reports/{report['id']}").status_code == 404
    assert len(_refused(client, report, tokens, tmp_path)) == 5


def test_who_handed_in_nothing_but_mistakes_gets_them_back_with_their_reasons(
    client: Any, service: Any, tokens: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    job = _mixed(client, service, tokens, [])
    assert (job["state"], job["outcome"]["type"]) == ("failed", "NothingToImport")
    report = client.get(f"/reports/{job['outcome']['report']}", headers=tokens["geology"]).json()
    assert (report["verdict"], report["counts"]["read"], report["counts"]["refused"]) == ("refused", 5, 5)
    assert len(_refused(client, report, tokens, tmp_path)) == 5


def test_what_an_import_that_failed_refused_is_not_public_though_the_layer_is(
    client: Any, service: Any, tokens: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    data = {"layer": "open", "department": "geology", "public": "true"}
    client.post("/imports", files={"file": FILE}, data=data, headers=tokens["geology"])
    worker.work(service, until_empty=True)
    until(lambda: client.get("/collections/open").status_code == 200)
    job = _mixed(client, service, tokens, WELLS["features"], "open")
    report = client.get(f"/reports/{job['outcome']['report']}", headers=tokens["geology"]).json()
    assert client.get(f"/reports/{report['id']}").status_code == 404
    assert len(_refused(client, report, tokens, tmp_path)) == 5


def _mixed(client: Any, service: Any, tokens: dict[str, dict[str, str]], good: list[Any], layer: str = "failed") -> Any:
    """Import good features and five without an area; the job as it ended."""
    flat = {"type": "Polygon", "coordinates": [[[115, 34], [115.001, 34], [115, 34], [115, 34]]]}
    features = [*good, *({"type": "Feature", "properties": {}, "geometry": flat} for _ in range(5))]
    file = ("mixed.geojson", json.dumps({"type": "FeatureCollection", "features": features}).encode())
    data = {"layer": layer, "department": "geology"}
    taken = client.post("/imports", files={"file": file}, data=data, headers=tokens["geology"])
    worker.work(service, until_empty=True)
    return client.get(taken.headers["location"], headers=tokens["geology"]).json()


def _refused(client: Any, report: Any, tokens: dict[str, dict[str, str]], folder: Path) -> Any:
    """Take away what an unpublished import refused, which nobody else can."""
    address = f"/reports/{report['id']}/refused"
    assert client.get(address).status_code == client.get(address, headers=tokens["land"]).status_code == 404
    links = client.get(f"/reports/{report['id']}", headers=tokens["geology"]).json()["links"]
    assert [link["href"].endswith(address) for link in links if link["rel"] == "enclosure"] == [True]
    (folder / "refused.gpkg").write_bytes(client.get(address, headers=tokens["geology"]).content)
    rows = geopandas.read_file(folder / "refused.gpkg")
    assert rows["reason"].all()
    return rows


def test_an_import_that_refused_nothing_has_no_file_of_refused_features(
    client: Any, service: Any, tokens: dict[str, dict[str, str]]
) -> None:
    data = {"layer": "all-kept", "department": "geology"}
    taken = client.post("/imports", files={"file": FILE}, data=data, headers=tokens["geology"])
    worker.work(service, until_empty=True)
    number = client.get(taken.headers["location"], headers=tokens["geology"]).json()["outcome"]["report"]
    answer = client.get(f"/reports/{number}/refused", headers=tokens["geology"])
    assert (answer.status_code, answer.json()["detail"]) == (404, f"no refused features are kept of import {number}")


def test_a_refusal_of_an_upload_is_in_the_language_asked_for(client: Any, tokens: dict[str, dict[str, str]]) -> None:
    nothing = {"file": ("points.zip", b"PK\x03\x04 no zip", "application/zip")}
    chinese = client.post("/inspections?lang=zh", files=nothing, headers=tokens["geology"])
    assert chinese.headers["content-type"] == "application/problem+json"
    assert chinese.headers["content-language"] == "zh"
    assert chinese.json()["title"] == "文件无法读取"
    assert chinese.json()["detail"].startswith("points.zip不是可读的zip压缩包")
    assert (
        client.post("/inspections", files=nothing, headers=tokens["geology"]).json()["title"]
        == "The file cannot be read"
    )


def test_file_names_of_any_client_are_read_kept_short_and_never_met_twice(
    client: Any, service: Any, tokens: dict[str, dict[str, str]]
) -> None:
    def sent(*names: bytes) -> Any:
        parts = [
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="' + name + b'"\r\n\r\n' + FILE[1] + b"\r\n"
            for name in names
        ]
        fields = (("layer", "named"), ("department", "geology"))
        parts += [f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields]
        headers = tokens["geology"] | {"Content-Type": "multipart/form-data; boundary=b"}
        return client.post("/imports", content=b"".join(parts) + b"--b--\r\n", headers=headers)

    def kept(*names: bytes) -> list[str]:
        taken = sent(*names)
        assert taken.status_code == 202, taken.text
        found = sorted(path.name for path in service.storage.path(f"uploads/{taken.json()['id']}").iterdir())
        client.delete(taken.headers["location"], headers=tokens["geology"])
        return found

    assert kept("水井.geojson".encode("gbk")) == ["水井.geojson"]
    assert kept("水井.geojson".encode()) == ["水井.geojson"]
    assert kept("D:\\\\数据\\\\水井.geojson".encode()) == ["水井.geojson"]
    assert kept("é.geojson".encode()) == ["é.geojson"]
    (long,) = kept(("长" * 120 + ".geojson").encode())
    assert long.endswith("长.geojson")
    assert len(long.encode()) <= 200
    before = set(service.storage.path("uploads").iterdir())
    twice = sent("水井.geojson".encode(), "a/水井.geojson".encode())
    assert (twice.status_code, "水井.geojson" in twice.json()["detail"]) == (400, True)
    assert set(service.storage.path("uploads").iterdir()) == before
