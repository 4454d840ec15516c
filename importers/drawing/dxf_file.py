"""A DXF file as a file: its version, encoding, sections, and ezdxf's view of everything but the entities.

The ENTITIES section of a survey drawing is most of the file and most of it is points, lines and texts; it is read by
``dxf_tags`` in pieces. All the rest (tables, blocks, GEODATA) goes through ezdxf in recover mode, which mends what can
be mended and says so. Text is handed to ezdxf as ASCII with ``\\U+`` escapes, so that the encoding is decided once
(``dxf_encoding``).
"""

import io
import logging
import mmap
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import ezdxf
import ezdxf.recover
from ezdxf.audit import Auditor
from ezdxf.document import Drawing

from importers.batch import Decision, Refusal
from importers.drawing.dxf_encoding import RELEASES, decide_encoding, sample_text
from importers.drawing.dxf_sections import find_sections, read_header
from importers.drawing.signature import BINARY_DXF, looks_like_dxf
from importers.errors import UnreadableSource
from layers.sentences import reason, say

_LARGEST = 2 << 30
_MOST_ATTEMPTS = 100
logging.getLogger("ezdxf").addHandler(logging.NullHandler())  # what it has to say is in the report


@dataclass(frozen=True)
class DxfFile:
    """What is known of a drawing before its entities are read.

    ``sections`` gives the byte range of each section's content; empty for binary files and for those whose structure
    does not hold, which ezdxf reads whole. ``header`` has the values of each header variable as text.
    """

    path: Path
    version: str
    encoding: str
    header: dict[str, tuple[str, ...]] = field(repr=False)
    sections: dict[str, tuple[int, int]] = field(repr=False)
    decision: Decision
    binary: bool = False

    @property
    def release(self) -> str:
        """The release's usual name: R12, R2000 …"""
        return RELEASES.get(self.version, self.version)

    @property
    def cut_off(self) -> bool:
        """Whether the file ends without the mark that ends every DXF file."""
        with self.path.open("rb") as stream:
            stream.seek(max(0, self.path.stat().st_size - 256))
            return b"EOF" not in stream.read()

    def integer(self, name: str, default: int = 0) -> int:
        """Return a header variable as an integer, ``default`` where absent or unreadable."""
        try:
            return int(self.header[name][0])
        except (KeyError, ValueError, IndexError):
            return default

    def pieces(self, section: str, size: int = 4 << 20) -> Iterator[bytes]:
        """Yield a section's content in pieces of about ``size`` bytes, cut at line ends."""
        start, end = self.sections.get(section, (0, 0))
        with self.path.open("rb") as stream:
            stream.seek(start)
            rest = b""
            while start < end:
                block = stream.read(min(size, end - start))
                if not block:
                    break
                start += len(block)
                block = rest + block
                cut = block.rfind(b"\n") + 1 if start < end or b"\0" in block[-1:] else len(block)
                rest = block[cut:]
                if cut:
                    yield block[:cut]
                if len(rest) > size:  # no line of a drawing: zeros behind what came of a copy that was broken off
                    break


def open_dxf(path: Path, encoding: str | None = None) -> DxfFile:
    """Find a drawing's version, encoding and sections without reading its entities.

    Raises:
        UnreadableSource: the file is no DXF, or larger than 2 GB.
    """
    if path.stat().st_size > _LARGEST:
        raise UnreadableSource(say("dxf-too-large", file=path.name))
    with path.open("rb") as stream:
        head = stream.read(4096)
        if not looks_like_dxf(head):
            raise UnreadableSource(say("dxf-bad-start", file=path.name))
        if head.startswith(BINARY_DXF):
            decision = Decision(say("encoding"), say("by-ezdxf"), "rule", (say("binary-dxf"),))
            return DxfFile(path, "binary", "utf-8", {}, {}, decision, binary=True)
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            sections = find_sections(content)
            start, end = sections.get("HEADER", (0, 0))
            header = read_header(content[start:end])
            version = (header.get("$ACADVER") or ("AC1009",))[0].strip()
            codepage = (header.get("$DWGCODEPAGE") or ("",))[0].strip()
            decision = decide_encoding(encoding, version, codepage, sample_text(content))
    return DxfFile(path, version, decision.value, header, sections, decision)


