"""Files that belong together by their name, and links to some of them in a folder of their own.

Names are compared as Windows does, where most of them come from: whatever the case of their letters.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from importers.folder import names_beginning
from layers.workplace import make_workplace, remove_workplace

SIDECARS = frozenset(
    ".shx .dbf .prj .cpg .sbn .sbx .qix .fbn .fbx .ain .aih .atx .qpj .dat .id .map .ind .mid .xsd .gfs .ovr .tfw "
    ".tifw .tiffw .jgw .jpw .jpgw .jpegw .pgw .pngw .bpw .bmpw .gfw .gifw .j2w .webpw .wld "
    ".tfwx .tifwx .jgwx .jpgwx .pgwx .pngwx .msk .aux "
    ".dbt .fpt .rrd .rde .ige .hdr .gpkg-wal .gpkg-shm .lyr .qml .sld .cpj".split()
)
_XML = (".aux.xml", ".shp.xml", ".tif.xml", ".gdb.xml")
BESIDE = frozenset({".ovr", ".msk", ".hdr", ".aux", ".rrd", ".prj"})


def siblings(path: Path) -> list[Path]:
    """Return what else in the folder is called like a path up to its suffix, perhaps with more behind it, sorted."""
    return [path.with_name(name) for name in names_beginning(path.parent, f"{path.stem}.") if name != path.name]


def sidecars(path: Path) -> dict[str, Path]:
    """Return the files that share a name's stem, by lower-case suffix; of several the one in the name's own letters."""
    found = [path, *(other for other in reversed(siblings(path)) if other.stem.lower() == path.stem.lower())]
    found.sort(key=lambda part: part.stem == path.stem)
    return {part.suffix.lower(): part for part in found if part.is_file()} | {path.suffix.lower(): path}


def found_by_gdal(part: Path, main: Path) -> bool:
    """Say whether GDAL finds a part beside the main file: of the same stem, its suffix in letters of one case."""
    return part.stem == main.stem and part.suffix in (part.suffix.lower(), part.suffix.upper())


def linked(parts: Mapping[str, Path]) -> tuple[Path, Callable[[], None]]:
    """Link the parts of a source into a folder where GDAL may write beside them; the first part is the main one."""
    folder = make_workplace("links")
    links = [folder / f"source{suffix}" for suffix in parts]
    for link, part in zip(links, parts.values(), strict=True):
        link.symlink_to(part.resolve())
    return next((link for link in links if link.suffix == ".shp"), links[0]), partial(remove_workplace, folder)


def parts_of(path: Path) -> tuple[Path, ...]:
    """Return a source's main file and the parts beside it."""
    if path.is_dir():
        return (path,)
    if path.suffix.lower() == ".adf":  # an Esri grid is all of its folder
        return (path, *(other for other in sorted(path.parent.iterdir()) if other.is_file() and other != path))
    return (path, *(other for other in siblings(path) if other.is_file() and is_part(other)))


def belongs_to_another(path: Path) -> bool:
    """Say whether a file can only be a part of another, by its name; points of CASS end in ``.dat`` as well."""
    name = path.name.lower()
    return name.endswith(_XML) or (path.suffix.lower() in SIDECARS and not name.endswith(".dat"))


def is_part(path: Path) -> bool:
    """Say whether a file is a part of another beside it."""
    suffix = path.suffix.lower()
    if path.name.lower().endswith(_XML):
        return True
    if suffix not in SIDECARS:
        return False
    if suffix in BESIDE and path.with_suffix("").is_file():  # sheet.tif.ovr, sheet.tif.msk, picture.dat.hdr
        return True
    if suffix == ".hdr":
        beside = names_beginning(path.parent, path.stem)
        return any(name != path.name and name.startswith(path.stem) for name in beside)
    mains = {
        *(".shp", ".tab", ".mif", ".gml", ".gpkg", ".tif", ".tiff", ".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp"),
        *(".jp2", ".img", ".bil", ".bip", ".bsq", ".flt", ".asc", ".grd", ".hgt", ".dem", ".xyz", ".txt", ".csv"),
    }
    return any(other.suffix.lower() in mains for other in siblings(path))
