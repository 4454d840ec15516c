"""What a drawing's first bytes look like, told without the libraries that read it: those take half a second to load."""

import re
from pathlib import Path

from importers.drawing.dxf_text import plain_head

BINARY_DXF = b"AutoCAD Binary DXF"


def looks_like_dxf(head: bytes) -> bool:
    """Say whether a file's first bytes are those of a DXF file (after comments), ASCII or binary."""
    if head.startswith(BINARY_DXF):
        return True
    text = plain_head(head).removeprefix(b"\xef\xbb\xbf")
    return re.match(rb"\s*(?:999[^\n]*\n[^\n]*\n\s*)*0\s*\r?\n\s*SECTION\s", text) is not None


def probe_dxf(path: Path, head: bytes) -> bool:
    """Say whether a file is DXF by its first bytes, or by its name when they do not contradict."""
    return looks_like_dxf(head) or (path.suffix.lower() == ".dxf" and b"\0" not in head[:64])


def probe_dwg(path: Path, head: bytes) -> bool:
    """Say whether a file is DWG by its first six bytes."""
    return head[:4] == b"AC10" and head[4:6].isdigit() and b"\0" in head[:64]
