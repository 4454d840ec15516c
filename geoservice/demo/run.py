"""Prepare the demo's files and import what is not in yet: the work of ``make demo``, as often as it is run.

Each set of files is written beside its place and moved in when whole, so a run that was cut short leaves nothing that
looks finished. A layer is imported when its sources or what is said about it differ from what is published.
"""

import hashlib
import logging
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import select
from sqlalchemy.orm import Session

from geoservice.commands import language
from geoservice.demo.city_plan import city_imports
from geoservice.demo.district_plan import district_imports
from geoservice.demo.errors import DemoUnavailable
from geoservice.demo.packages import checksum, fetch_all
from geoservice.jobs.import_request import ImportRequest
from geoservice.jobs.importing import run_import
from geoservice.service import Service
from layers.catalogue import list_layers
from layers.errors import GeoError
from layers.layer import Layer
from layers.models import SourceRow
from layers.sentences import say
from layers.views import ALL

NEEDED_MB = 900
HERE = Path(__file__).parent
Told = Callable[[str, float], None]


def load(service: Service, console: Console) -> int:
    """Prepare the files, import what is missing, and return how many layers were imported.

    Raises:
        DemoUnavailable: the data cannot be fetched, or the disk is too full.
        GeoError: a file was refused; the layers imported before it stay.
    """
    folder = service.settings.data_dir.resolve() / "demo"
    for talkative in ("pyogrio", "ezdxf", "rasterio"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    with _bars(console) as bars:
        real = prepare_real(folder, _bar(bars, language.either("public data of the city", "城市公开数据")))
        city = city_imports(real)
        imported = import_missing(service, city, bars)
        made_up = prepare_district(folder, _bar(bars, language.either("synthetic district", "模拟城区")))
        district = district_imports(made_up)
        imported += import_missing(service, district, bars)
    already = len(city) + len(district) - imported
    console.print(language.told(say("demo-imported", count=imported, already=already)))
    if imported:
        console.print(language.told(say("demo-broken", folder=str(made_up / "broken"))), soft_wrap=True)
    return imported


def load_conformance(service: Service, console: Console) -> int:
    """Prepare the conformance fixture, import what is missing of it, and return how many layers were imported."""
    from geoservice.demo import conformance

    recipe = [HERE / "conformance.py", HERE / "blue_lake.py"]
    folder = _made(service.settings.data_dir.resolve() / "demo" / "conformance", recipe, conformance.write_fixture)
    with _bars(console) as bars:
        return import_missing(service, conformance.imports(folder), bars)


def import_missing(service: Service, requests: Iterable[ImportRequest], bars: Progress) -> int:
    """Import each request whose layer is not published from these very files; return how many that were."""
    missing = [request for request in requests if not _published(service, request)]
    for request in missing:
        _import(service, request, bars)
    return len(missing)


def prepare_real(folder: Path, told: Told) -> Path:
    """Return the folder of the city's real files, fetched and cut out when not there or of another recipe."""
    from geoservice.demo import real

    def write(target: Path) -> None:
        archives = fetch_all(folder / "packages", lambda step, share: told(step, 0.8 * share))
        real.write_real(target, archives, lambda step, share: told(step, 0.8 + 0.2 * share))

    made = _made(folder / "real", [HERE / "real.py", HERE / "packages.py"], write)
    told("public data of the city", 1.0)
    return made


def prepare_district(folder: Path, told: Told) -> Path:
    """Return the folder of the synthetic district's files, made when not there or of another recipe."""
    from geoservice.demo.district.files import write_district

    recipe = sorted((HERE / "district").glob("*.py"))
    made = _made(folder / "district", recipe, lambda target: write_district(target, told))
    told("synthetic district", 1.0)
    return made


def _made(folder: Path, made_of: Iterable[Path], write: Callable[[Path], None]) -> Path:
    """Return a folder, written anew unless its stamp says that this recipe has written all of it."""
    recipe = hashlib.sha256(b"".join(path.read_bytes() for path in made_of)).hexdigest()
    stamp = folder / "made-by"
    if stamp.exists() and stamp.read_text() == recipe:
        return folder
    fresh = folder.with_name(folder.name + ".new")
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        _need_space(folder.parent)
        write(fresh)
        (fresh / "made-by").write_text(recipe)
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    except OSError as error:
        raise DemoUnavailable(say("demo-write", folder=str(folder.parent), why=error.strerror or error)) from error
    return folder


def _need_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free // 2**20
    if free < NEEDED_MB:
        raise DemoUnavailable(say("demo-room", needed=NEEDED_MB, folder=str(folder), free=free))


def _published(service: Service, request: ImportRequest) -> bool:
    """Say whether the layer, or every layer its drawing became, is of these very files and says the same of itself."""
    sums = _checksums(request)
    with service.database.session() as session:
        layers = [layer for layer in list_layers(session, ALL) if _is_of(layer, request)]
        return bool(layers) and all(
            _says_the_same(layer, request) and sums <= _sources(session, layer) for layer in layers
        )


def _is_of(layer: Layer, request: ImportRequest) -> bool:
    """Say whether a layer is the request's, or one of several that its drawing was parted into."""
    parted = layer.name.startswith(f"{request.name}-") and layer.description == request.description
    return layer.name == request.name or (parted and layer.theme == request.theme)


def _says_the_same(layer: Layer, request: ImportRequest) -> bool:
    if layer.name == request.name and (layer.title, layer.department) != (request.title, request.department):
        return False
    said = (request.description, request.theme, request.licence, request.style)
    return said == (layer.description, layer.theme, layer.licence, layer.style)


def _checksums(request: ImportRequest) -> set[str]:
    files = (file for path in request.files for file in (sorted(path.iterdir()) if path.is_dir() else [path]))
    return {checksum(file) for file in files}


def _sources(session: Session, layer: Layer) -> set[str]:
    return set(session.scalars(select(SourceRow.sha256).where(SourceRow.version_id == layer.version.id)))


def _import(service: Service, request: ImportRequest, bars: Progress) -> None:
    told = _bar(bars, _title(request))

    def progress(done: float, total: float | None, message: str) -> None:
        told(f"{_title(request)}: {message}", done / total if total else 0.0)

    try:
        run_import(service, request, progress)
    except GeoError as error:
        error.add_note(f"while importing {request.name} of the demo")
        raise
    told(_title(request), 1.0)


def _title(request: ImportRequest) -> str:
    return (request.title or {}).get(language.spoken(), request.name)


def _bars(console: Console) -> Progress:
    # Where nobody watches (a log, a pipe) bars would appear only at the end: there each step is a line instead.
    return Progress(
        TextColumn("{task.description:<58.58}"), BarColumn(24), TimeElapsedColumn(), console=console,
        disable=not console.is_terminal,
    )  # fmt: skip


def _bar(bars: Progress, title: str) -> Told:
    if bars.disable:
        return _lines(bars.console, title)
    task = bars.add_task(title, total=1.0)
    return lambda step, share: bars.update(task, description=step, completed=share)


def _lines(console: Console, title: str) -> Told:
    begun = time.monotonic()
    console.print(language.told(say("demo-begun", what=title)))

    def told(step: str, share: float) -> None:
        if share >= 1.0 and step == title:
            console.print(language.told(say("demo-done", what=title, seconds=time.monotonic() - begun)))

    return told
