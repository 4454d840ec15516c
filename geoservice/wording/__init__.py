"""The sentences of the application: what it refuses and reports, in English and Chinese, by code."""

from typing import Final

from geoservice.wording import commands, database, jobs, map_services, parameters, pictures, requests, settings
from layers.sentences import Table

TABLES: Final[tuple[Table, ...]] = tuple(
    module.SENTENCES for module in (requests, parameters, pictures, map_services, jobs, commands, database, settings)
)
