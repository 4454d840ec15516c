"""A file of features as it is asked for: the parameters of items, without those of pages, and the file's own."""

from collections.abc import Mapping
from dataclasses import replace

from geoservice.files.formats import EXPORT_FORMATS
from geoservice.files.writers import FileRequest
from geoservice.item_query import ItemsRequest
from layers.crs.names import CRS84, crs_uri
from layers.crs.output import offered_crs
from layers.errors import BadQuery
from layers.frame import Frame
from layers.sentences import either, say

WHOLE = 2**62
"""A limit that no layer reaches."""
ENCODINGS = ("UTF-8", "GBK")
_OF_PAGES = ("sortby", "after", "offset")


def file_request(given: Mapping[str, str], frame: Frame, asked: ItemsRequest, form: str) -> FileRequest:
    """Return what is asked for: the whole layer unless ``limit`` is given; the storage CRS unless ``crs`` is, and KML
    always in WGS 84.

    Raises:
        BadQuery: the form or the encoding is none, or a parameter belongs to pages: a file is the features themselves,
            in the order of ids.
    """
    for name in _OF_PAGES:
        if name in given:
            raise BadQuery(say("file-not-page", name=name), name)
    if form not in EXPORT_FORMATS:
        raise BadQuery(say("form-no-file", given=form[:40], offered=", ".join(EXPORT_FORMATS)), "f")
    encoding = given.get("encoding", ENCODINGS[0]).upper()
    if encoding not in ENCODINGS:
        raise BadQuery(say("encoding-offered", offered=either(ENCODINGS)), "encoding")
    query = asked.query if "limit" in given else replace(asked.query, limit=WHOLE)
    srid = asked.layer.version.srid
    own = CRS84 if EXPORT_FORMATS[form].degrees_only else crs_uri(srid)
    crs = asked.crs if "crs" in given and not EXPORT_FORMATS[form].degrees_only else offered_crs(frame, srid)[own]
    return FileRequest(asked.layer, query, crs, form, encoding)
