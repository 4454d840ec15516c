"""The application's branch of the error tree: the database, the port, the caller, the upload, the job.

GeoError
├── DatabaseUnavailable
├── PortTaken
├── NotAuthenticated
├── NotAcceptable
├── UploadRefused
├── UploadTooLarge
├── JobNotFound
└── ReportNotFound
"""

from layers.errors import GeoError


class DatabaseUnavailable(GeoError):
    """The database cannot be reached or used."""


class PortTaken(GeoError):
    """The address to listen on is in use."""


class NotAuthenticated(GeoError):
    """The request needs a valid token."""


class NotAcceptable(GeoError):
    """The resource has no representation the client accepts."""


class UploadRefused(GeoError):
    """The upload cannot be taken as it is."""


class UploadTooLarge(GeoError):
    """The upload is larger than this service takes."""


class JobNotFound(GeoError):
    """No such job."""


class ReportNotFound(GeoError):
    """No such report."""
