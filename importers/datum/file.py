"""The file of the city's datum parameters: JSON, readable by its owner only, encrypted when a key is given.

No message of it quotes what it holds.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from layers.errors import GeoError
from layers.sentences import say

_PRIVATE = 0o600


class BadRegistry(GeoError):
    """The file of datum parameters cannot be used."""


def new_key() -> str:
    """Return a fresh Fernet key to keep apart from the file."""
    return Fernet.generate_key().decode("ascii")


def write_records(path: Path, records: Sequence[Mapping[str, Any]], key: str | bytes | None) -> None:
    """Write the file, readable by its owner only, encrypted when a key is given; replaced in one step.

    Raises:
        BadRegistry: the key is none.
    """
    content = json.dumps({"transforms": list(records)}, ensure_ascii=False, indent=1).encode("utf-8")
    if key is not None:
        content = _fernet(key).encrypt(content)
    partial = path.with_name(path.name + ".part")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE), "wb") as stream:
        stream.write(content)
    os.replace(partial, path)


def _fernet(key: str | bytes) -> Fernet:
    try:
        return Fernet(key)
    except ValueError:
        raise BadRegistry(say("datum-key-bad")) from None


def read_records(path: Path, key: str | bytes | None) -> list[Mapping[str, Any]]:
    """Read the records of the file.

    Raises:
        BadRegistry: unreadable, encrypted without a key, another key, or no list of records.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadRegistry(say("file-strerror", file=path.name, strerror=error.strerror)) from None
    encrypted = not content.lstrip().startswith(b"{")
    if encrypted:
        if key is None:
            raise BadRegistry(say("datum-file-encrypted", file=path.name))
        try:
            content = _fernet(key).decrypt(content)
        except InvalidToken:
            raise BadRegistry(say("datum-key-wrong", file=path.name)) from None
    try:
        records = json.loads(content)["transforms"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadRegistry(say("datum-file-no-list", file=path.name)) from None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise BadRegistry(say("datum-file-bad-list", file=path.name))
    return records


def notes_of(path: Path, key: str | bytes | None, records: Sequence[Mapping[str, Any]] = ()) -> tuple[str, ...]:
    """Warn of files that others may read, the grids of ``records`` as well, or of parameters kept in plain text."""
    grids = [path.parent / Path(one["parameters"]["grid"]).name for one in records if one["method"] == "ntv2"]
    notes = [
        say("datum-file-open-to-others", file=file.name)
        for file in dict.fromkeys((path, *grids))
        if file.stat().st_mode & 0o077
    ]
    if key is None:
        notes.append(say("datum-file-not-encrypted", file=path.name))
    return tuple(notes)
