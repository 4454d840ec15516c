"""What of the files handed in is no source of its own: previews of pictures, and second copies of a raster.

Satellite scenes and sheets come with a small picture of each, and folders are copied into folders. Neither may count
as a sheet that failed, and neither may disappear without a word.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from layers.sentences import say

PREVIEW_SUFFIXES = (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp")
_PREVIEW = re.compile(
    r"[-_ .]?(thumb(nail)?|browse|preview|quick-?look|ql|icon|small|缩略图?|快视图?|浏览图?|拇指图?)s?$", re.IGNORECASE
)
_QUALITY = re.compile(r"_(num|msk|stk|edm|flm|hem|wbm|am2|amp|com|cov|lsm|wam)$", re.IGNORECASE)
"""Endings of the rasters that come with ASTER, ALOS, Copernicus and TanDEM-X heights and tell what those are worth."""
_HEIGHTS = ("_dem", "_dsm")
_PLACES = (".aux.xml", ".tab", ".prj")
SAMPLE_BYTES = 1 << 16


def asides(rasters: Sequence[Path]) -> dict[Path, str]:
    """Return, for those rasters of a folder that are no sheets of their own, the sentence that says why.

    ``rasters`` stand in the order in which the first of several copies is kept.
    """
    told = {}
    for folder, paths in _by_folder(rasters).items():
        places = {name.lower() for name in _names(folder)}
        sheets = [path for path in paths if path.suffix.lower() not in PREVIEW_SUFFIXES or _has_place(path, places)]
        known = set(sheets)
        by_stem = {path.stem.lower(): number for number, path in reversed([*enumerate(sheets)])}
        for path in (path for path in paths if path not in known):
            whole = _whole(path, sheets, by_stem)
            if whole is not None:
                told[path] = say("preview-of", file=path.name, whole=whole.name)
    told |= _qualities([path for path in rasters if path not in told])
    for path, first in _copies([path for path in rasters if path not in told]).items():
        told[path] = say("copy-of", file=path.name, first=first.name)
    return told


def _qualities(rasters: Sequence[Path]) -> dict[Path, str]:
    """Return the rasters that tell the quality of heights of the same name, which are no heights themselves."""
    by_stem = {path.stem.lower(): path for path in rasters}
    told = {}
    for path in rasters:
        bare = _QUALITY.sub("", path.stem).lower()
        heights = [by_stem[bare + end] for end in _HEIGHTS if bare + end in by_stem]
        if heights and bare != path.stem.lower():
            told[path] = say("quality-of", file=path.name, heights=heights[0].name)
    return told


def _by_folder(paths: Sequence[Path]) -> dict[Path, list[Path]]:
    found = defaultdict(list)
    for path in paths:
        found[path.parent].append(path)
    return found


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def _whole(path: Path, sheets: Sequence[Path], by_stem: Mapping[str, int]) -> Path | None:
    """Return the sheet that a picture without a place of its own is a preview of; None when it is none.

    ``by_stem`` are the numbers of the sheets by their names without suffix, in small letters.
    """
    bare = _PREVIEW.sub("", path.stem).lower()
    named = [by_stem[stem] for stem in (bare, path.stem.lower()) if stem in by_stem]
    if named:
        return sheets[min(named)]
    return sheets[0] if sheets and not bare else None


def _has_place(path: Path, names: set[str]) -> bool:
    """Say whether a world file or the like stands beside a picture."""
    stem, suffix = path.stem.lower(), path.suffix.lower()
    usual = f".{suffix[1]}{suffix[-1]}w"
    world = (usual, f"{suffix}w", ".wld", f"{usual}x", f"{suffix}wx")
    beside = {f"{stem}{ending}" for ending in (*world, *_PLACES)} | {f"{path.name.lower()}{end}" for end in _PLACES}
    return not beside.isdisjoint(names)


def _copies(paths: Sequence[Path]) -> dict[Path, Path]:
    """Return the files whose bytes are those of an earlier one; a file is read whole only when samples agree."""
    alike = defaultdict(list)
    for path in paths:
        alike[path.stat().st_size].append(path)
    found = {}
    for size, same_size in alike.items():
        if len(same_size) < 2 or not size:
            continue
        seen: dict[tuple[bytes, bytes | None], Path] = {}
        samples = [(path, _sample(path, size)) for path in same_size]
        often = Counter(sample for _, sample in samples)
        for path, sample in samples:
            key = (sample, _digest(path) if often[sample] > 1 else None)
            if key in seen:
                found[path] = seen[key]
            seen.setdefault(key, path)
    return found


def _sample(path: Path, size: int) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        for offset in (0, size // 2, max(0, size - SAMPLE_BYTES)):
            file.seek(offset)
            digest.update(file.read(SAMPLE_BYTES))
    return digest.digest()


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
