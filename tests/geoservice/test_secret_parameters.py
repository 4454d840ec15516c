"""The city's datum parameters are in nothing that leaves the machine: every output is searched for every number.

Sets of all kinds are added, fitted, applied and missed through the command line and the API; what they print, log,
answer and store is then searched for the parameters in the spellings a number may take.
"""

import io
import json
import logging
import math
import os
import re
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from starlette.testclient import TestClient

from geoservice import worker
from geoservice.app import create_app
from geoservice.auth import create_token
from geoservice.cli import main
from geoservice.database import Database
from geoservice.service import open_service
from geoservice.settings import Settings
from importers.datum.file import new_key
from importers.datum.helmert import BursaWolf, PlaneSimilarity, shift_degrees
from layers.crs.names import parse_crs
from tests.importers.grids import ntv2

PG_DUMP = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))), None)
PLANE = {"dx": -117.31613, "dy": 58.74717, "scale_ppm": 4.91929, "rotation_arcsec": 1.83738}
FAR = PLANE | {"dx": -118.46924, "dy": 57.35826}
SEVEN = {
    "dx": -21.34313, "dy": 71.72717, "dz": 38.96919,
    "rx": 1.86838, "ry": -0.74737, "rz": 2.53635, "scale_ppm": 1.19291,
}  # fmt: skip
"""Invented numbers, near nothing in China."""
GRID = {"north": 3.61729, "east": 7.28351}
"""Seconds by which every node of the grid is shifted; the format holds them as 32-bit floats."""
AREA = {"type": "Polygon", "coordinates": [[[114.8, 33.7], [116.7, 33.7], [116.7, 34.9], [114.8, 34.9], [114.8, 33.7]]]}
ARCSECOND = math.pi / 180 / 3600
SPOT = (375_000.0, 3_813_000.0)


def plane(name: str, source: int, numbers: dict[str, float]) -> dict[str, Any]:
    east, north = PlaneSimilarity(*numbers.values(), "north_east")(np.array([SPOT[0]]), np.array([SPOT[1]]))
    return {
        "id": name, "method": "plane4", "source": f"EPSG:{source}", "target": "EPSG:4548", "area": AREA,
        "parameters": numbers | {"axes": "north_east"}, "supplier": "测绘院", "date": "2021-06-01",
        "check": [{"source": SPOT, "target": [float(east[0]), float(north[0])], "tolerance_m": 0.05}],
        "quality": {"rmse_m": 0.031, "check_rmse_m": 0.046, "points": 9, "check_points": 3},
    }  # fmt: skip


def seven(**changes: float) -> dict[str, Any]:
    n = SEVEN
    shift = BursaWolf((n["dx"], n["dy"], n["dz"]), (n["rx"], n["ry"], n["rz"]), n["scale_ppm"])
    lon, lat = shift_degrees(shift, parse_crs(4214), parse_crs(4490), np.array([115.65]), np.array([34.44]))
    return {
        "id": "bj54", "method": "helmert7", "source": "EPSG:4214", "target": "EPSG:4490", "area": AREA,
        "parameters": SEVEN | changes | {"convention": "coordinate_frame"},
        "check": {"source": [115.65, 34.44], "target": [float(lon[0]), float(lat[0])], "tolerance_m": 0.05},
    }  # fmt: skip


def spellings() -> list[re.Pattern[str]]:
    """Return the texts that would give a parameter away: in its unit and others, whole, rounded, with an exponent."""
    found = set()
    for numbers in (PLANE, FAR, SEVEN, GRID):
        for name, number in numbers.items():
            turned = name in ("rx", "ry", "rz", "rotation_arcsec", "north", "east")
            values = [number, number * ARCSECOND, number / 3600] if turned else [number]
            values += [number * 1e-6, 1 + number * 1e-6] if name == "scale_ppm" else []
            for value in map(abs, values):
                if value < 0.001 or value > 1000:
                    found |= {f"{value:.{digits}e}".split("e")[0] for digits in range(4, 10)}
                else:
                    shown = {f"{value:.{digits}f}" for digits in range(2, 12)} | {repr(value)}
                    found |= {text for text in shown if len(text.replace(".", "").lstrip("0")) >= 4}
                    found |= {f"{value:.{digits}e}".split("e")[0] for digits in range(4, 10)}
    return [re.compile(rf"(?<![\d.]){re.escape(text)}(?!\d)") for text in sorted(found)]