def load_document(file: DxfFile, entities: Iterable[bytes] | None = None) -> tuple[Drawing, Auditor]:
    """Load through ezdxf: everything but the entities, with those given (raw tags) in their place.

    Binary files and files without sections we can find are loaded whole.

    Raises:
        UnreadableSource: the structure cannot be mended.
    """
    try:
        if file.binary or "ENTITIES" not in file.sections:
            return _load_whole(file)
        return _recovered(b"".join(_without_entities(file, entities or ())))
    except UnreadableSource:
        raise
    except Exception as error:
        # A parser of untrusted files meets every kind of exception; all of them mean that the file is damaged.
        advice = say("advice-copy-again") if file.cut_off else say("advice-audit")
        raise UnreadableSource(
            say("dxf-damaged", file=file.path.name, name=type(error).__name__, error=_short(error), advice=advice)
        ) from error


def load_entities(file: DxfFile, entities: list[bytes]) -> Iterator[tuple[Drawing | None, list[Refusal]]]:
    """Load entities (raw tags) with everything else of the drawing; yield documents, with what was lost in them.

    ezdxf gives up on a whole file for one bad entity, so a group that fails is halved until the bad ones stand alone
    and are recovered or refused; after a hundred attempts the rest is recovered together.
    """
    waiting, attempts = [entities] if entities else [], 0
    while waiting:
        group = waiting.pop()
        attempts += 1
        document = _load_plainly(file, group)
        if document is None and len(group) > 1 and attempts < _MOST_ATTEMPTS:
            half = len(group) // 2
            waiting += [group[half:], group[:half]]
            continue
        try:
            document = document or load_document(file, group)[0]
        except UnreadableSource as error:
            yield None, [_refusal(entity, reason(error)) for entity in group]
            continue
        present = {entity.dxf.handle for layout in document.layouts for entity in layout if entity.is_alive}
        lost = [entity for entity in group if _handle(entity) and _handle(entity) not in present]
        yield document, [_refusal(entity, say("dxf-audit-removed")) for entity in lost]


def _load_plainly(file: DxfFile, entities: list[bytes]) -> Drawing | None:
    """Load without recovering and audit, which throws away dimensions that have no picture of themselves."""
    content = b"".join(_without_entities(file, entities)).decode("ascii")
    try:
        document: Drawing = ezdxf.read(io.StringIO(content))
    except Exception:
        # Whatever it stumbles over, the caller tries again in recover mode, which reports.
        return None
    return document


def _refusal(entity: bytes, reason: str) -> Refusal:
    return Refusal(_handle(entity), reason, attributes={"entity": _type(entity)})


def _type(entity: bytes) -> str:
    return entity.split(b"\n", 2)[1].strip().decode("ascii", "replace") if entity.count(b"\n") > 1 else ""


def _handle(entity: bytes) -> str:
    lines = entity.split(b"\n")
    return next(
        (
            v.strip().decode("ascii", "replace")
            for c, v in zip(lines[::2], lines[1::2], strict=False)
            if c.strip() == b"5"
        ),
        "",
    )


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:160] or say("no-details")


def _load_whole(file: DxfFile) -> tuple[Drawing, Auditor]:
    if file.binary:
        document: Drawing = ezdxf.readfile(file.path, errors="ignore")
        return document, document.audit()
    return _recovered(as_ascii(file.path.read_bytes(), file.encoding))


def _recovered(content: bytes) -> tuple[Drawing, Auditor]:
    document, auditor = ezdxf.recover.read(io.BytesIO(content), errors="ignore")
    return document, auditor


def _without_entities(file: DxfFile, entities: Iterable[bytes]) -> Iterator[bytes]:
    for name in ("HEADER", "CLASSES", "TABLES", "BLOCKS", "ENTITIES", "OBJECTS"):
        if name not in file.sections:
            continue
        yield f"  0\nSECTION\n  2\n{name}\n".encode()
        content: Iterable[bytes] = entities if name == "ENTITIES" else file.pieces(name)
        for piece in content:
            yield as_ascii(piece, file.encoding)
        yield b"  0\nENDSEC\n"
    yield b"  0\nEOF\n"


def as_ascii(content: bytes, encoding: str) -> bytes:
    """Return content as ASCII, what is not in DXF's own ``\\U+XXXX`` escapes, which ezdxf reads in any version."""
    if content.isascii():
        return content
    text = content.decode(encoding, errors="replace")
    return re.sub(r"[^\x00-\x7f]", _escaped, text).encode("ascii")


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    return "".join(f"\\U+{units[i]:02X}{units[i + 1]:02X}" for i in range(0, len(units), 2))
