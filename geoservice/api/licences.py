"""The link to a layer's licence, where its text is an address or one of the names that SPDX lists."""

import re

from geoservice.api.links import HTML, Link

_LISTED = re.compile(r"(CC|CC0|ODbL|ODC-By|PDDL|OGL-UK|GPL|LGPL|AGPL|Apache|MIT|BSD)(-[A-Za-z0-9.]+)*")


def listed_licence(licence: str) -> str | None:
    """Return the name by which SPDX lists a licence; None where its text is no such name."""
    named = licence.strip()
    return named if _LISTED.fullmatch(named) else None


def licence_links(licence: str) -> list[Link]:
    """Return one link or none; the name itself stands in the document beside it."""
    listed = listed_licence(licence)
    named = f"https://spdx.org/licenses/{listed}.html" if listed else licence.strip()
    if not named.startswith(("http://", "https://")):
        return []
    return [{"href": named, "rel": "license", "type": HTML, "title": "the licence"}]
