"""Features as a GML 3.2 file: each as WFS gives it, valid by the schema of DescribeFeatureType, in a collection of GML.

The database writes the features, those that are cut with the geometry that is left of each.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import quoteattr

import pyarrow as pa
from sqlalchemy import Connection

from geoservice.files.batches import BATCH
from layers.crs.output import OutputCrs
from layers.features import cut_gml_statement, gml_file_statement
from layers.gml_text import closing, opening
from layers.layer import Layer
from layers.query import LayerQuery
from layers.xml_names import NAMESPACE, PREFIX, xml_name

_GML: Final = "http://www.opengis.net/gml/3.2"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMA: Final = f"{_GML} http://schemas.opengis.net/gml/3.2.1/gml.xsd"


def schema_address(service: str, layers: Sequence[Layer]) -> str:
    """Return the address that describes the features of some layers, at the address of a service."""
    names = ",".join(dict.fromkeys(f"{PREFIX}:{xml_name(layer.name)}" for layer in layers))
    return f"{service}?service=WFS&version=2.0.0&request=DescribeFeatureType&typeName={names}"


def write_gml(path: Path, parts: Iterable[Sequence[Any]], layer: Layer, schema: str = "") -> None:
    """Write rows of features in a collection.

    ``schema`` is the address that describes them; without one the file names none.
    """
    places = f"{_SCHEMA} {NAMESPACE} {schema}" if schema else _SCHEMA
    spaces = f'xmlns:gml="{_GML}" xmlns:{PREFIX}="{NAMESPACE}" xmlns:xsi="{_XSI}"'
    head, tail = b"<gml:featureMember>" + opening(layer), closing(layer) + b"</gml:featureMember>\n"
    with path.open("wb") as file:
        file.write(b'<?xml version="1.0" encoding="utf-8"?>\n')
        named = f'gml:id="{xml_name(layer.name)}" xsi:schemaLocation={quoteattr(places)}'
        file.write(f"<gml:FeatureCollection {spaces} {named}>\n".encode())
        for rows in parts:
            file.writelines(head + bytes(feature) + tail for (feature,) in rows)
        file.write(b"</gml:FeatureCollection>\n")


def whole_features(
    connection: Connection, layer: Layer, query: LayerQuery, crs: OutputCrs, count: Callable[[int], None] | None
) -> Iterator[Sequence[Any]]:
    """Yield the rows of features, from a cursor in the server; ``count`` is told how many."""
    statement = gml_file_statement(layer, query, crs)
    options = {"stream_results": True, "max_row_buffer": BATCH}
    result = connection.exec_driver_sql(statement.text, dict(statement.params), execution_options=options)
    for rows in result.partitions(BATCH):
        if count:
            count(len(rows))
        yield rows


def cut_features(
    connection: Connection, batches: Iterable[pa.RecordBatch], layer: Layer, query: LayerQuery, crs: OutputCrs
) -> Iterator[Sequence[Any]]:
    """Yield the rows of features with the geometries of batches, which are in ``crs``, east before north."""
    as_it_is = replace(crs, template="{}")
    for batch in batches:
        fids, shapes = batch.columns[0].to_pylist(), batch.columns[-1].to_pylist()
        statement = cut_gml_statement(layer, query, as_it_is, fids, shapes)
        yield connection.exec_driver_sql(statement.text, dict(statement.params)).all()
