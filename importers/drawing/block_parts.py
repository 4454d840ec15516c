"""What a block reference draws: the entities of its block, each brought to where the reference puts it.

A reference may squeeze what another one within it turns, which no single reference can say. The inner one is therefore
left as it is, and what it draws is brought to place through the matrices of both. ezdxf's own explosion moves the inner
reference: turned in a squeezed one it comes to lie metres away, an array keeps its unscaled distances, and one damaged
entity costs all the others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ezdxf.entities import Ellipse
from ezdxf.entities.copy import CopyNotSupported
from ezdxf.math import Matrix44, NonUniformScalingError, Vec3
from ezdxf.protocols import SupportsVirtualEntities, virtual_entities

from importers.drawing.curves import flattened
from importers.drawing.shapes import DRAWN


@dataclass(frozen=True)
class Part:
    """An entity of a block, at its place; ``fault`` says why it could not be brought there.

    A reference within a block stands as in it: what it draws is still to be brought through the ``matrix``.
    """

    entity: Any
    matrix: Matrix44 | None = None
    fault: Exception | None = None


def copies(insert: Any) -> Iterator[Any]:
    """Yield the references of an array, a single one as it is."""
    if insert.mcount <= 1:
        yield insert
        return
    for copy in insert.multi_insert():
        shift = copy.dxf.insert - insert.dxf.insert
        for attribute in copy.attribs:
            if shift and attribute.dxf.hasattr("align_point"):
                attribute.dxf.align_point += shift  # which multi_insert leaves where it was
        yield copy


def stands(reference: Any, matrix: Matrix44 | None) -> tuple[Vec3, float]:
    """Return where a reference stands, in the world's coordinates, and its rotation in degrees."""
    at, rotation = reference.ocs().to_wcs(reference.dxf.insert), float(reference.dxf.get("rotation", 0.0))
    if matrix is None:
        return at, rotation
    ahead = matrix.transform_direction(reference.ocs().to_wcs(Vec3.from_deg_angle(rotation)))
    return matrix.transform(at), ahead.angle_deg


def parts(reference: Any, matrix: Matrix44 | None, tolerance: float) -> Iterator[Part]:
    """Yield what one reference draws, its attributes first, those of an array of references not copied.

    ``matrix`` leads on from where the reference stands; ``tolerance``, for arcs that are squeezed, is in drawing units.
    """
    for attribute in reference.attribs:
        if matrix is None:
            yield Part(attribute)
        else:
            yield from _placed(attribute, matrix, tolerance)
    listed = {attribute.dxf.get("tag", "") for attribute in reference.attribs}
    through = reference.matrix44() if matrix is None else reference.matrix44() * matrix
    for entity in reference.block() or ():
        kind = entity.dxftype()
        if kind == "ATTDEF" and (not entity.is_const or entity.dxf.get("tag", "") in listed):
            continue  # a form for the attributes of references
        if kind in DRAWN or isinstance(entity, SupportsVirtualEntities):
            yield from _placed(entity, through, tolerance)
        else:
            yield Part(entity)


def _placed(entity: Any, matrix: Matrix44, tolerance: float) -> Iterator[Part]:
    if entity.dxftype() == "INSERT":
        yield Part(entity, matrix)
        return
    try:
        copy = entity.copy()
        if hasattr(copy, "remove_association"):
            copy.remove_association()
        yield Part(copy.transform(matrix))
    except (CopyNotSupported, NonUniformScalingError) as error:
        yield from _squeezed(entity, matrix, tolerance, error)
    except Exception as error:
        # ezdxf raises what it likes on damaged entities; one of them must not cost the others.
        yield Part(entity, fault=error)


def _squeezed(entity: Any, matrix: Matrix44, tolerance: float, error: Exception) -> Iterator[Part]:
    """Bring to place what is no such entity there: circles as ellipses, arcs as chords, others by their parts."""
    try:
        if entity.dxftype() in ("ARC", "CIRCLE"):
            yield Part(Ellipse.from_arc(entity).transform(matrix))
        elif entity.dxftype() in ("LWPOLYLINE", "POLYLINE"):
            widest = max(axis.magnitude for axis in (matrix.ux, matrix.uy, matrix.uz))
            yield Part(flattened(entity, tolerance / widest).transform(matrix))
        elif isinstance(entity, SupportsVirtualEntities):
            for inner in virtual_entities(entity):
                yield from _placed(inner, matrix, tolerance)
        else:
            yield Part(entity, fault=error)
    except Exception as damage:
        yield Part(entity, fault=damage)
