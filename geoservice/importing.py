"""An import from the application's side: a session, the city's datum parameters, the commit, the report kept."""

from typing import Any

from importers.datum import load_city_transforms
from importers.importing import import_files

from geoservice.import_request import ImportRequest
from geoservice.service import Service
from importers.batch import Progress
from layers.errors import GeoError


def run_import(service: Service, request: ImportRequest, progress: Progress) -> dict[str, Any]:
    """Import the request's files as one layer version and commit; return the report as JSON.

    Raises:
        GeoError: the import was refused; its report, where one could be made, is kept all the same.
    """
    city = load_city_transforms(service.settings.datum_file, service.settings.datum_key)
    with service.database.session() as session:
        try:
            report = import_files(session, service.storage, service.frame, request, city, progress)
        except GeoError:
            session.rollback()
            raise
        session.commit()
        return report.to_json()
