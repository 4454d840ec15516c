"""What is uploaded: files of a form stored below the storage root, under names that stay there."""

import re
import shutil
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request

from geoservice.api.bodies import check_type
from geoservice.errors import UploadRefused, UploadTooLarge
from layers.sentences import say

NAME_BYTES = 200
"""A name on disk has 255 bytes at most, and parts beside it get endings of their own."""
OPTION = "option"
_UNSAFE = re.compile(r"[\x00-\x1f/\\:]")


@asynccontextmanager
async def received(request: Request, job_id: uuid.UUID) -> AsyncIterator[tuple[dict[str, str], list[str], Path]]:
    """Store the uploaded files in a folder of the job's own below the storage root, which all processes share.

    Yields the form's text fields, the texts of the one that may be repeated (``option``), and the folder, which goes
    when what follows is refused.
    """
    limit = request.app.state.settings.upload_limit_mb * 2**20
    if int(request.headers.get("content-length") or 0) > limit:
        raise UploadTooLarge(say("upload-too-large", limit=limit // 2**20))
    check_type(request, ("multipart/form-data",))
    if not request.headers.get("content-type"):
        raise UploadRefused(say("multipart-wanted"))
    folder: Path = request.app.state.storage.path(f"uploads/{job_id}")
    async with request.form(max_files=10_000) as form:
        files = [part for part in form.getlist("file") if isinstance(part, UploadFile)]
        if not files:
            raise UploadRefused(say("upload-no-file"))
        if sum(part.size or 0 for part in files) > limit:
            raise UploadTooLarge(say("upload-too-large", limit=limit // 2**20))
        fields = {key: value for key, value in form.items() if isinstance(value, str) and key != OPTION}
        options = [value for value in form.getlist(OPTION) if isinstance(value, str)]
        named = _named(files)
        await run_in_threadpool(_store, named, folder)
    try:
        yield fields, options, folder
    except BaseException:
        await run_in_threadpool(request.app.state.storage.remove, f"uploads/{job_id}")
        raise


def _named(files: list[UploadFile]) -> dict[str, UploadFile]:
    """Return the files by the names they are kept under.

    Raises:
        UploadRefused: two have the same; whose parts belong together cannot be told then.
    """
    named: dict[str, UploadFile] = {}
    for part in files:
        name = file_name(part.filename or "upload")
        if name in named:
            raise UploadRefused(say("upload-same-name", name=name))
        named[name] = part
    return named


def file_name(given: str) -> str:
    """Return a name that stays in its folder: the last part of a path of any system, cut to what a disk takes.

    Names that are not UTF-8 come as Latin-1; those of Chinese clients are GBK.
    """
    try:
        given = given.encode("latin-1").decode("gb18030")
    except UnicodeError:
        pass  # it was text already, or no Chinese
    last = given.replace("\\", "/").rpartition("/")[2]
    safe = _UNSAFE.sub("_", last).strip(". ") or "upload"
    stem, dot, suffix = safe.rpartition(".")
    if len(safe.encode()) <= NAME_BYTES:
        return safe
    kept = stem.encode()[: NAME_BYTES - len(suffix.encode()) - 1] if stem else safe.encode()[:NAME_BYTES]
    return kept.decode("utf-8", "ignore") + (dot + suffix if stem else "")


def _store(files: dict[str, UploadFile], folder: Path) -> None:
    folder.mkdir(parents=True)
    for name, part in files.items():
        with (folder / name).open("xb") as target:
            shutil.copyfileobj(part.file, target)
