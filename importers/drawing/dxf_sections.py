"""Where the sections of an ASCII DXF file are, and what its header says."""

import mmap
import re

_SECTION = re.compile(
    rb"(?:^|\n|\xef\xbb\xbf)[ \t]*0[ \t]*\r?\n[ \t]*SECTION[ \t]*\r?\n[ \t]*2[ \t]*\r?\n[ \t]*(\w+)[ \t]*\r?\n"
)
_ENDSEC = re.compile(rb"\n[ \t]*0[ \t]*\r?\n[ \t]*ENDSEC")


def find_sections(content: mmap.mmap) -> dict[str, tuple[int, int]]:
    """Find each section's content, as a range of bytes; none where the structure does not hold.

    ``find`` first, then look around: a regex alone walks the file line by line.
    """
    found: dict[str, tuple[int, int]] = {}
    at = content.find(b"SECTION")
    while at >= 0:
        match = _SECTION.search(content, max(0, at - 16), at + 80)
        if match is None:
            at = content.find(b"SECTION", at + 7)
            continue
        end = _end_of_section(content, match.end())
        name = match[1].decode("ascii").upper()
        if name in found or (end is None and name != "ENTITIES"):
            return {}
        if end is None:
            return found | {name: (match.end(), len(content))}  # cut off: what came of them is read, and told
        found[name] = (match.end(), end)
        at = content.find(b"SECTION", end + 1)
    return found


def _end_of_section(content: mmap.mmap, start: int) -> int | None:
    """Return where the tag ``0 ENDSEC`` begins, None when it never comes."""
    at = content.find(b"ENDSEC", start)
    while at >= 0:
        match = _ENDSEC.search(content, max(start - 1, at - 16), at + 6)
        if match is not None:
            return match.start() + 1
        at = content.find(b"ENDSEC", at + 6)
    return None


def read_header(content: bytes) -> dict[str, tuple[str, ...]]:
    """Return the values of each header variable as text."""
    lines = [line.strip() for line in content.decode("latin-1").split("\n")]
    variables: dict[str, tuple[str, ...]] = {}
    name = ""
    for code, value in zip(lines[0::2], lines[1::2], strict=False):
        if code == "9":
            name = value
        elif name:
            variables[name] = (*variables.get(name, ()), value)
    return variables
