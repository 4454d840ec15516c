"""What there is to import behind a path: the sources in a file, a folder or an archive, each with its format.

Parts of a source (``.dbf`` beside ``.shp``, world files, ``.aux.xml``) belong to it and are not listed. What is not
recognised is listed as left aside, so that nothing handed in disappears without a word.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from importers.archive import unpacked
from importers.aside import asides
from importers.batch import ReadOptions, Source, SourceFormat
from importers.beside import belongs_to_another, is_part, siblings
from importers.errors import NothingToImport, UnreadableSource, UnsupportedSource
from importers.formats import REFUSED_FORMATS, VECTOR_FORMATS
from importers.probes import HEAD_BYTES, starts
from importers.raster.signature import ESRI_HEADER, holds_only_rasters, is_esri_grid, is_raster
from layers.sentences import reason, say

MAX_FILES = 100_000
NEVER_RASTER = frozenset({".kmz", ".zip", ".dxf", ".dwg"}.union(*(row.suffixes for row in VECTOR_FORMATS))) - {
    ".gpkg", ".tab", ".txt", ".db", ".xml", ".dat"
}  # fmt: skip
RASTER = SourceFormat("raster", "imagery", (), lambda path, head: is_raster(path, head))
FOREIGN_NAME = say("name-not-utf8")
_ZIP = starts(b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True)
class Found:
    """One source: its main file (or FileGDB folder) and its format. ``refusal`` says why it is not imported."""

    path: Path
    format: SourceFormat
    refusal: str | None = None
    shown: str = ""

    @property
    def name(self) -> str:
        """The name people know it by: with its folder where another has the same."""
        return self.shown or self.path.name

    @property
    def raster(self) -> bool:
        """Whether the raster importers take it."""
        return self.format is RASTER


@dataclass(frozen=True)
class Finding:
    """All sources behind a path, and what was left aside, by name and reason."""

    sources: tuple[Found, ...]
    aside: tuple[str, ...] = ()

    @property
    def usable(self) -> tuple[Found, ...]:
        """The sources somebody can open."""
        return tuple(found for found in self.sources if found.refusal is None)


@contextmanager
def find(paths: tuple[Path, ...]) -> Iterator[Finding]:
    """Find the sources behind paths; archives are unpacked for the length of the context.

    Raises:
        UnreadableSource: a path does not exist or its archive is damaged.
        UnsupportedSource: a single file is not imported; the sentence says what to do.
        NothingToImport: there is nothing among the files.
    """
    with ExitStack() as open_archives:
        sources: list[Found] = []
        aside: list[str] = []
        for path in dict.fromkeys(map(_given, paths)):
            if not path.exists():
                raise UnreadableSource(say("path-missing", path=str(path)))
            if len(paths) > 1 and path.is_file() and is_part(path):
                continue
            if (foreign := next((part for part in (path, *path.parents) if not _is_utf8(part)), None)) is not None:
                raise UnreadableSource(say("path-error", path=plain_name(foreign), foreign_name=FOREIGN_NAME))
            for found in _behind(path, open_archives):
                (sources if isinstance(found, Found) else aside).append(found)  # type: ignore[arg-type]
        if not any(found.refusal is None for found in sources):
            raise _nothing(paths, sources, aside)
        given = [_given(path) for path in paths]
        left = asides([found.path for found in sources if found.raster and found.path not in given])
        sources = [found for found in sources if found.path not in left]
        aside += left.values()
        yield Finding(tuple(_told_apart(sources)), tuple(aside))


def _given(path: Path) -> Path:
    """Return a path that holds in the reading process too; of a part of an Esri grid the grid."""
    path = path.absolute()
    return path.parent if path.name.lower().endswith(".adf") and (path.parent / ESRI_HEADER).is_file() else path


def _told_apart(sources: list[Found]) -> Iterator[Found]:
    """Give vector sources of one name in several folders, and their layers, the names of the folders."""
    names = Counter(found.path.name for found in sources if not found.raster)
    for found in sources:
        if found.raster or names[found.path.name] < 2:
            yield found
            continue
        folder = found.path.parent.name
        yield replace(found, shown=f"{folder}/{found.path.name}", format=_in_folder(found.format, folder))


def _in_folder(known: SourceFormat, folder: str) -> SourceFormat:
    """Return the format with an opening that puts the folder's name before the layers'."""
    if (opening := known.open) is None:
        return known

    def open_named(path: Path, options: ReadOptions) -> Source:
        source = opening(path, replace(options, layer=()))
        return replace(source, layers=tuple(replace(layer, name=f"{folder}/{layer.name}") for layer in source.layers))

    return replace(known, open=open_named)


def recognise(path: Path) -> SourceFormat | None:
    """Return the format of a file or FileGDB folder, None for an unknown one."""
    if is_esri_grid(path):
        return RASTER
    head = b""
    if path.is_file():
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    for row in (*REFUSED_FORMATS, *VECTOR_FORMATS):
        if row.probe(path, head):
            return RASTER if row.name == "GeoPackage" and holds_only_rasters(path) else row
    return RASTER if path.is_file() and is_raster(path, head) else None


def _behind(path: Path, open_archives: ExitStack) -> Iterator[Found | str]:
    known = recognise(path)
    if known is not None:
        yield _judged(path, known)
    elif path.is_dir():
        yield from _inside(path, path, open_archives)
    elif _is_zip(path):
        folder = open_archives.enter_context(unpacked(path))
        _gather_geodatabase(folder, path.stem)
        yield from _inside(folder, folder, open_archives)
    elif path.stat().st_size == 0:
        yield say("file-is-empty", file=path.name)
    elif path.suffix.lower() == ".shp":
        yield say("not-a-shapefile", file=path.name)
    elif belongs_to_another(path):
        yield say("part-alone", file=path.name)
    else:
        yield say("format-not-imported", file=path.name)


def _gather_geodatabase(folder: Path, stem: str) -> None:
    """Put the files of a geodatabase that was packed without its folder into one."""
    if any(folder.glob("*.gdbtable")):
        files = list(folder.iterdir())
        (folder / f"{stem}.gdb").mkdir()
        for file in files:
            file.rename(folder / f"{stem}.gdb" / file.name)


def _packed(path: Path, open_archives: ExitStack) -> Iterator[Found | str]:
    """Look into an archive in a folder; one that cannot be unpacked is left aside like any other file."""
    try:
        folder = open_archives.enter_context(unpacked(path))
    except UnreadableSource as error:
        yield reason(error)
        return
    _gather_geodatabase(folder, path.stem)
    yield from _inside(folder, folder, open_archives)


def _inside(folder: Path, top: Path, open_archives: ExitStack) -> Iterator[Found | str]:
    """Walk a folder: databases that are folders as one, parts of other files not at all."""
    count = 0
    for path in sorted(folder.iterdir()):
        count += 1
        if count > MAX_FILES:
            raise UnreadableSource(say("too-many-files", top=top.name, max_files=MAX_FILES))
        if path.name.startswith(".") or path.name in ("__MACOSX", "Thumbs.db"):
            continue
        if path.is_symlink():
            yield say("link-not-followed", file=plain_name(path))
        elif not _is_utf8(path):
            yield say("path-error", path=plain_name(path), foreign_name=FOREIGN_NAME)
        elif path.is_dir() and (path / "arc.dir").is_file() and path.name.lower() == "info":
            continue  # tables that Esri grids beside it share
        elif path.is_dir() and recognise(path) is None:
            yield from _inside(path, top, open_archives)
        elif path.suffix.lower() == ".zip" and path.stat().st_size and _is_zip(path) and recognise(path) is None:
            yield from _packed(path, open_archives)
        elif not is_part(path):
            known = recognise(path)
            yield _judged(path, known) if known else say("path-not-imported", path=str(path.relative_to(top)))


def _is_utf8(path: Path) -> bool:
    try:
        path.name.encode()
    except UnicodeEncodeError:
        return False
    return True


def plain_name(path: Path) -> str:
    """Return a file's name as text: bytes of a name in GB18030 are read as that."""
    encoding = "utf-8" if _is_utf8(path) else "gb18030"
    return path.name.encode("utf-8", "surrogateescape").decode(encoding, "replace")


