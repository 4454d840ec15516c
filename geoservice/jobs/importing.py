"""An import from the application's side: a session, the city's datum parameters, the commit, a full disk."""

from functools import partial

from geoservice.full_disk import told_when_full
from geoservice.jobs.dask_cluster import dask_workers
from geoservice.jobs.import_request import ImportRequest
from geoservice.service import Service
from geoservice.settings import Settings
from importers.batch import Progress, Spread
from importers.datum.registry import load_registry
from importers.importing import import_files
from importers.report import Report
from importers.scale import NATIONAL, ScaleRules, load_rules
from layers.crs.transform import Transform
from layers.sentences import say


def run_import(service: Service, request: ImportRequest, progress: Progress, *, whole: bool = True) -> Report:
    """Import the request's files as the next version of its layer and commit.

    A large layer may be left to be finished by a worker (``geoservice.jobs.finishing``) unless it is wanted ``whole``.

    Raises:
        GeoError: the import was refused; nothing of it is published, its report is kept.
        DiskFull: there was no room left for it; the layer is as it was.
    """
    root = service.storage.root

    def full(free: int) -> str:
        return say("disk-full", root=str(root), free=free)

    with told_when_full(root, full), service.database.session() as session:
        report = import_files(
            session, service.storage, service.frame, request, city_transforms(service.settings), progress,
            rules=city_rules(service.settings), finish_later=not whole, spread=workers_of(service.settings),
        )  # fmt: skip
        session.commit()
        return report


def city_transforms(settings: Settings) -> tuple[Transform, ...]:
    """Return the city's own datum transforms; none when no datum file is set."""
    if settings.datum_file is None:
        return ()
    return load_registry(settings.datum_file, settings.datum_key).transforms


def city_rules(settings: Settings) -> ScaleRules:
    """Return the rules of usable scales: the city's own, or the national ones."""
    return NATIONAL if settings.scale_rules is None else load_rules(settings.scale_rules)


def workers_of(settings: Settings) -> Spread | None:
    """Return who makes the files of many sheets: the workers of the Dask cluster; None: this process."""
    return partial(dask_workers, settings.dask_scheduler) if settings.dask_scheduler else None
