"""The city's datum parameters are in nothing that leaves the machine: every output is searched for every number.

Sets of all kinds are added, fitted, applied and missed through the command line and the API, by files of all kinds;
what they print, log, answer, store and leave behind is then searched for the parameters in the spellings a number may
take (``tests.geoservice.secret_numbers``). PROJ and GDAL tell all they have to tell meanwhile, and so do our own logs.
"""

import io
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import ezdxf
import geopandas as gpd
import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from starlette.testclient import TestClient

from geoservice.app import create_app
from geoservice.auth import create_token
from geoservice.cli import main
from geoservice.database import Database
from geoservice.jobs import worker
from geoservice.service import open_service
from geoservice.settings import Settings
from importers.datum.file import new_key
from tests.geoservice.secret_numbers import (
    ARCSECOND,
    FAR,
    PLANE,
    SEVEN,
    SPOT,
    TOWGS84,
    control,
    grid,
    packed,
    pieces,
    plane,
    seven,
    spellings,
)  # fmt: skip

PG_DUMP = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))), None)
LOUD = {"PROJ_DEBUG": "3", "CPL_DEBUG": "ON"}
IN_ADDRESSES = {
    "collectionId": ("dem", "photo", "plan", "beijing"), "layer": ("xian",), "catalogId": ("layers",),
    "recordId": ("xian", "dem"), "tileMatrixSetId": ("WebMercatorQuad",), "tileMatrix": (12,), "tileRow": (1630,),
    "tileCol": (3363,), "i": (10,), "j": (10,), "z": (12,), "x": (3363,), "y": ("1630.png",), "featureId": (1,),
    "code": ("I50G038027",),
}  # fmt: skip
"""What stands in addresses where the API's own document does not say; the tile and the sheet hold the place."""
ASKED_WITH = {
    "/search": ("q=地块",), "/what-is-here": ("lon=115.6498&lat=34.4412",), "/sheets": ("scale=10000",),
    "/wms": ("service=WMS&request=GetCapabilities", "service=WMS&request=GetCapabilities&version=1.1.1"),
    "/collections/{collectionId}/wms": ("service=WMS&request=GetCapabilities",),
    "/collections/{collectionId}/profile": ("line=115.6381,34.4410 115.6384,34.4409",),
    "/wmts": ("service=WMTS&request=GetCapabilities",),
    "/wfs": (
        "service=WFS&request=GetCapabilities",
        "service=WFS&version=2.0.0&request=DescribeFeatureType&typeNames=xian",
        "service=WFS&version=2.0.0&request=GetFeature&typeNames=xian",
    ),
    "/collections/{collectionId}/wfs": ("service=WFS&request=GetCapabilities",),
}  # fmt: skip
"""What must be said with some addresses."""


@contextmanager
def overheard(place: dict[str, Any], what: str) -> Iterator[None]:
    """Keep what this process and its children write to standard output and error, and which arguments they had."""
    kept = [os.dup(1), os.dup(2)]
    arguments: set[str] = set()
    ended = threading.Event()
    watch = threading.Thread(target=_watch_arguments, args=(arguments, ended))
    with tempfile.TemporaryFile() as heard:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(heard.fileno(), 1)
        os.dup2(heard.fileno(), 2)
        watch.start()
        try:
            yield
        finally:
            ended.set()
            watch.join()
            sys.stdout.flush()
            sys.stderr.flush()
            os.dup2(kept[0], 1)
            os.dup2(kept[1], 2)
            for number in kept:
                os.close(number)
            heard.seek(0)
            place["said"].append((what, heard.read().decode("utf-8", "replace")))
            place["said"].append((f"arguments of {what}", "\n".join(sorted(arguments))))


def _watch_arguments(seen: set[str], ended: threading.Event) -> None:
    """Look at the arguments of this process's children again and again, as ``ps`` shows them to everybody."""
    while not ended.wait(0.05):
        for process in _descendants(os.getpid()):
            with suppress(OSError):  # it has ended
                words = Path(f"/proc/{process}/cmdline").read_bytes()
                seen.add(words.replace(b"\0", b" ").decode("utf-8", "replace"))


