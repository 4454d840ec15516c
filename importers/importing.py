"""The story of an import: find, then read, unify and publish by kind, and report.

``import_files`` is what the command line, a job and a notebook call. Everything up to the caller's commit is one
transaction; a refusal leaves the catalogue as it was and its own report behind.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from importers.batch import ImportOptions, Progress, Spread, silent
from importers.desk import Desk, Request
from importers.errors import Cancelled, NothingToImport, UnreadableSource, VerdictFail
from importers.finding import Finding, find, plain_name
from importers.litter import drop_unpublished, hold, unpublished
from importers.options import require_options
from importers.raster.wanted import rasters_of
from importers.refused import write_refused
from importers.report import Report
from importers.scale import NATIONAL, ScaleRules
from importers.vector.layer import import_vectors
from layers.crs.transform import Transform
from layers.errors import GeoError
from layers.frame import Frame
from layers.layer import LayerSpec
from layers.memory import keep_little
from layers.sentences import reason, say
from layers.storage import Storage
from layers.versions import restate_report, store_report


def import_files(
    session: Session,
    storage: Storage,
    frame: Frame,
    request: Request,
    city: Sequence[Transform] = (),
    progress: Progress = silent,
    *,
    rules: ScaleRules = NATIONAL,
    finish_later: bool = False,
    spread: Spread | None = None,
) -> Report:
    """Import a request's files as the next version of its layer; the caller commits.

    ``city`` are the city's own datum transforms, ``rules`` its rules of usable scales.
    With ``finish_later`` a large layer of areas may be published unfinished: whoever says so sees to it that it is
    finished (``layers.finishing``). ``spread`` lends processes that make the files of many sheets.

    Raises:
        QuestionOpen: something must be answered first; the message names the option.
        UnreadableSource, NothingToImport, NoDatumOperation, VerdictFail, Cancelled: refused. A report of it is kept.
    """
    keep_little()
    options = request.options(city, rules)
    desk = Desk(session, storage, frame, options, progress, time.monotonic(), finish_later, spread)
    try:
        with find(request.files) as finding:
            if _raster_wanted(finding, request.kind):
                from importers.raster.publish import import_rasters  # takes half a second to load

                require_options(options.read.others, "rasters")
                return import_rasters(desk, finding, request)
            require_options(options.read.others, "features")
            return import_vectors(desk, finding, request.spec("vector"), request.files)
    except GeoError as error:
        _keep_refusal(session, storage, request, error)
        raise


def import_path(
    session: Session,
    storage: Storage,
    frame: Frame,
    path: Path,
    spec: LayerSpec,
    options: ImportOptions | None = None,
    progress: Progress = silent,
    *,
    finish_later: bool = False,
) -> Report:
    """Import one path as the layer a spec describes; see ``import_files``."""
    how = options or ImportOptions()
    request = _Plain((path,), spec, how)
    return import_files(session, storage, frame, request, (), progress, rules=how.rules, finish_later=finish_later)


@dataclass(frozen=True)
class _Plain:
    files: tuple[Path, ...]
    said: LayerSpec
    how: ImportOptions

    @property
    def kind(self) -> str:
        return self.said.kind

    def spec(self, kind: Any) -> LayerSpec:
        return self.said

    def options(self, city: Sequence[Transform] = (), rules: ScaleRules = NATIONAL) -> ImportOptions:
        return replace(self.how, city=(*self.how.city, *city), rules=rules)


def _raster_wanted(finding: Finding, kind: str) -> bool:
    """Say whether the sources go to the raster importers: as asked, else when there is nothing but rasters."""
    rasters = rasters_of(finding, kind)
    if kind == "vector" or (not kind and len(rasters) < len(finding.usable)):
        return False
    if not rasters:
        told = say("not-a-raster", file=finding.sources[0].path.name, kind=kind or "imagery")
        raise UnreadableSource(told + (say("heights-as-text") if kind == "elevation" else ""))
    return True


def _keep_refusal(session: Session, storage: Storage, request: Request, error: GeoError) -> None:
    """Undo the import and keep a report of the refusal, and the refused features; a cancelled import is not one."""
    session.rollback()
    if isinstance(error, Cancelled):
        return
    names = ", ".join(plain_name(path) for path in request.files)
    name = request.spec(request.kind or "vector").name
    counted = error if isinstance(error, VerdictFail | NothingToImport) else None
    if counted is not None and counted.report is not None:  # which features, and why, is what has to be mended
        gone = tuple(replace(file, key="") for file in counted.report.sources)
        report = replace(counted.report, version=None, sources=gone, problem=reason(error))
    else:
        report = Report(
            layer=name,
            kind=request.kind or "unknown",
            department=request.spec(request.kind or "vector").department,
            verdict="refused",
            problem=reason(error),
            notes=(say("files-named", names=names),),
        )
    report_id = store_report(session, report.layer, report.verdict, report.stored())
    if counted is not None and counted.refused is not None:
        hold(session, report_id)
        report = replace(report, refused_key=write_refused(storage, unpublished(report_id), counted.refused))
        restate_report(session, report_id, report.stored())
    session.commit()
    drop_unpublished(session, storage)
    session.commit()
    if counted is not None:
        counted.report = report.numbered(report_id)
