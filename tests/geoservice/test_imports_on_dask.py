"""Imports of many sheets on a Dask cluster: the same layer, report, refusals, and nothing left of a cancelled one."""

from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
import rasterio

from geoservice.errors import ClusterUnavailable
from geoservice.jobs.import_request import ImportRequest
from geoservice.jobs.importing import run_import
from geoservice.service import Service
from importers.batch import ImportOptions, silent
from importers.errors import Cancelled
from importers.raster.making import Making, Outcome, make_elsewhere
from importers.report import Report
from layers.catalogue import find_layer
from layers.layer import RasterFacts
from layers.views import ALL
from tests.importers.rasters import scene, write

# Workers are threads of this process: catch_warnings of one undoes another's, and the importer's ignore is lost.
pytestmark = pytest.mark.filterwarnings("ignore:Dataset has no geotransform")
WEST, NORTH = 650_000.0, 3_815_000.0


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """A scheduler with two workers' threads; in this process, for starting another takes longer than the test."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None) as cluster:
        yield cluster.scheduler_address


@pytest.fixture
def sheets(tmp_path: Path) -> Path:
    """Eleven sheets of a picture, one of them damaged."""
    folder = tmp_path / "影像"
    folder.mkdir()
    planes = scene(1100, 100)
    for number in range(11):
        write(
            folder / f"幅{number:02d}.tif",
            planes[:, :, number * 100 : (number + 1) * 100],
            WEST + number * 100,
            NORTH,
            1,
        )
    damaged = folder / "幅05.tif"
    damaged.write_bytes(damaged.read_bytes()[: damaged.stat().st_size // 3])
    return folder


def imported(service: Service, name: str, path: Path, scheduler: str | None, **said: object) -> Report:
    settings = service.settings.model_copy(update={"dask_scheduler": scheduler})
    there = Service(settings, service.frame, service.database, service.storage)
    return run_import(there, ImportRequest((path,), name, **said), silent)  # type: ignore[arg-type]


def published(service: Service, name: str) -> RasterFacts:
    with service.database.session() as session:
        raster = find_layer(session, name, ALL).version.raster
    assert raster is not None
    return raster


def pixels(service: Service, name: str) -> dict[str, np.ndarray]:
    found = {}
    for file in published(service, name).files:
        with rasterio.open(service.storage.open_name(file.key)) as dataset:
            found[file.source] = np.concatenate([dataset.read(), dataset.dataset_mask()[None]])
    return found


@pytest.mark.parametrize("kind", ["imagery", "elevation"])
def test_workers_make_the_layer_that_this_process_makes(
    service: Service, cluster: str, sheets: Path, kind: str, tmp_path: Path
) -> None:
    if kind == "elevation":
        sheets = tmp_path / "dem"
        sheets.mkdir()
        heights = scene(400, 100)[:1].astype(np.float32) / 10 + 40
        for number in range(4):
            part = heights[:, :, number * 100 : (number + 1) * 100]
            write(sheets / f"dem{number}.tif", part, WEST + number * 100, NORTH, 1)
    here = imported(service, f"here-{kind}", sheets, None, kind=kind)
    there = imported(service, f"there-{kind}", sheets, cluster, kind=kind)
    mine, theirs = pixels(service, f"here-{kind}"), pixels(service, f"there-{kind}")
    assert sorted(mine) == sorted(theirs)
    assert all(np.array_equal(mine[name], theirs[name], equal_nan=True) for name in mine)
    assert (there.counts, there.verdict, there.refusals, there.decisions) == (
        here.counts, here.verdict, here.refusals, here.decisions,
    )  # fmt: skip
    assert published(service, f"there-{kind}").stretch == published(service, f"here-{kind}").stretch
    assert f"{len(mine)} of {len(mine)} sheets were made by the workers" in str(there.notes)
    assert "workers" not in str(here.notes)


def test_a_sheet_that_workers_do_not_see_is_made_here(
    service: Service, cluster: str, sheets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert make_elsewhere(Making(service.frame, ImportOptions(), "", 0, False), sheets / "gone.tif", 0, ()) is None
    monkeypatch.setattr("importers.raster.making.make_elsewhere", _sees_some)
    report = imported(service, "partly", sheets, cluster)
    assert len(published(service, "partly").files) == 10
    assert "8 of 10 sheets were made by the workers" in str(report.notes)


class _Gone(Executor):
    """Workers that went away with what they were given: their futures are cancelled, as Dask's are then."""

    def submit(self, work: object, /, *given: object, **named: object) -> Future:  # type: ignore[override]
        future: Future = Future()
        future.cancel()
        future.set_running_or_notify_cancel()
        return future


def test_sheets_whose_workers_went_away_are_made_here(
    service: Service, sheets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geoservice.jobs.importing.dask_workers", lambda address: nullcontext((_Gone(), 2)))
    report = imported(service, "left-alone", sheets, "tcp://127.0.0.1:1")
    assert len(published(service, "left-alone").files) == 10
    assert "sheets were made by the workers" not in str(report.notes)


def _sees_some(making: Making, path: Path, place: int, steps: tuple[str, ...]) -> Outcome | None:
    return None if place in (2, 3) else make_elsewhere(making, path, place, steps)


def test_a_cancelled_import_leaves_nothing_and_nobody_writing(service: Service, cluster: str, sheets: Path) -> None:
    before = {kept.key for kept in service.storage.below("rasters")}

    def impatient(done: float, total: float | None, message: str) -> None:
        if done > 0.2:
            raise Cancelled("enough")

    settings = service.settings.model_copy(update={"dask_scheduler": cluster})
    there = Service(settings, service.frame, service.database, service.storage)
    with pytest.raises(Cancelled):
        run_import(there, ImportRequest((sheets,), "never"), impatient)
    assert {kept.key for kept in service.storage.below("rasters")} == before


def test_a_scheduler_that_is_away_is_told(service: Service, sheets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geoservice.jobs.dask_cluster.CONNECT_S", 0.5)
    with pytest.raises(ClusterUnavailable, match="GEOSERVICE_DASK_SCHEDULER"):
        imported(service, "away", sheets, "tcp://127.0.0.1:9")
