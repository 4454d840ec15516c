"""Zip archives taken apart safely, nested ones too: limits on size, number and growth, and no path leaves the folder.

Member names of Chinese archives are GBK without saying so; Python reads them as code page 437, which is undone here.
"""

import re
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from importers.errors import UnreadableSource, UnsafeSource
from layers.sentences import say
from layers.workplace import workplace

UTF8_FLAG = 0x800
ENCRYPTED_FLAG = 0x1
CHUNK = 1 << 20
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True)
class ArchiveLimits:
    """What an archive may hold: bytes unpacked, members, bytes unpacked per byte packed, levels of nesting."""

    size: int = 20 << 30
    members: int = 20_000
    growth: int = 500
    depth: int = 2


DEFAULT_LIMITS = ArchiveLimits()


@contextmanager
def unpacked(archive: Path, limits: ArchiveLimits = DEFAULT_LIMITS) -> Iterator[Path]:
    """Unpack an archive into a folder that lives as long as the context.

    Raises:
        UnreadableSource: it is damaged, encrypted or empty.
        UnsafeSource: it breaks a limit, holds a link or a name that leaves the folder.
    """
    with workplace("zip") as folder:
        _unpack(archive, folder, limits, _Budget(archive.name, limits), 1)
        yield folder


def check_zip(path: Path, limits: ArchiveLimits = DEFAULT_LIMITS) -> None:
    """Check what a zip claims of itself before a library unpacks it in memory (a workbook, for example).

    Raises:
        UnreadableSource, UnsafeSource: as for ``unpacked``.
    """
    with _opened(path) as archive:
        _check_claims(path.name, archive.infolist(), path.stat().st_size, limits)


class _Budget:
    """Counts what has really been unpacked, whatever the archive claims."""

    def __init__(self, name: str, limits: ArchiveLimits) -> None:
        self._name, self._left = name, limits.size

    def take(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise UnsafeSource(say("archive-too-large", name=self._name))


def _unpack(path: Path, folder: Path, limits: ArchiveLimits, budget: _Budget, depth: int) -> None:
    with _opened(path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        _check_claims(path.name, members, path.stat().st_size, limits)
        if not members:
            raise UnreadableSource(say("archive-empty", file=path.name))
        for member in members:
            target = _target(path.name, member, folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with archive.open(member) as source, target.open("wb") as sink:
                    _copy(path.name, source, sink, budget, member.compress_size, limits)
            except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError) as error:
                raise UnreadableSource(
                    say("archive-member-broken", file=path.name, target=target.name, error=error)
                ) from None
            if target.suffix.lower() == ".zip":
                _nested(target, limits, budget, depth)


def _nested(target: Path, limits: ArchiveLimits, budget: _Budget, depth: int) -> None:
    if depth >= limits.depth:
        raise UnsafeSource(say("archive-too-deep", target=target.name, depth=limits.depth))
    inner = target.with_name(target.name + ".d")
    inner.mkdir()
    _unpack(target, inner, limits, budget, depth + 1)
    target.unlink()


def _copy(name: str, source: IO[bytes], sink: IO[bytes], budget: _Budget, packed: int, limits: ArchiveLimits) -> None:
    written = 0
    while data := source.read(CHUNK):
        written += len(data)
        if written > 10 * CHUNK and written > max(packed, 1) * limits.growth:
            raise UnsafeSource(say("archive-bomb", name=name, growth=limits.growth))
        budget.take(len(data))
        sink.write(data)


def _check_claims(name: str, members: list[zipfile.ZipInfo], size: int, limits: ArchiveLimits) -> None:
    if len(members) > limits.members:
        raise UnsafeSource(say("archive-too-many-files", name=name, count=len(members), members=limits.members))
    claimed = sum(member.file_size for member in members)
    if claimed > limits.size:
        raise UnsafeSource(
            say("archive-claims-too-much", name=name, claimed=claimed / 1000000000.0, size=limits.size / 1000000000.0)
        )
    if claimed > 10 * CHUNK and claimed > size * limits.growth:
        raise UnsafeSource(say("archive-bomb", name=name, growth=limits.growth))
    if any(member.flag_bits & ENCRYPTED_FLAG for member in members):
        raise UnreadableSource(say("archive-encrypted", name=name))


def _target(name: str, member: zipfile.ZipInfo, folder: Path) -> Path:
    shown = member_name(member)
    path = PurePosixPath(shown.replace("\\", "/"))
    if stat.S_ISLNK(member.external_attr >> 16):
        raise UnsafeSource(say("archive-link", name=name, shown=shown))
    if path.is_absolute() or ".." in path.parts or _DRIVE.match(shown) or "\0" in shown:
        raise UnsafeSource(say("archive-escapes", name=name, shown=shown))
    return folder.joinpath(*(part[:120] for part in path.parts))


def member_name(member: zipfile.ZipInfo) -> str:
    """Return a member's name; one that is not marked as UTF-8 is tried as UTF-8, then as GBK."""
    if member.flag_bits & UTF8_FLAG or member.filename.isascii():
        return member.filename
    raw = member.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableSource(say("archive-unreadable", file=path.name, error=error)) from None
    with archive:
        yield archive
