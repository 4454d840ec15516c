"""Files of drafts that were never published: those of a refused import, and what killed ones left."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from layers.belonging import NUMBERED
from layers.layer import Draft
from layers.storage import Storage
from layers.versions import DRAFT_LOCK
from layers.workplace import clean_workplaces


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
    return removed


def _in_work(session: Session, draft_id: int) -> bool:
    free = session.execute(
        text("SELECT pg_try_advisory_xact_lock(:class, :id)"), {"class": DRAFT_LOCK + 1, "id": draft_id}
    ).scalar_one()
    return not free
