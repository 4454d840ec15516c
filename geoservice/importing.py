"""An import from the application's side: a session, the city's datum parameters, the commit."""

from geoservice.import_request import ImportRequest
from geoservice.service import Service
from importers.batch import Progress
from importers.datum import load_registry
from importers.importing import import_files
from importers.report import Report
from layers.operations import Transform


def run_import(service: Service, request: ImportRequest, progress: Progress) -> Report:
    """Import the request's files as the next version of its layer and commit.

    Raises:
        GeoError: the import was refused; nothing of it is published, its report is kept.
    """
    with service.database.session() as session:
        report = import_files(session, service.storage, service.frame, request, city_transforms(service), progress)
        session.commit()
        return report


def city_transforms(service: Service) -> tuple[Transform, ...]:
    """Return the city's own datum transforms; none when no datum file is set."""
    settings = service.settings
    if settings.datum_file is None:
        return ()
    return load_registry(settings.datum_file, settings.datum_key).transforms
