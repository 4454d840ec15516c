"""Files of drafts that were never published: those of a refused import, and what killed ones left.

The features that an import refused outlive it, though it published nothing, until the layer is imported again.
"""

import re

from sqlalchemy import text
from sqlalchemy.orm import Session

from importers.refused import FOLDER
from layers.layer import Draft
from layers.storage import Storage
from layers.storage.belonging import NUMBERED
from layers.versions import DRAFT_LOCK
from layers.workplace import clean_workplaces

REPORT_LOCK = 4499
"""The advisory lock class of a report whose refused features are being written."""
_UNPUBLISHED = re.compile(r"report-(\d{1,9})")
_NEWEST = text(
    "SELECT max(newer.id) FROM catalogue.report JOIN catalogue.report newer USING (layer_name) WHERE report.id = :id "
    "AND (newer.body ->> 'version' IS NOT NULL OR newer.body ->> 'refused_key' IS NOT NULL)"
)
"""The last import of a report's layer that was published or refused features."""


def drop_files(storage: Storage, draft: Draft) -> None:
    """Remove the files of a draft that will not be published."""
    for folder in NUMBERED:
        storage.remove(f"{folder}/{draft.id}")


def clean_litter(session: Session, storage: Storage) -> list[str]:
    """Remove what killed imports left: files of drafts never published, temporary folders of processes that are gone.

    A draft still being worked on by another process holds its advisory lock and is left alone. Returns what was
    removed.
    """
    published = {int(row[0]) for row in session.execute(text("SELECT id FROM catalogue.version"))}
    used = {
        str(row[0])
        for row in session.execute(text("SELECT DISTINCT split_part(key, '/', 2) FROM catalogue.raster_file"))
    }
    removed = [str(folder) for folder in clean_workplaces()]
    for folder in NUMBERED:
        for name in storage.folders(folder):
            if name in used or not name.isdigit() or int(name) in published or _in_work(session, int(name)):
                continue
            storage.remove(f"{folder}/{name}")
            removed.append(f"{folder}/{name}")
    return removed + drop_unpublished(session, storage)


def unpublished(report_id: int) -> str:
    """Return the name under which refused features lie whose import published nothing."""
    return f"report-{report_id}"


def hold(session: Session, report_id: int) -> None:
    """Keep others from taking a report's refused features for litter until it is committed."""
    session.execute(text("SELECT pg_advisory_xact_lock(:class, :id)"), {"class": REPORT_LOCK, "id": report_id})


def drop_unpublished(session: Session, storage: Storage) -> list[str]:
    """Remove the refused features of imports that published nothing, once their layer was imported again, or that a
    killed one left without a report. Returns what was removed.
    """
    removed = []
    for name in storage.folders(FOLDER):
        found = _UNPUBLISHED.fullmatch(name)
        if found is None or _in_work(session, int(found[1]), REPORT_LOCK):
            continue
        if session.execute(_NEWEST, {"id": int(found[1])}).scalar() != int(found[1]):
            storage.remove(f"{FOLDER}/{name}")
            removed.append(f"{FOLDER}/{name}")
    return removed


def _in_work(session: Session, number: int, lock: int = DRAFT_LOCK + 1) -> bool:
    free = session.execute(
        text("SELECT pg_try_advisory_xact_lock(:class, :id)"), {"class": lock, "id": number}
    ).scalar_one()
    return not free
