"""An entry as ISO 19115 metadata in the ISO 19139 encoding (gmd, 2007): what a national or provincial catalogue takes.

The template keeps the order of elements that the schemas ask for; this module gives it plain values.
"""

from functools import cache
from pathlib import Path

import jinja2

from geoservice.records.entry import Entry
from layers.frame import Text
from layers.xml_text import holdable

TEMPLATE = Path(__file__).parent / "iso19139.xml"
CODES = "http://standards.iso.org/iso/19139/resources/gmxCodelists.xml"
GEOMETRIES = {"point": "point", "linestring": "curve", "polygon": "surface"}


def document(entry: Entry) -> str:
    """Return the metadata as an XML document: Chinese, with English beside it."""
    return holdable(
        _template().render(
            e=entry,
            codes=CODES,
            texts={"title": entry.title, "description": _described(entry)},
            geometric=_geometric(entry),
            ways=[way for way in entry.ways if way.use in ("service", "download", "page")],
            epsg=[uri.rsplit("/", 1)[1] for uri in entry.crs if "/EPSG/" in uri],
        )
    )


def _described(entry: Entry) -> Text:
    """Return the abstract, which the standard asks for: the title where nobody wrote one."""
    return entry.description if any(entry.description.values()) else entry.title


def _geometric(entry: Entry) -> str:
    kind = (entry.geometry_type or "").lower().removeprefix("multi").removesuffix("zm").removesuffix("z")
    return GEOMETRIES.get(kind, "complex")


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATE.parent), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(TEMPLATE.name)
