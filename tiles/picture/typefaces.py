"""The typefaces that names are written in: the system's Chinese one, and Mapnik's own DejaVu for what it lacks."""

import os
import subprocess
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import mapnik

PREFERRED = ("Noto Sans CJK SC Regular", "Source Han Sans SC Regular", "WenQuanYi Micro Hei Regular")
PREFERRED_BOLD = ("Noto Sans CJK SC Bold", "Source Han Sans SC Bold")
LATIN, LATIN_BOLD = "DejaVu Sans Book", "DejaVu Sans Bold"
FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
KINDS = (".ttf", ".ttc", ".otf")


@lru_cache(maxsize=1)
def typefaces() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Register the system's Chinese typefaces, once a process; returns the faces of plain and of bold text."""
    before = set(mapnik.FontEngine.face_names())
    for file in _files():
        mapnik.FontEngine.register_font(file)
    found = sorted(set(mapnik.FontEngine.face_names()) - before)
    plain = _first(PREFERRED, found, "Regular")
    bold = _first(PREFERRED_BOLD, found, "Bold") or plain
    return tuple(filter(None, (plain, LATIN))), tuple(filter(None, (bold, LATIN_BOLD)))


def _first(preferred: Sequence[str], found: Sequence[str], style: str) -> str | None:
    named = [name for name in preferred if name in found] + [name for name in found if name.endswith(style)]
    return named[0] if named else next(iter(found), None)


def _files() -> list[str]:
    """Return the font files with Chinese characters, as fontconfig tells; without it all font files."""
    try:
        told = subprocess.run(
            ["fc-list", ":lang=zh", "file"], capture_output=True, text=True, check=True, timeout=120
        ).stdout
        found = {line.split(":")[0].strip() for line in told.splitlines()}
    except (OSError, subprocess.SubprocessError):
        found = {
            os.path.join(folder, name)
            for root in FOLDERS
            for folder, _, names in os.walk(root)
            for name in names
            if name.lower().endswith(KINDS)
        }
    sans = {name for name in found if "Serif" not in name}
    return sorted(sans or found)
