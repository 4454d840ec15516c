"""Temporary folders, named after the process that made them: those that a killed one left are found and removed."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NAME = re.compile(r"geoservice-\w+-(\d+)-.*")


@contextmanager
def workplace(purpose: str) -> Iterator[Path]:
    """Make a folder for the length of the context; ``purpose`` is a word for its name."""
    folder = make_workplace(purpose)
    try:
        yield folder
    finally:
        remove_workplace(folder)


def make_workplace(purpose: str) -> Path:
    """Make a folder that outlives the call; ``remove_workplace`` ends it."""
    return Path(tempfile.mkdtemp(prefix=f"geoservice-{purpose}-{os.getpid()}-"))


def remove_workplace(folder: Path) -> None:
    """Remove a folder and what lies in it; what is gone already is no error."""
    shutil.rmtree(folder, ignore_errors=True)


def clean_workplaces() -> list[Path]:
    """Remove the folders of processes that are gone; returns what was removed."""
    removed = []
    for folder in Path(tempfile.gettempdir()).glob("geoservice-*-*-*"):
        match = _NAME.fullmatch(folder.name)
        if match and folder.is_dir() and not _alive(int(match.group(1))):
            remove_workplace(folder)
            removed.append(folder)
    return removed


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
