"""Files that belong together by their name, and links to some of them in a folder of their own."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from layers.workplace import make_workplace, remove_workplace


def sidecars(path: Path) -> dict[str, Path]:
    """Return the files that share a name's stem, by lower-case suffix: upper-case parts are found too."""
    return {
        sibling.suffix.lower(): sibling
        for sibling in sorted(path.parent.iterdir(), reverse=True)
        if sibling.stem.lower() == path.stem.lower() and sibling.is_file()
    }


def linked(parts: Mapping[str, Path]) -> tuple[Path, Callable[[], None]]:
    """Link the parts of a source into a folder where GDAL may write beside them; the first part is the main one."""
    folder = make_workplace("links")
    links = [folder / f"source{suffix}" for suffix in parts]
    for link, part in zip(links, parts.values(), strict=True):
        link.symlink_to(part.resolve())
    return next((link for link in links if link.suffix == ".shp"), links[0]), partial(remove_workplace, folder)