def _descendants(process: int) -> Iterator[int]:
    for listed in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, listed.read_text().split()):
                yield child
                yield from _descendants(child)


@pytest.fixture(scope="module")
def place(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Where it all happens: the environment of the service, and everything it has said so far."""
    folder = tmp_path_factory.mktemp("secret")
    (folder / "tmp").mkdir()
    environment = {
        "GEOSERVICE_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "GEOSERVICE_DATA_DIR": str(folder / "data"), "GEOSERVICE_DATUM_FILE": str(folder / "datum.json"),
        "GEOSERVICE_DATUM_KEY": new_key(), "TMPDIR": str(folder / "tmp"), **LOUD,
    }  # fmt: skip
    before, root = tempfile.tempdir, logging.getLogger()
    level, tempfile.tempdir = root.level, str(folder / "tmp")
    root.setLevel(logging.DEBUG)
    yield {"folder": folder, "environment": environment, "said": []}
    tempfile.tempdir = before
    root.setLevel(level)


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


def records(folder: Path) -> Iterator[tuple[str, Any, bool]]:
    """Yield names, documents and whether each is refused: every kind of set, wrong ones before right ones."""
    right, turned = seven(), PLANE | {"rotation_arcsec": -PLANE["rotation_arcsec"], "axes": "north_east"}
    yield "grid-missing", grid(folder) | {"parameters": {"grid": "lost.gsb"}}, True
    yield "grid-number", grid(folder) | {"parameters": {"grid": PLANE["dy"]}}, True
    yield "grid-wrong", grid(folder) | {"check": right["check"]}, True
    yield "grid", grid(folder), False
    yield "plane-turned", plane("xian80", 2384, PLANE) | {"parameters": turned}, True
    yield "plane", plane("xian80", 2384, PLANE), False
    yield "seven-wrong", seven(dx=SEVEN["dx"] + 3), True
    yield "seven-broken", seven(rz=f"{SEVEN['rz']}x"), True
    yield "seven-large", seven(dy=int(f"{SEVEN['dy']:.5f}".replace(".", "") + "0" * 400)), True
    yield "seven-nameless", right | {"id": SEVEN}, True
    yield "seven-from-strange", right | {"source": f"+proj=longlat +ellps=krass +pm=x +{TOWGS84}"}, True
    yield "seven-from-wkt", right | {"source": f'GEOGCS["x",DATUM["x",SPHEROID["k",6378245,298.3],{TOWGS84}]'}, True
    yield "seven-to-object", right | {"target": SEVEN}, True
    yield "seven-listed", [right], True
    yield "seven-alone", SEVEN["dz"], True
    yield "seven", right, False
    yield "west", plane("new-west", 4796, FAR), False
    yield "piece-strange", pieces() | {"pieces": [pieces()["pieces"][0] | {"use": FAR}]}, True
    yield "pieces", pieces(), False


@pytest.fixture(scope="module")
def registered(place: dict[str, Any]) -> dict[str, Any]:
    """Every kind of set added by the command line, some of them wrong first, and one fitted."""
    folder = place["folder"]
    for name, record, fails in records(folder):
        (folder / f"{name}.json").write_text(json.dumps(record))
        run(place, "datum", "add", folder / f"{name}.json", fails=fails)
    run(place, "datum", "list")
    (folder / "control.csv").write_text(control())
    fit = ("datum", "fit", "control.csv", "--source", "EPSG:2384", "--target", "EPSG:4548")
    run(place, *fit, "--plot", folder / "fit.svg", "--register", "fitted")
    shown = run(place, *fit, "--show-parameters")
    place["said"].pop()  # the one place that tells, and only when asked to
    assert "58.74" in shown
    place["said"].append(("plot", (folder / "fit.svg").read_text()))
    return place


def parcels(folder: Path, name: str, crs: Any, *, east: float = 0.0, torn: bool = False) -> Path:
    """Write nine squares; ``torn``: and one without an area, which is refused."""
    corners = [(SPOT[0] + east + i * 60, SPOT[1]) for i in range(9)]
    shapes = [shapely.box(x, y, x + 50, y + 50) for x, y in corners]
    if torn:
        shapes.append(shapely.Polygon([SPOT, (SPOT[0] + 9, SPOT[1]), SPOT, SPOT]))
    path = folder / name
    gpd.GeoDataFrame({"name": [f"地块{i}" for i in range(len(shapes))]}, geometry=shapes, crs=crs).to_file(path)
    return path


def raster(folder: Path, name: str, crs: Any, dtype: str, bands: int = 1, *, east: float = 0.0) -> Path:
    """Write a picture of 64 x 64 pixels of a metre."""
    values = np.random.default_rng(1).integers(40, 60, (bands, 64, 64)).astype(dtype)
    place = rasterio.transform.from_origin(SPOT[0] + east, SPOT[1], 1, 1)
    form: dict[str, Any] = {"driver": "GTiff", "width": 64, "height": 64, "count": bands, "dtype": dtype}
    with rasterio.open(folder / name, "w", crs=crs, transform=place, **form) as file:
        file.write(values)
    return folder / name


def with_shift(srid: int) -> str:
    """Return a coordinate system as a file may declare it: with seven parameters to WGS 84 in its text."""
    text = pyproj.CRS(srid).to_wkt("WKT1_GDAL", pretty=False)
    found = text.replace(',AUTHORITY["EPSG","6214"]', f',{TOWGS84},AUTHORITY["EPSG","6214"]')
    assert pyproj.CRS(found).is_bound, found
    return found


def declared(path: Path, wkt: str) -> Path:
    """Let a Shapefile declare its coordinate system so."""
    path.with_suffix(".prj").write_text(wkt)
    return path


def sources(folder: Path) -> dict[str, tuple[Path, tuple[str, ...]]]:
    """Return files of all kinds in the systems of the sets, each with what must be said of it."""
    spots = gpd.points_from_xy([115.6, 115.7], [34.4, 34.5])
    gpd.GeoDataFrame({"name": ["甲", "乙"]}, geometry=spots, crs=4236).to_file(folder / "spots.gpkg")
    drawing = ezdxf.new("R2000", units=6)
    drawing.modelspace().add_lwpolyline([SPOT, (SPOT[0] + 90, SPOT[1] + 40), (SPOT[0], SPOT[1] + 80)], close=True)
    drawing.saveas(folder / "plan.dxf")
    rows = [f"{SPOT[0] + i},{SPOT[1] + i},点{i}" for i in range(5)]
    (folder / "points.csv").write_text("\n".join(["east,north,name", *rows]))
    heights = ("--kind", "elevation", "--heights", "1985")
    return {
        "xian": (parcels(folder, "xian.gpkg", 2384, torn=True), ()),
        "beijing": (declared(parcels(folder, "beijing.shp", 2436, torn=True), with_shift(2436)), ()),
        "newbeijing": (parcels(folder, "newbeijing.gpkg", 4796), ()),
        "spots": (folder / "spots.gpkg", ()),
        "plan": (folder / "plan.dxf", ("--crs", "EPSG:2384")),
        "points": (folder / "points.csv", ("--crs", "EPSG:2384", "--x", "east", "--y", "north")),
        "photo": (raster(folder, "photo.tif", 2384, "uint8", 3), ()),
        "values": (raster(folder, "values.tif", with_shift(2436), "uint16"), ()),
        "dem": (raster(folder, "dem.tif", 4796, "float32"), heights),
    }


@pytest.fixture(scope="module")
def imported(registered: dict[str, Any]) -> dict[str, Any]:
    """Imports of every set through the command line: published, refused, and refused beyond the area."""
    place, folder = registered, registered["folder"]
    place["sources"] = sources(folder)
    for name, (path, words) in place["sources"].items():
        run(place, "inspect", path, *[word for word in words if word not in ("--kind", "elevation")])
        run(place, "--language", "zh", "import", path, "--layer", name, *words)
    run(place, "inspect", path, "--json", *words[2:])
    run(place, "import", path, "--layer", name, "--json", *words)
    run(place, "import", parcels(folder, "far.gpkg", 2384, east=600_000), "--layer", "far", fails=True)
    run(place, "import", raster(folder, "lost.tif", 2384, "uint8", east=600_000), "--layer", "lost", fails=True)
    run(place, "layers")
    return place


@pytest.fixture(scope="module")
def asked(imported: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same and more asked of the API: every address it has."""
    place = imported
    with pytest.MonkeyPatch.context() as patch:
        for name, value in place["environment"].items():
            patch.setenv(name, value)
        patch.setattr(worker, "POLL_S", 0.1)
        with open_service(Settings()) as service, TestClient(create_app(service.settings)) as client:
            with service.database.session() as session:
                head = {"Authorization": f"Bearer {create_token(session, 'surveyor', ['*'], write=True)}"}
                session.commit()
            client.headers.update(head)
            log, said = logging.StreamHandler(io.StringIO()), place["said"]
            logging.getLogger().addHandler(log)
            _import_by_the_api(place, client)
            with overheard(place, "the worker and the processes of its jobs"):
                worker.work(service, until_empty=True)
            jobs = client.get("/jobs").json()["jobs"]
            assert {job["state"] for job in jobs} == {"done", "failed"}, jobs
            _walk(place, client, jobs)
            number = next(job["outcome"]["report"] for job in jobs if job["outcome"].get("layer") == "api-xian")
            assert client.get(f"/reports/{number}", headers={"Authorization": ""}).json()["counts"]["refused"] == 1
            place["refused of a public layer"] = {
                "anybody": client.get(f"/reports/{number}/refused", headers={"Authorization": ""}),
                "its department": client.get(f"/reports/{number}/refused"),
            }
            logging.getLogger().removeHandler(log)
            said.append(("logs of the service", log.stream.getvalue()))
            yield place


def _import_by_the_api(place: dict[str, Any], client: TestClient) -> None:
    for name in ("xian", "spots", "plan", "photo", "dem", "far"):
        path, words = place["sources"].get(name, (place["folder"] / "far.gpkg", ()))
        files = {"file": (path.name, path.read_bytes(), "application/octet-stream")}
        fields = {word.removeprefix("--"): value for word, value in zip(words[::2], words[1::2], strict=True)}
        looked = client.post("/inspections", files=files, data={k: v for k, v in fields.items() if k != "kind"})
        place["said"].append((f"inspection {name}", looked.text))
        sent = client.post("/imports", files=files, data={"layer": f"api-{name}", "public": "true", **fields})
        assert sent.status_code == 202, sent.text
        place["said"].append((f"import {name}", sent.text))
    place["said"].append(("queue", client.get("/jobs").text))


def _walk(place: dict[str, Any], client: TestClient, jobs: Sequence[Mapping[str, Any]]) -> None:
    """Ask every address of the API's own document, in each form it offers; note the paths that were never answered."""
    place["api"] = client.get("/api").json()
    place["in addresses"] = IN_ADDRESSES | {
        "jobId": [job["id"] for job in jobs], "reportId": range(1, 25),
        "processId": [process["id"] for process in client.get("/processes").json()["processes"]],
    }  # fmt: skip
    place["silent"] = []
    for template, operations in place["api"]["paths"].items():
        addresses = list(_addresses(template, operations["get"], place)) if "get" in operations else []
        answers = [client.get(address) for address in addresses]
        assert all(answer.status_code < 500 for answer in answers), template
        for address, answer in zip(addresses, answers, strict=True):
            place["said"].append((address, f"{dict(answer.headers)}\n{_text(answer.content)}"))
        if not any(answer.status_code < 300 for answer in answers) and addresses:
            place["silent"].append((template, answers[0].text[:200]))


def _addresses(template: str, operation: Mapping[str, Any], place: Mapping[str, Any]) -> Iterator[str]:
    """Fill a path of the API's document: for the layers looked at, by what it offers, in each form it has."""
    shared = place["api"]["components"]["parameters"]
    named = [shared[p["$ref"].rsplit("/", 1)[1]] if "$ref" in p else p for p in operation.get("parameters", ())]
    offered = {p["name"]: p["schema"].get("enum", ()) for p in named}
    forms = dict.fromkeys((*offered["f"], "html")) if "f" in offered else ()
    if "gpkg" in forms and not template.endswith(("/items", "/sheets/{code}")):  # what all offer that is no file
        forms = dict.fromkeys(("json", "html"))
    filled = []
    for name in re.findall(r"{(\w+)}", template):
        values = place["in addresses"].get(name) or offered[name][:1]
        filled.append([(name, str(value)) for value in values])
    for chosen in product(*filled):
        path = template
        for name, value in chosen:
            path = path.replace(f"{{{name}}}", quote(value))
        for words in ASKED_WITH.get(template, ("",)):
            yield f"{path}?{words}".removesuffix("?")
            yield from (f"{path}?{words}&f={form}".replace("?&", "?") for form in forms)


def _text(content: bytes) -> str:
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(archive.read(name).decode("latin-1") for name in archive.namelist())
    return content.decode("latin-1")


def test_no_output_of_an_import_holds_a_parameter(asked: dict[str, Any]) -> None:
    secret = spellings()
    assert len(asked["said"]) > 500
    told = [(where, found[0]) for where, text in asked["said"] if (found := secret.search(text))]
    assert told == []


def test_what_the_api_tells_of_a_published_layer_does_not_say_where_it_lay_in_the_file(asked: dict[str, Any]) -> None:
    """Both together would give the parameters to whoever subtracts."""
    old = re.compile(r"(?<![\d.])(?:375000|3813000|375090|3813080)(?:\.\d+)?(?!\d)")
    walked = [one for one in asked["said"] if one[0].startswith("/") and not one[0].startswith("/collections/points/")]
    assert [(where, found[0]) for where, text in walked if (found := old.search(text))] == []
    imported = [text for where, text in asked["said"] if where.startswith("--language zh import")]
    told = next(text for text in imported if "points.csv" in text)
    assert "列east, north记有用本市参数转换之前的坐标" in told


def test_refused_features_that_the_citys_parameters_moved_are_not_public(asked: dict[str, Any]) -> None:
    assert {who: answer.status_code for who, answer in asked["refused of a public layer"].items()} == {
        "anybody": 404, "its department": 200,
    }  # fmt: skip


def test_every_address_of_the_api_was_asked(asked: dict[str, Any]) -> None:
    assert not asked["silent"], "\n".join(map(str, asked["silent"]))


def test_the_search_would_find_a_parameter() -> None:
    for text in ("dx=-117.316", "1.1731613e+02", '"dy": 58.75', "towgs84=-21.34313,", f"{1.83738 * ARCSECOND:.9e}"):
        assert spellings().search(text), text


def test_what_children_write_and_their_arguments_are_overheard() -> None:
    said: dict[str, Any] = {"said": []}
    with overheard(said, "a child"):
        child = "import os, time; print(117.31613); os.write(2, b'58.74717'); time.sleep(0.3)"
        subprocess.run([sys.executable, "-c", child, "dz=38.96919"], check=True)
    assert {"117.31613", "58.74717"} <= set(re.findall(r"\d+\.\d{5}", said["said"][0][1]))
    assert "dz=38.96919" in said["said"][1][1]


def test_no_table_of_the_database_holds_a_parameter(asked: dict[str, Any]) -> None:
    if PG_DUMP is None:
        pytest.skip("no pg_dump on this machine")
    url = asked["environment"]["GEOSERVICE_DATABASE_URL"].replace("+psycopg", "")
    dump = subprocess.run([PG_DUMP, "--inserts", url], capture_output=True, text=True, check=True).stdout
    assert "xian80" in dump  # that a set was used is told
    assert spellings().findall(dump) == []
    assert [number.hex() for number in packed() if number.hex() in dump.lower()] == []


def test_no_stored_or_forgotten_file_holds_a_parameter_and_the_parameters_file_is_encrypted(
    asked: dict[str, Any],
) -> None:
    secret, numbers = spellings(), packed()
    folders = (Path(asked["environment"]["GEOSERVICE_DATA_DIR"]), asked["folder"] / "tmp")
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    files.append(asked["folder"] / "datum.json")
    assert sum(path.suffix == ".tif" for path in files) > 4
    assert any(path.name == "refused.gpkg" for path in files)
    assert any("sources" in path.parts for path in files)
    for path in files:
        if "sources" in path.parts:  # what the city handed in, kept as it came; no address leads to it
            continue
        content = path.read_bytes()
        assert not secret.findall(content.decode("latin-1")), path
        assert not [number for number in numbers if number in content], path
