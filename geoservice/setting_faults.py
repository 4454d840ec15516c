"""What is wrong with a setting, told by the name of its variable; what must hold of values beyond their type.

A wrong value would show hours later otherwise: a proxy that is not believed, a converter that is called without its
file, links that lead nowhere.
"""

import difflib
import ipaddress
import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from geoservice.faults import fault
from layers.sentences import listed, say

PREFIX = "GEOSERVICE_"
_NAMED = re.compile(r"\*|(\*\.)?[\w.-]+|\[[0-9A-Fa-f:.]+\]")


def told(errors: Sequence[Mapping[str, Any]]) -> str:
    """Return what pydantic found wrong with settings (``ValidationError.errors()``), one sentence each."""
    return listed(fault(error, f"{PREFIX}{error['loc'][0]}".upper()) for error in errors)


def unknown(names: Iterable[str], known: Iterable[str]) -> list[str]:
    """Return a sentence for each variable that is called as settings are and is none: a slip of the pen, perhaps."""
    settings = {f"{PREFIX}{name}".upper() for name in known}
    found = []
    for name in sorted(name for name in names if name.upper().startswith(PREFIX) and name.upper() not in settings):
        near = difflib.get_close_matches(name.upper(), settings, 1, 0.85)
        found.append(
            say("setting-unknown", name=name, nearest=near[0]) if near else say("setting-unknown-plain", name=name)
        )
    return found


def database_url(value: str | None) -> str | None:
    """Check an address of a database; an empty one is none. Raises ValueError with the sentence, as all of these."""
    if not value:
        return None
    try:
        kind = make_url(value).get_backend_name()
    except (ArgumentError, ValueError):
        kind = ""
    if kind not in ("postgresql", "postgres"):
        raise ValueError(say("setting-database"))
    return value


def storage(value: Any) -> Any:
    """Check the place of the storage; an empty one is none."""
    if not str(value or ""):
        return None
    scheme, colon, rest = str(value).partition(":")
    if colon and scheme.isalnum() and not (scheme == "s3" and rest.startswith("//") and urlsplit(str(value)).netloc):
        raise ValueError(say("setting-storage", given=str(value)))
    return value


def public_url(value: str | None) -> str | None:
    """Check the address users see, and take the slash from its end; an empty one is none."""
    return _site("public_url", value).rstrip("/") if value else None


def origins(value: str) -> str:
    """Check sites whose pages may call."""
    for site in filter(None, (part.strip() for part in value.split(","))):
        if site != "*":
            _site("cors_origins", site)
    return value


def peers(value: str) -> str:
    """Check addresses and networks of proxies."""
    for part in filter(None, (part.strip() for part in value.split(","))):
        try:
            if value.strip() != "*":
                ipaddress.ip_network(part, strict=False)
        except ValueError:
            raise ValueError(say("setting-peers", given=part)) from None
    return value


def hosts(value: str) -> str:
    """Check the names answered to: names and addresses, no sites."""
    for name in filter(None, (part.strip() for part in value.split(","))):
        if not _NAMED.fullmatch(name):
            raise ValueError(say("setting-hosts", given=name))
    return value


def tile_store(value: str | None) -> str | None:
    """Check the address of a store of finished tiles."""
    from tiles.stores import SCHEMES  # with numpy and its kin: only where a store is named

    scheme = urlsplit(value or "").scheme
    if scheme not in SCHEMES:
        raise ValueError(say("store-none", scheme=scheme))
    return value


def converter(value: str | None) -> str | None:
    """Check the command that turns DWG into DXF; an empty one is none."""
    if not (value or "").strip():
        return None
    try:
        words = shlex.split(str(value))
    except ValueError:
        words = []
    if not words or not all(any(part in word for word in words) for part in ("{input}", "{output}")):
        raise ValueError(say("setting-converter"))
    return value


CHECKS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "database_url": database_url,
    "storage_dir": storage,
    "public_url": public_url,
    "cors_origins": origins,
    "trusted_proxies": peers,
    "allowed_hosts": hosts,
    "tile_store": tile_store,
    "dwg_converter": converter,
}
"""What is asked of a setting beyond its type."""


def _site(name: str, value: str) -> str:
    try:
        parts = urlsplit(value)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        whole = False
    if not whole:
        raise ValueError(say("setting-site", name=f"{PREFIX}{name}".upper(), given=value))
    return value
