"""A storage belongs to one catalogue and says so: who starts with another database would take its files for litter.

The catalogue has an identity and the storage a mark that names it. A start with the wrong database, or before the disk
of the storage is mounted, is refused. What a backup is restored into is another catalogue, with an identity of its own.
"""

import tempfile
from pathlib import Path

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from layers.errors import StorageError
from layers.models import IdentityRow, RasterFileRow, SourceRow, VersionRow
from layers.sentences import say
from layers.storage.folder import Storage

MARKS = "catalogue"
"""The folder of the storage that holds a folder named after its catalogue."""
NUMBERED = ("rasters", "sources", "refused", "baked")
"""Folders of the storage that hold a folder for each version, named by its id."""
_KEPT_SOURCE = select(SourceRow.id).where(SourceRow.key.is_not(None)).limit(1)


def settle(session: Session, storage: Storage) -> None:
    """Make sure that a storage is this catalogue's, and mark it where nobody did.

    Raises:
        StorageError: it is another's, or it is empty though the catalogue has files in it.
    """
    ours = str(session.scalars(select(IdentityRow.id)).one())
    mark = f"{MARKS}/{ours}/README"
    if storage.size(mark) is not None:
        return
    holds = any(name.isdigit() for folder in NUMBERED for name in storage.folders(folder))
    others = set(storage.folders(MARKS)) - {ours}
    if others or (holds and not session.scalar(select(func.count(VersionRow.id)))):
        raise StorageError(say("storage-foreign", storage=storage.address))
    if not holds and (session.scalar(select(RasterFileRow.id).limit(1)) or session.scalar(_KEPT_SOURCE)):
        raise StorageError(say("storage-empty", storage=storage.address, mark=mark))
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as note:
        note.write("The files of this storage belong to the catalogue that this folder is named after.\n")
        note.flush()
        storage.keep(Path(note.name), mark)


def marks_of(storage: Storage) -> set[str]:
    """Return the catalogues that a storage, or its backup, names as its own."""
    return set(storage.folders(MARKS))


def part(session: Session, storage: Storage) -> None:
    """Make a catalogue that was copied one of its own, and a storage free for it to mark at its next start.

    Two databases of one identity would each take what the other has published since for litter.
    """
    session.execute(update(IdentityRow).values(id=func.gen_random_uuid()))
    storage.remove(MARKS)