def packed() -> list[bytes]:
    """Return the numbers as floats of 64 and 32 bits, as a dump shows bytes and as a file holds them."""
    numbers = [number for table in (PLANE, FAR, SEVEN, GRID) for number in table.values()]
    forms = ("<d", ">d", "<f", ">f")
    return [struct.pack(form, sign * number) for number in numbers for form in forms for sign in (1, -1)]


def grid() -> dict[str, Any]:
    lon, lat = 115.65 + GRID["east"] / 3600, 34.44 + GRID["north"] / 3600
    return {
        "id": "taiwan-grid", "method": "ntv2", "source": "EPSG:4236", "target": "EPSG:4490", "area": AREA,
        "parameters": {"grid": "city.gsb"}, "quality": {"check_rmse_m": 0.046, "check_points": 3},
        "check": {"source": [115.65, 34.44], "target": [lon, lat], "tolerance_m": 0.05},
    }  # fmt: skip


@contextmanager
def overheard(place: dict[str, Any], what: str) -> Iterator[None]:
    """Keep what this process and its children write to their standard output and error meanwhile."""
    kept = [os.dup(1), os.dup(2)]
    with tempfile.TemporaryFile() as heard:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(heard.fileno(), 1)
        os.dup2(heard.fileno(), 2)
        try:
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os.dup2(kept[0], 1)
            os.dup2(kept[1], 2)
            for number in kept:
                os.close(number)
            heard.seek(0)
            place["said"].append((what, heard.read().decode("utf-8", "replace")))


