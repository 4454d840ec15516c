"""What a page is called and where it stands: its heading by what its document holds, its trail by its address."""

from collections.abc import Callable, Mapping
from typing import Any

from layers.frame import Text

HEADINGS: tuple[tuple[str, Text], ...] = (
    ("tilesets", {"zh": "瓦片集", "en": "Tilesets"}),
    ("tileMatrixSets", {"zh": "瓦片网格", "en": "Tile grids"}),
    ("tileMatrices", {"zh": "瓦片网格", "en": "Tile grid"}),
    ("tileMatrixSetLimits", {"zh": "瓦片集", "en": "Tileset"}),
    ("stylesheets", {"zh": "样式说明", "en": "About a style"}),
    ("styles", {"zh": "样式", "en": "Styles"}),
)
"""By a member of the document, the first that it has."""

PLACES: Mapping[str, Text] = {
    "collections": {"zh": "数据", "en": "Data"},
    "items": {"zh": "要素", "en": "Features"},
    "tiles": {"zh": "瓦片集", "en": "Tilesets"},
    "styles": {"zh": "样式", "en": "Styles"},
    "tileMatrixSets": {"zh": "瓦片网格", "en": "Tile grids"},
    "jobs": {"zh": "任务", "en": "Jobs"},
}
"""Parts of an address that have a page of their own; what follows ``collections`` has one, too."""


def heading_of(document: Mapping[str, Any]) -> Text | str:
    """Return a page's heading; a document of no known kind is called by its title."""
    known = next((heading for member, heading in HEADINGS if member in document), None)
    return known or str(document.get("title") or document.get("id") or "")


def trail_of(path: str, title_of: Callable[[str], Text]) -> list[tuple[Text, str]]:
    """Return the pages above a path (``/collections/parcels/tiles``), each with its name and its own path.

    ``title_of`` returns a layer's title by its name.
    """
    parts = path.strip("/").split("/")[:-1]
    trail: list[tuple[Text, str]] = []
    for number, part in enumerate(parts):
        own = "/" + "/".join(parts[: number + 1])
        if part in PLACES:
            trail.append((PLACES[part], own))
        elif number == 1 and parts[0] == "collections":
            trail.append((title_of(part), own))
    return trail
