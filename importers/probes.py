"""How a file is recognised: probes that look at its first bytes and its name, and never ask GDAL."""

import codecs
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

HEAD_BYTES = 1 << 14
JSON_NAMES = (".json", ".geojson")
JSON_LOOKED_AT = 1 << 20

Probe = Callable[[Path, bytes], bool]


def starts(*marks: bytes) -> Probe:
    """Recognise by the first bytes."""
    return lambda path, head: head.startswith(marks)


def ends(*suffixes: str) -> Probe:
    """Recognise by the name's end, when the content says nothing."""
    return lambda path, head: path.name.lower().endswith(suffixes)


def both(first: Probe, second: Probe) -> Probe:
    """Recognise when two probes agree."""
    return lambda path, head: first(path, head) and second(path, head)


def root(pattern: bytes) -> Probe:
    """Recognise XML by its root element's local name."""
    compiled = re.compile(rb"<(?![?!])(?:[\w.-]+:)?(" + pattern + rb")[\s>/]")
    first = re.compile(rb"<(?![?!])[\w:.-]+[\s>/]")

    def probe(path: Path, head: bytes) -> bool:
        if bare(head)[:1] != b"<":  # an archive may hold the text of a file as it is
            return False
        text = re.sub(rb"<!--.*?-->|<!DOCTYPE.*?(\]\s*>|>)", b"", bare(head), flags=re.DOTALL)
        element = first.search(text)
        return element is not None and compiled.match(text, element.start()) is not None

    return probe


def says(pattern: bytes) -> Probe:
    """Recognise text whose beginning matches a pattern, a byte order mark aside."""
    compiled = re.compile(pattern, re.DOTALL)
    return lambda path, head: compiled.match(bare(head)) is not None


def bare(head: bytes) -> bytes:
    """Return text without a byte order mark and the blanks before it."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()


def sqlite(application: tuple[bytes, ...]) -> Probe:
    """Recognise an SQLite database by its application id."""
    return lambda path, head: head.startswith(b"SQLite format 3\0") and head[68:72] in application


def folder_gdb(path: Path, head: bytes) -> bool:
    """Recognise the folder of a file geodatabase."""
    return path.is_dir() and any(path.glob("*.gdbtable"))


def says_chinese(*beginnings: str) -> Probe:
    """Recognise text, in UTF-8, GBK or marked UTF-16, by the words it begins with."""
    wanted = tuple(text.encode(encoding) for text in beginnings for encoding in ("utf-8", "gb18030"))
    wide = tuple(
        mark + text.encode(encoding)
        for text in beginnings
        for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
    )
    return lambda path, head: bare(head).startswith(wanted) or head.startswith(wide)


def zip_with(pattern: str) -> Probe:
    """Recognise a zip by the name of one of its own members, whatever stands in an archive within it."""
    wanted = re.compile(pattern)

    def probe(path: Path, head: bytes) -> bool:
        if not head.startswith(b"PK\x03\x04"):
            return False
        try:
            with zipfile.ZipFile(path) as archive:
                return any(wanted.fullmatch(name) for name in archive.namelist())
        except (zipfile.BadZipFile, OSError, ValueError):
            return False

    return probe


def json_of(pattern: bytes) -> Probe:
    """Recognise JSON by a member, wherever it stands near the beginning or, in a file called so, near the end."""
    compiled = re.compile(pattern)

    def probe(path: Path, head: bytes) -> bool:
        if bare(head)[:1] not in (b"{", b"["):
            return False
        if compiled.search(head) is not None:
            return True
        return path.name.lower().endswith(JSON_NAMES) and compiled.search(_beginning_and_end(path)) is not None

    return probe


def _beginning_and_end(path: Path) -> bytes:
    with path.open("rb") as file:
        start = file.read(JSON_LOOKED_AT)
        file.seek(max(len(start), path.stat().st_size - HEAD_BYTES))
        return start + file.read()
