"""The application's branch of the error tree: the database, the port, the caller, the upload, the job.

GeoError
├── BadSetting
├── DatabaseUnavailable
├── DiskFull
├── ClusterUnavailable
├── PortTaken
├── VersionRemoved
├── NotAuthenticated
├── NotAcceptable
├── UploadRefused
├── UploadTooLarge
├── WrongBodyType
├── BadHost
├── BodyTooSlow
├── JobNotFound
├── ProcessNotFound
├── ResultNotReady
├── JobFailed
├── TookTooLong
├── Busy
├── ArchiveNotFound
├── StyleNotFound
└── ReportNotFound
"""

from collections.abc import Mapping

from layers.errors import GeoError


class BadSetting(GeoError):
    """A setting of the service is wrong."""


class DatabaseUnavailable(GeoError):
    """The database cannot be reached or used."""


class DiskFull(GeoError):
    """The disk is full."""


class ClusterUnavailable(GeoError):
    """The cluster for bulk work cannot be reached."""


class PortTaken(GeoError):
    """The address to listen on is in use."""


class VersionRemoved(GeoError):
    """What was asked for was removed meanwhile."""


class NotAuthenticated(GeoError):
    """The request needs a valid token."""


class NotAcceptable(GeoError):
    """The resource has no representation the client accepts."""


class OutsideExtent(GeoError):
    """What was asked for lies outside what there is."""


class UploadRefused(GeoError):
    """The upload cannot be taken as it is."""


class UploadTooLarge(GeoError):
    """The upload is larger than this service takes."""


class WrongBodyType(GeoError):
    """The body is of a type that is not taken here.

    ``offered`` are headers that say what is.
    """

    offered: Mapping[str, str] = {}

    def __init__(self, sentence: str, offered: Mapping[str, str]) -> None:
        super().__init__(sentence)
        self.offered = offered


class BadHost(GeoError):
    """The request is addressed to a host that is not served here."""


class BodyTooSlow(GeoError):
    """The body of the request comes too slowly."""


class JobNotFound(GeoError):
    """No such job."""


class ProcessNotFound(GeoError):
    """No such process."""


class ResultNotReady(GeoError):
    """The job is not done yet."""


class JobFailed(GeoError):
    """The job has failed."""


class TookTooLong(GeoError):
    """The analysis takes longer than is allowed."""


class Busy(GeoError):
    """Too much is asked at once."""


class ArchiveNotFound(GeoError):
    """No such archive of baked tiles."""


class StyleNotFound(GeoError):
    """No such style."""


class ReportNotFound(GeoError):
    """No such report."""
