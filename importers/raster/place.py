"""Where a raster file says it lies: its own keys, sidecars and world files, and which of them is believed.

GDAL is asked first. A transform that says nothing (the identity) does not count; then a world file beside the file
does, also one with decimal commas or of a format for which GDAL reads none, and a ``.prj`` for the coordinate system.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from affine import Affine

from importers.folder import names_beginning
from importers.raster.driver import gdal_open
from importers.vector.encoding import text_encoding
from layers.sentences import say

SOURCES = (("PAM", ".aux.xml"), ("INTERNAL", "GeoTIFF keys"), ("TABFILE", ".tab"), ("WORLDFILE", "world file"))
PICTURES = ("GTiff", "JPEG", "PNG", "BMP", "GIF", "BIGGIF", "WEBP", "JP2OpenJPEG")


def georeferencing(path: Path, dataset: Any) -> tuple[Affine | None, str, tuple[str, ...]]:
    """Return the geotransform, what it comes from, and what in or beside the file says otherwise."""
    if dataset.driver not in PICTURES:
        placed = not dataset.transform.is_identity or bool(dataset.crs)
        return (dataset.transform, say("the-file-itself"), ()) if placed else (None, "", ())
    if dataset.transform.is_identity:
        own = None if dataset.gcps[0] else world_file(path)
        if own is not None:
            return own[0], say("the-world-file", own=own[1]), ()
        return (dataset.transform, "GDAL", ()) if dataset.crs and dataset.driver == "GTiff" else (None, "", ())
    said = _said(path, dataset) if dataset.driver == "GTiff" else {}
    winner = next((title for title, affine in said.items() if affine.almost_equals(dataset.transform)), "")
    apart = [
        title for title, affine in said.items() if not _agree(affine, dataset.transform, dataset.width, dataset.height)
    ]
    told = (say("place-told-differently", apart=", ".join(apart), winner=winner or "GDAL"),) if apart else ()
    if not winner and dataset.driver != "GTiff":
        beside = world_file(path)
        winner = say("the-world-file", own=beside[1]) if beside else say("the-file-itself")
    return dataset.transform, winner or say("a-world-file"), told


def _said(path: Path, dataset: Any) -> dict[str, Affine]:
    """Return the geotransforms that a GeoTIFF and the files beside it tell, each by where it stands."""
    if not names_beginning(path.parent, f"{path.stem}.")[1:]:  # it stands alone: ten thousand are not opened five times
        return {SOURCES[1][1]: dataset.transform}
    said: dict[str, Affine] = {}
    for source, title in SOURCES:
        with rasterio.Env(GDAL_GEOREF_SOURCES=source), gdal_open(str(path), "GTiff") as again:
            if not again.transform.is_identity:
                said[title] = again.transform
    return said


def world_file(path: Path) -> tuple[Affine, str] | None:
    """Read the world file beside a picture; None when there is none that holds six numbers."""
    for beside in world_files(path):
        if beside.stat().st_size < 4096:
            try:
                lines = beside.read_text(encoding="utf-8-sig").replace(",", ".").upper().replace("D", "E").split()
                a, d, b, e, x, y = (float(line) for line in lines[:6])
            except (ValueError, OSError):
                continue
            if all(math.isfinite(number) for number in (a, b, d, e, x, y)):
                return Affine(a, b, x - a / 2 - b / 2, d, e, y - d / 2 - e / 2), beside.name
    return None


def world_files(path: Path) -> list[Path]:
    """Return the files beside a picture that are named as its world file."""
    ending = path.suffix.lower().removeprefix(".")
    usual = f"{ending[:1]}{ending[-1:]}w"
    wanted = {f"{path.stem}.{last}".lower() for last in (usual, f"{ending}w", "wld", f"{usual}x", f"{ending}wx")}
    beside = names_beginning(path.parent, f"{path.stem}.")
    return [path.with_name(name) for name in beside if name.lower() in wanted]


def prj_beside(path: Path) -> str | None:
    """Return the text of the ``.prj`` beside a picture, which GDAL leaves alone."""
    for beside in (path.with_suffix(".prj"), path.with_suffix(".PRJ")):
        if beside.is_file() and beside.stat().st_size < 65_536:
            said = beside.read_bytes()
            return said.decode(text_encoding(said).value, "replace").strip("\0 \r\n\t") or None
    return None


def _agree(one: Affine, other: Affine, width: int, height: int) -> bool:
    """Say whether two geotransforms place every corner within half a pixel."""
    corners: npt.NDArray[np.float64] = np.array([(0, 0), (width, 0), (0, height), (width, height)], dtype=np.float64)
    ours, theirs = one @ tuple(corners.T), other @ tuple(corners.T)
    pixel = max(abs(one.a), abs(one.b), abs(one.d), abs(one.e))
    return bool(np.abs(np.subtract(ours, theirs)).max() <= 0.5 * pixel)
