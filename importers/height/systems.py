"""The height systems there are names for, and how a user's word for one is read."""

from layers.crs.names import parse_crs
from layers.errors import BadQuery, UnknownCrs
from layers.sentences import say

SYSTEMS = {
    "1985": "EPSG:5737 Yellow Sea 1985 height",
    "1956": "EPSG:5736 Yellow Sea 1956 height",
    "egm96": "EPSG:5773 EGM96 height",
    "egm2008": "EPSG:3855 EGM2008 height",
    "ellipsoidal": say("ellipsoidal-height"),
}


def known_system(text: str) -> str:
    """Return the full name of a height system a user names.

    Raises:
        BadQuery: it is none of ours and no vertical CRS that PROJ knows.
    """
    short = text.strip().lower().removeprefix("epsg:")
    for key, name in SYSTEMS.items():
        if short == key or short == name.lower() or name.lower().startswith(f"epsg:{short} "):
            return name
    try:
        crs = parse_crs(text)
    except UnknownCrs:
        crs = None
    if crs is None or not crs.is_vertical:
        raise BadQuery(say("not-a-height-system", text=text, systems=", ".join(SYSTEMS)), "heights")
    return f"{text.upper()} {crs.name}"
