"""What can go wrong with files that come in. Every message names the file, says what is wrong and what to do."""

from typing import TYPE_CHECKING

from layers.errors import GeoError

if TYPE_CHECKING:
    from importers.refused import Refused
    from importers.report import Report


class UnreadableSource(GeoError):
    """The file cannot be read."""


class UnsupportedSource(UnreadableSource):
    """This kind of file is not imported."""


class NoSuchSourceLayer(UnreadableSource):
    """The file has no layer of that name."""


class UnsafeSource(UnreadableSource):
    """The archive breaks a safety limit."""


class NothingToImport(UnreadableSource):
    """The file holds nothing that can be drawn."""

    def __init__(self, message: str, report: "Report | None" = None, refused: "Refused | None" = None) -> None:
        super().__init__(message)
        self.report, self.refused = report, refused
        """What was decided and counted, where every feature was refused; None where none was looked at."""


class QuestionOpen(GeoError):
    """Something must be answered before this can be imported."""


class VerdictFail(GeoError):
    """The import did not pass its quality checks."""

    def __init__(self, message: str, report: "Report", refused: "Refused | None" = None) -> None:
        super().__init__(message)
        self.report = report
        """What was found, decided and counted before; of nothing that was published."""
        self.refused = refused


class Cancelled(GeoError):
    """The import was cancelled."""
