"""Where published rasters and archived sources live: a folder all processes share; ``bucket`` is the same in S3.

A key is a relative path such as ``rasters/12/0001.tif``. GDAL opens ``open_name(key)``; what is unfinished is written
at ``path(key)``, on this machine.
"""

import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from layers.errors import StorageError
from layers.sentences import say


@dataclass(frozen=True)
class Kept:
    """One file of a storage: its key, its bytes, and when it was written (seconds since 1970)."""

    key: str
    size: int
    written: float


@dataclass(frozen=True)
class Storage:
    """A root folder and the only way to name, place and remove what is in it."""

    root: Path

    @property
    def address(self) -> str:
        """What other processes open the same storage with."""
        return str(self.root)

    def path(self, key: str) -> Path:
        """Return the path of a key.

        Raises:
            StorageError: the key would leave the root.
        """
        relative = PurePosixPath(key)
        if relative.is_absolute() or ".." in relative.parts or not relative.parts:
            raise StorageError(say("key-leaves", key=key))
        return self.root.joinpath(*relative.parts)

    def open_name(self, key: str) -> str:
        """Return the name under which GDAL opens the key."""
        return str(self.path(key))

    def place(self, local: Path, key: str) -> str:
        """Move a finished file to its key; readers see all of it or nothing. Returns the key."""
        return self._arrive(shutil.move, local, key)

    def keep(self, local: Path, key: str) -> str:
        """Copy a file to its key, leaving the original where it is. Returns the key."""
        return self._arrive(shutil.copyfile, local, key)

    def _arrive(self, bring: Callable[[Path, Path], object], local: Path, key: str) -> str:
        target = self.path(key)
        arriving = target.with_name(target.name + ".arriving")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            bring(local, arriving)
            arriving.replace(target)
        except OSError as error:
            with suppress(OSError):
                arriving.unlink()
            raise StorageError(say("cannot-store", key=key, why=error.strerror or str(error))) from error
        return key

    def size(self, key: str) -> int | None:
        """Return the bytes of a finished file; None when there is none at the key."""
        path = self.path(key)
        return path.stat().st_size if path.is_file() else None

    def share(self, prefix: str) -> None:
        """Let other machines see the files of a folder; a folder they share needs nothing."""

    def local(self, key: str) -> Path:
        """Return where a key, or a folder, is to be read on this machine."""
        return self.path(key)

    def remove(self, prefix: str) -> None:
        """Remove a key, or every key below a folder; missing ones are no error."""
        path = self.path(prefix)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    def remove_versions(self, versions: Iterable[int]) -> None:
        """Remove what was stored of versions: published rasters, archived sources, baked tiles."""
        for version in versions:
            for kind in ("rasters", "sources", "baked"):
                self.remove(f"{kind}/{version}")

    def below(self, prefix: str) -> list[Kept]:
        """Return the files below a folder."""
        path = self.path(prefix)
        files = (file for file in path.rglob("*") if file.is_file()) if path.is_dir() else ()
        return [
            Kept(file.relative_to(self.root).as_posix(), file.stat().st_size, file.stat().st_mtime) for file in files
        ]

    def folders(self, prefix: str) -> list[str]:
        """Return the names of the folders directly below a prefix."""
        path = self.path(prefix)
        return sorted(child.name for child in path.iterdir() if child.is_dir()) if path.is_dir() else []
