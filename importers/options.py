"""The options for one format, NAME=VALUE: which there are, for features and for rasters, and what they may say.

A name that is misspelt or of the other kind would be passed over, and what it asks for not be done, without a word.
"""

from collections.abc import Mapping
from typing import Final, Literal

from layers.errors import BadQuery
from layers.sentences import say

Values = tuple[str, ...]
ANY: Final[Values] = ()
"""Whoever reads the option judges what it says."""
SWITCH: Final[Values] = ("yes", "no")
BLOCK: Final = "block."
"""What the option for one block of a drawing begins with."""
OF_FEATURES: Final[Mapping[str, Values]] = {
    "angles": ANY,
    "corners_of": ANY,
    "east_add_m": ANY,
    "hidden": ("keep",),
    "merge": SWITCH,
    "north_add_m": ANY,
    "ordinate_m": ANY,
    "polygons": ("never",),
    "split": ("layers",),
}
OF_RASTERS: Final[Mapping[str, Values]] = {
    "alpha": ANY,
    "bands": ANY,
    "collar": ("keep",),
    "content": ANY,
    "heights_add_m": ANY,
    "join": SWITCH,
    "nodata": ANY,
    "stack": SWITCH,
    "to_heights": ANY,
    "unit": ANY,
}


def require_options(said: Mapping[str, str], kind: Literal["features", "rasters"] | None = None) -> None:
    """Refuse an option that is unknown, not one of the kind that is imported, or says what it cannot.

    Raises:
        BadQuery: the sentence lists what there is.
    """
    known = {**OF_FEATURES, **OF_RASTERS} if kind is None else OF_FEATURES if kind == "features" else OF_RASTERS
    for name, value in said.items():
        allowed = ("point", "explode") if name.startswith(BLOCK) and kind != "rasters" else known.get(name)
        if allowed is None:
            code = "option-unknown" if kind is None else f"option-not-of-{kind}"
            raise BadQuery(say(code, name=name, known=", ".join(known)), name)
        if allowed and value not in allowed:
            raise BadQuery(say("option-value", name=name, value=value, allowed=", ".join(allowed)), name)
