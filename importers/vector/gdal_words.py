"""What GDAL says when it fails, in a sentence of ours."""

import re
from pathlib import Path

from importers.batch import Json
from layers.sentences import say


def failures(messages: list[str]) -> tuple[str, ...]:
    """Return GDAL's own errors among the messages of a read that pretended to succeed."""
    errors = (message.partition(":")[2].strip() for message in messages if message.startswith("ERROR "))
    return tuple(dict.fromkeys(errors))


def plain(body: Json, path: Path, name: str) -> str:
    """Make a sentence of the library's error: its kind and our paths removed."""
    text = str(body["error"]).partition(": ")[2] or str(body["error"])
    if known := in_our_words(text.split("; It might help")[0]):
        return known
    text = text.split("; It might help")[0].replace(str(path), name).replace(str(path.parent), "").strip()
    return text or say("cannot-be-read")


_OUR_WORDS = (
    (
        re.compile(r"At line (?P<line>\d+), character (?P<column>\d+): Unrecognized number: (?P<number>.{1,40})"),
        "json-number-beyond",
    ),
    (re.compile(r"At line (?P<line>\d+), character (?P<column>\d+): "), "json-fault"),
    (re.compile(r"not recognized as being in a supported file format\.?$"), "not-a-known-format"),
    (re.compile(r"fread\(\d+\) failed on DBF"), "dbf-cut-off"),
    (
        re.compile(r"database disk image is malformed|file is not a database|malformed database schema"),
        "database-damaged",
    ),
    (re.compile(r"Error during reading Record|while reading attribute record from MID"), "mid-shorter"),
    (re.compile(r"sqlite3_\w+\(.*\) failed"), "database-damaged"),
    (
        re.compile(r"deserialize thrift|Parquet magic bytes|Invalid base64|Unexpected I/O failure: reading"),
        "parquet-damaged",
    ),
)


def in_our_words(text: str) -> str:
    """Return a sentence for what GDAL says tersely; nothing where its words do."""
    found = ((pattern.search(text), code) for pattern, code in _OUR_WORDS)
    return next((say(code, **match.groupdict()) for match, code in found if match), "")
