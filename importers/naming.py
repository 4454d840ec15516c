"""Names for the layers that one file becomes."""

import re
from collections.abc import Sequence

_BAD = re.compile(r"[^a-z0-9_]+")
MAX_LENGTH = 63


def layer_names(name: str, layers: Sequence[tuple[str, str | None]]) -> list[str]:
    """Return a catalogue name for each (source layer, target a mapping gives): the user's own name for a single one.

    Several become ``name-source``, made of small letters, digits and ``_``; names that say nothing in those letters
    (Chinese ones) are numbered.
    """
    if len(layers) == 1 and layers[0][1] is None:
        return [name]
    names: list[str] = []
    for number, (source, target) in enumerate(layers, 1):
        ending = _BAD.sub("_", (target or source).lower()).strip("_") or str(number)
        candidate = f"{name}-{ending}"[:MAX_LENGTH]
        if candidate in names:
            candidate = f"{candidate[: MAX_LENGTH - 5]}-{number}"
        names.append(candidate)
    return names
