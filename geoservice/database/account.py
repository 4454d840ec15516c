"""The user that a private PostgreSQL runs as, and a folder that this user can reach."""

import hashlib
import os
import pwd
from pathlib import Path

from geoservice.errors import DatabaseUnavailable
from layers.sentences import say

PACKAGES = "postgresql-15 postgresql-15-postgis-3"
ELSEWHERE = Path("/var/lib/geoservice")


def account() -> pwd.struct_passwd:
    """Return the user PostgreSQL runs as: the caller, or ``postgres`` for root, whom PostgreSQL refuses.

    Raises:
        DatabaseUnavailable: there is no such user, because the packages are missing.
    """
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam("postgres")
    except KeyError as error:
        raise DatabaseUnavailable(say("postgres-user", packages=PACKAGES)) from error


def reachable_folder(data_dir: Path, of: pwd.struct_passwd) -> Path:
    """Return a folder the database's user can reach: in the data folder, or in /var/lib when root's home hides that."""
    folder = data_dir / "postgres"
    if os.geteuid() != 0 or all(_may_pass(parent, of) for parent in folder.parents if parent.exists()):
        return folder
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return ELSEWHERE / digest


def open_way(folder: Path) -> None:
    """Make the folder above one that lies elsewhere, and let the database's user pass through whatever the umask is."""
    if folder.parent == ELSEWHERE:
        ELSEWHERE.mkdir(parents=True, exist_ok=True)
        ELSEWHERE.chmod(0o755)


def _may_pass(folder: Path, of: pwd.struct_passwd) -> bool:
    status = folder.stat()
    if status.st_uid == of.pw_uid:
        return bool(status.st_mode & 0o100)
    return bool(status.st_mode & (0o010 if status.st_gid == of.pw_gid else 0o001))