def _judged(path: Path, known: SourceFormat) -> Found:
    """Refuse what is known and not read, and content that contradicts the name."""
    if path.suffix.lower() == ".dbf" and any(other.suffix.lower() == ".shp" for other in siblings(path)):
        return Found(path, known, say("hand-in-shp", file=path.name))
    if known.refusal:
        return Found(path, known, say("file-refused", file=path.name, refusal=known.refusal))
    suffix = path.suffix.lower()
    if known is RASTER and suffix in NEVER_RASTER:
        return Found(path, known, say("name-but-image", file=path.name, suffix=suffix))
    return Found(path, known)


def _is_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return _ZIP(path, file.read(4))


def _nothing(paths: tuple[Path, ...], sources: list[Found], aside: list[str]) -> UnreadableSource:
    reasons = [found.refusal for found in sources if found.refusal] + aside
    if len(reasons) == 1 and len(paths) == 1 and paths[0].is_file():
        kind = UnsupportedSource if sources else UnreadableSource
        return kind(reasons[0])
    more = [say("and-more", count=len(reasons) - 5)] if len(reasons) > 5 else []
    if not reasons:
        return NothingToImport(say("nothing-to-import", file=paths[0].name))
    return NothingToImport(say("nothing-to-import-for", file=paths[0].name, reasons=(*reasons[:5], *more)))
