"""Which of the sources found are rasters, told without the libraries that read them."""

from pathlib import Path

from importers.finding import Finding
from importers.raster.signature import is_heights_as_text, is_raster, read_head


def rasters_of(finding: Finding, kind: str = "") -> tuple[Path, ...]:
    """Return the rasters among what was found.

    A GeoPackage may hold rasters and a text file may hold a grid of points; they count when ``kind`` asks for pictures
    or heights.
    """
    wanted = [found.path for found in finding.usable if found.raster]
    if kind in ("imagery", "elevation"):
        wanted += [
            found.path
            for found in finding.usable
            if not found.raster and found.path.is_file() and _may_be_raster(found.path, kind)
        ]
    return tuple(wanted)


def _may_be_raster(path: Path, kind: str) -> bool:
    return is_raster(path, read_head(path)) or (kind == "elevation" and is_heights_as_text(path, read_head(path, 4096)))
