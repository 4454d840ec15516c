"""What every step of one import needs, and the one way in which an import's outcome is written into the catalogue."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy.orm import Session

from importers.batch import ImportOptions, Progress, Spread
from importers.errors import VerdictFail
from importers.litter import drop_files
from importers.refused import Refused, write_refused
from importers.report import Report
from importers.scale import NATIONAL, ScaleRules
from layers.crs.transform import Transform
from layers.frame import Bounds, Frame
from layers.layer import Draft, LayerSpec, RasterFile, VersionFacts
from layers.rasters import Staying
from layers.sentences import listed, say
from layers.storage import Storage
from layers.versions import begin_version, publish, store_report


class Request(Protocol):
    """What is asked of an import: the files, and the layer they become."""

    @property
    def files(self) -> tuple[Path, ...]:
        """The files, folders or archives."""

    @property
    def kind(self) -> str:
        """``vector``, ``imagery``, ``elevation``, or empty: find out."""

    def spec(self, kind: Any) -> LayerSpec:
        """What is said about the layer."""

    def options(self, city: Sequence[Transform] = (), rules: ScaleRules = NATIONAL) -> ImportOptions:
        """How the import goes."""


@dataclass(frozen=True)
class Desk:
    """One import at work: session, storage, frame, what the user says, whom to tell, since when.

    ``finish_later``: a large layer may be published before its levels and words are made (``layers.finishing``).
    """

    session: Session
    storage: Storage
    frame: Frame
    options: ImportOptions
    progress: Progress
    started: float
    finish_later: bool = False
    spread: Spread | None = None

    @contextmanager
    def draft(self, spec: LayerSpec) -> Iterator[Draft]:
        """Begin a version; its files are removed when the block fails."""
        draft = begin_version(self.session, spec)
        try:
            yield draft
        except BaseException:
            drop_files(self.storage, draft)
            raise

    def require_pass(self, report: Report, named: str = "", refused: Refused | None = None) -> None:
        """Let a report pass that does not fail, or whose user asked to publish all the same.

        Raises:
            VerdictFail: any other; ``named`` is what did not pass, the layer where nothing is said.
        """
        if report.verdict == "fail" and not self.options.publish_failed:
            failed = listed(
                say("check-failed", check=check.name, detail=check.detail)
                for check in report.checks
                if check.outcome == "fail"
            )
            told = say("did-not-pass", layer=named or report.layer, failed=failed)
            raise VerdictFail(told, self._finished(report), refused)

    def publish(
        self,
        draft: Draft,
        report: Report,
        facts: VersionFacts,
        *,
        extent: Bounds | None,
        feature_count: int | None = None,
        files: Sequence[RasterFile] = (),
        staying: Staying | None = None,
        refused: Refused | None = None,
    ) -> Report:
        """Store the report and make the draft the served version, at the caller's commit; as ``layers.versions``.

        Raises:
            VerdictFail: as ``require_pass``.
        """
        self.require_pass(report, refused=refused)
        key = write_refused(self.storage, str(draft.id), refused) if refused is not None else None
        report = replace(self._finished(report), published_failed=report.verdict == "fail", refused_key=key)
        report_id = store_report(self.session, report.layer, report.verdict, report.stored())
        publish(
            self.session, draft, facts, extent=extent, feature_count=feature_count, files=files, staying=staying,
            sources=report.sources, report_id=report_id,
        )  # fmt: skip
        return report.numbered(report_id)

    def _finished(self, report: Report) -> Report:
        return replace(
            report,
            captured=self.options.captured.isoformat() if self.options.captured else None,
            by=self.options.by,
            seconds=round(time.monotonic() - self.started, 2),
        )
