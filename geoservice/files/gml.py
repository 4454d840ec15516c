"""Features as a GML 3.2 file: each as WFS gives it, valid by the schema of DescribeFeatureType, in a collection of GML.

The database writes the features of each batch, with the geometry as it stands in the batch: cut or not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final
from xml.sax.saxutils import quoteattr

import pyarrow as pa
from sqlalchemy import Connection

from layers.crs.output import OutputCrs
from layers.features import gml_statement
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


def write_gml(
    connection: Connection, path: Path, batches: Iterator[pa.RecordBatch], layer: Layer, query: LayerQuery,
    crs: OutputCrs, schema: str = "",
) -> None:  # fmt: skip
    """Write features, whose geometries in the batches are in ``crs``, east before north; the file has its axis order.

    ``schema`` is the address that describes them; without one the file names none.
    """
    places = f"{_SCHEMA} {NAMESPACE} {schema}" if schema else _SCHEMA
    spaces = f'xmlns:gml="{_GML}" xmlns:{PREFIX}="{NAMESPACE}" xmlns:xsi="{_XSI}"'
    head, tail = b"<gml:featureMember>" + opening(layer), closing(layer) + b"</gml:featureMember>\n"
    as_it_is = replace(crs, template="{}")
    with path.open("wb") as file:
        file.write(b'<?xml version="1.0" encoding="utf-8"?>\n')
        named = f'gml:id="{xml_name(layer.name)}" xsi:schemaLocation={quoteattr(places)}'
        file.write(f"<gml:FeatureCollection {spaces} {named}>\n".encode())
        for batch in batches:
            fids, shapes = batch.columns[0].to_pylist(), batch.columns[-1].to_pylist()
            statement = gml_statement(layer, query, as_it_is, fids, shapes)
            for (feature,) in connection.exec_driver_sql(statement.text, dict(statement.params)):
                file.write(head + bytes(feature) + tail)
        file.write(b"</gml:FeatureCollection>\n")