@pytest.fixture(scope="module")
def place(database: Database, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Where it all happens: the environment of the service, and everything it has said so far."""
    folder = tmp_path_factory.mktemp("secret")
    environment = {
        "GEOSERVICE_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "GEOSERVICE_DATA_DIR": str(folder / "data"), "GEOSERVICE_DATUM_FILE": str(folder / "datum.json"),
        "GEOSERVICE_DATUM_KEY": new_key(),
    }  # fmt: skip
    return {"folder": folder, "environment": environment, "said": []}


def run(place: dict[str, Any], *arguments: Any, fails: bool = False) -> str:
    """Run a command of the command line here, and keep what it prints and logs."""
    words, said = [str(argument) for argument in arguments], io.StringIO()
    log = logging.StreamHandler(said)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(said):
        patch.setattr(sys, "argv", ["geoservice", *words])
        for name, value in place["environment"].items():
            patch.setenv(name, value)
        patch.chdir(place["folder"])
        logging.getLogger().addHandler(log)
        try:
            with overheard(place, f"children of {words}"):
                main()
            status: Any = 0
        except SystemExit as ended:
            status = ended.code or 0
        finally:
            logging.getLogger().removeHandler(log)
    assert (status != 0) == fails, said.getvalue()
    place["said"].append((" ".join(words), said.getvalue()))
    return said.getvalue()


def parcels(folder: Path, name: str, srid: int, *, east: float = 0.0) -> Path:
    boxes = [
        shapely.box(SPOT[0] + east + i * 60, SPOT[1], SPOT[0] + east + i * 60 + 50, SPOT[1] + 50) for i in range(5)
    ]
    path = folder / f"{name}.gpkg"
    gpd.GeoDataFrame({"name": [f"地块{i}" for i in range(5)]}, geometry=boxes, crs=srid).to_file(path)
    return path


@pytest.fixture(scope="module")
def registered(place: dict[str, Any]) -> dict[str, Any]:
    """Every kind of set added by the command line, some of them wrong first."""
    folder = place["folder"]
    pieces = {
        "id": "counties", "method": "piecewise", "source": "EPSG:4796", "target": "EPSG:4548",
        "pieces": [{"polygon": AREA, "use": "new-west"}], "check": plane("x", 4796, FAR)["check"],
    }  # fmt: skip
    wrong_sign = plane("xian80", 2384, PLANE) | {
        "parameters": PLANE | {"rotation_arcsec": -1.83738, "axes": "north_east"}
    }
    ntv2(folder / "city.gsb", GRID["north"], -GRID["east"])
    for name, record, fails in (
        ("grid-missing", grid() | {"parameters": {"grid": "lost.gsb"}}, True),
        ("grid-wrong", grid() | {"check": seven()["check"]}, True), ("grid", grid(), False),
        ("plane-wrong", wrong_sign, True), ("plane", plane("xian80", 2384, PLANE), False),
        ("seven-wrong", seven(dx=SEVEN["dx"] + 3), True), ("seven", seven(), False),
        ("broken", seven() | {"parameters": SEVEN | {"rz": "2.53635x", "convention": "coordinate_frame"}}, True),
        ("west", plane("new-west", 4796, FAR), False), ("pieces", pieces, False),
    ):  # fmt: skip
        (folder / f"{name}.json").write_text(json.dumps(record))
        run(place, "datum", "add", folder / f"{name}.json", fails=fails)
    run(place, "datum", "list")
    rows = ["name,source_east,source_north,target_east,target_north,use"]
    similarity = PlaneSimilarity(*PLANE.values(), "north_east")
    for i in range(12):
        e, n = SPOT[0] + 9000 * (i % 4), SPOT[1] + 7000 * (i // 4)
        te, tn = similarity(np.array([e]), np.array([n]))
        rows.append(f"P{i},{e},{n},{te[0]:.4f},{tn[0]:.4f},{'check' if i > 9 else ''}")
    (folder / "control.csv").write_text("\n".join(rows))
    fit = ("datum", "fit", "control.csv", "--source", "EPSG:2384", "--target", "EPSG:4548")
    run(place, *fit, "--plot", folder / "fit.svg", "--register", "fitted")
    shown = run(place, *fit, "--show-parameters")
    place["said"].pop()  # the one place that tells, and only when asked to
    assert "58.74" in shown
    place["said"].append(("plot", (folder / "fit.svg").read_text()))
    return place


@pytest.fixture(scope="module")
def imported(registered: dict[str, Any]) -> dict[str, Any]:
    """Imports of every set through the command line: published, and refused beyond the area."""
    place, folder = registered, registered["folder"]
    for name, srid in (("xian", 2384), ("beijing", 2436), ("newbeijing", 4796)):
        path = parcels(folder, name, srid)
        run(place, "inspect", path)
        run(place, "--language", "zh", "import", path, "--layer", name)
    run(place, "import", path, "--layer", name, "--json")
    spots = gpd.GeoDataFrame(
        {"name": ["甲", "乙"]}, geometry=gpd.points_from_xy([115.6, 115.7], [34.4, 34.5]), crs=4236
    )
    spots.to_file(folder / "spots.gpkg")
    run(place, "inspect", folder / "spots.gpkg")
    assert "taiwan-grid" in run(place, "import", folder / "spots.gpkg", "--layer", "spots")
    run(place, "import", parcels(folder, "far", 2384, east=600_000), "--layer", "far", fails=True)
    run(place, "layers")
    return place


@pytest.fixture(scope="module")
def asked(imported: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same and more asked of the API, with every address that tells of an import."""
    place = imported
    with pytest.MonkeyPatch.context() as patch:
        for name, value in place["environment"].items():
            patch.setenv(name, value)
        patch.setattr(worker, "POLL_S", 0.1)
        with open_service(Settings()) as service, TestClient(create_app(service.settings)) as client:
            with service.database.session() as session:
                head = {"Authorization": f"Bearer {create_token(session, 'surveyor', ['*'], write=True)}"}
                session.commit()

            def get(address: str, **headers: str) -> Any:
                answer = client.get(address, headers=head | headers)
                place["said"].append((address, f"{dict(answer.headers)}\n{_text(answer.content)}"))
                return answer

            folder = place["folder"]
            for name, files in (("api", "xian.gpkg"), ("api-far", "far.gpkg"), ("api-grid", "spots.gpkg")):
                body = (files, (folder / files).read_bytes(), "application/octet-stream")
                looked = client.post("/inspections", files={"file": body}, headers=head)
                place["said"].append((f"inspection {files}", looked.text))
                client.post("/imports", files={"file": body}, data={"layer": name, "public": "true"}, headers=head)
            for job in get("/jobs").json()["jobs"]:
                place["said"].append(("queued", json.dumps(job)))
            with overheard(place, "the worker and the processes of its jobs"):
                worker.work(service, until_empty=True)
            assert {job["state"] for job in get("/jobs").json()["jobs"]} == {"done", "failed"}
            for number in range(1, 15):
                for language in ("en", "zh"):
                    get(f"/reports/{number}?lang={language}")
                    get(f"/reports/{number}?f=html&lang={language}")
            for address in (
                "/metrics", "/catalogue", "/collections", "/collections/xian", "/collections/beijing", "/api",
                "/records/collections/layers/items/xian", "/records/collections/layers/items/xian?f=html",
                "/collections/spots", "/collections/xian/items?f=gpkg",
                "/collections/xian/items?f=csv", "/collections/xian/items?f=html",
                "/what-is-here?lon=115.6&lat=34.4", "/reports/9999", "/collections/xian?f=html", "/stac",
            ):  # fmt: skip
                get(address)
            place["said"].append(("/metrics", get("/metrics").text))
            yield place


def _text(content: bytes) -> str:
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(archive.read(name).decode("latin-1") for name in archive.namelist())
    return content.decode("latin-1")


def test_no_output_of_an_import_holds_a_parameter(asked: dict[str, Any]) -> None:
    secrets = spellings()
    assert len(asked["said"]) > 60
    told = [(where, found[0]) for where, text in asked["said"] for secret in secrets if (found := secret.search(text))]
    assert told == []


def test_the_search_would_find_a_parameter() -> None:
    for text in ("dx=-117.316", "1.1731613e+02", '"dy": 58.75', "towgs84=-21.34313,", f"{1.83738 * ARCSECOND:.9e}"):
        assert any(secret.search(text) for secret in spellings()), text


def test_what_children_write_is_overheard() -> None:
    said: dict[str, Any] = {"said": []}
    with overheard(said, "a child"):
        subprocess.run([sys.executable, "-c", "import os; print(117.31613); os.write(2, b'58.74717')"], check=True)
    assert said["said"] == [("a child", "117.31613\n58.74717")] or "58.74717117.31613\n" in said["said"][0][1]


def test_no_table_of_the_database_holds_a_parameter(asked: dict[str, Any]) -> None:
    if PG_DUMP is None:
        pytest.skip("no pg_dump on this machine")
    url = asked["environment"]["GEOSERVICE_DATABASE_URL"].replace("+psycopg", "")
    dump = subprocess.run([PG_DUMP, "--inserts", url], capture_output=True, text=True, check=True).stdout
    assert "xian80" in dump  # that a set was used is told
    assert [secret.pattern for secret in spellings() if secret.search(dump)] == []
    assert [number.hex() for number in packed() if number.hex() in dump.lower()] == []


def test_no_published_file_holds_a_parameter_and_the_parameters_file_is_encrypted(asked: dict[str, Any]) -> None:
    secrets, numbers = spellings(), packed()
    files = [path for path in Path(asked["environment"]["GEOSERVICE_DATA_DIR"]).rglob("*") if path.is_file()]
    files.append(asked["folder"] / "datum.json")
    assert len(files) > 5
    for path in files:
        content = path.read_bytes()
        assert not [secret.pattern for secret in secrets if secret.search(content.decode("latin-1"))], path
        assert not [number for number in numbers if number in content], path
