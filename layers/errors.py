"""The root of every error this project raises on purpose, and the catalogue's own branch.

GeoError
├── LayerNotFound          ├── BadQuery (BadFilter, BadStyle)
├── VersionNotFound        ├── UnknownCrs
├── FeatureNotFound        ├── NoDatumOperation
├── LayerExists            ├── BadFrame
└── NotAllowed             └── StorageError (StorageAway)
"""

from collections.abc import Sequence
from typing import Self

from layers.sentences import listed, say

Fault = tuple[str, str]
"""A place in a document (JSON Pointer) and what is wrong there."""
MOST_TOLD = 5


class GeoError(Exception):
    """Something the caller can understand and mend.

    The first line of a subclass's docstring is the problem's title, its kebab-case name the problem's type, and
    ``str(error)`` the detail: what is wrong, in which file or parameter, and what to do. ``faults`` are the single
    places of a document that is wrong in several.
    """

    faults: Sequence[Fault] = ()

    @classmethod
    def of(cls, faults: Sequence[Fault]) -> Self:
        """Return the error of some faults; the first few stand in its detail."""
        told = listed(
            say("at-place", place=pointer, detail=detail) if pointer else detail
            for pointer, detail in faults[:MOST_TOLD]
        )
        more = len(faults) - MOST_TOLD
        error = cls(told if more <= 0 else say("faults-more", told=told, more=more))
        error.faults = tuple(faults)
        return error

    @classmethod
    def at(cls, pointer: str, detail: str) -> Self:
        """Return the error of one place."""
        return cls.of([(pointer, detail)])


class LayerNotFound(GeoError):
    """No such layer."""


class VersionNotFound(GeoError):
    """No such version of the layer."""


class FeatureNotFound(GeoError):
    """No such feature."""


class LayerExists(GeoError):
    """A layer of that name exists already and is of another kind."""


class NotAllowed(GeoError):
    """The caller may not do this."""


class BadQuery(GeoError):
    """A query parameter cannot be understood.

    ``parameter`` names it as it stands on the wire.
    """

    def __init__(self, detail: str, parameter: str | None = None) -> None:
        super().__init__(detail)
        self.parameter = parameter


class BadFilter(BadQuery):
    """The filter cannot be understood or asks for something this layer does not have."""


class BadStyle(BadQuery):
    """The style cannot be used for this layer."""


class BadDomain(GeoError):
    """The code lists do not fit the layer."""


class BadFeature(GeoError):
    """The feature does not fit the layer's schema."""


class StateChanged(GeoError):
    """The feature has changed since it was read."""


class StateNeeded(GeoError):
    """A change must say which state of the feature it changes."""


class NotEditable(GeoError):
    """The layer's features cannot be changed one by one."""


class UnknownCrs(BadQuery):
    """The coordinate system is not known or not offered."""


class NoDatumOperation(GeoError):
    """There is no trustworthy operation between the two coordinate systems."""


class BadFrame(GeoError):
    """The frame's settings contradict each other."""


class StorageError(GeoError):
    """The storage folder or bucket cannot be used."""


class StorageAway(StorageError):
    """What the layer has in storage cannot be reached at present.

    ``place`` is what could not be reached, in full: for the operator, not for who asked.
    """

    def __init__(self, sentence: str, place: str = "") -> None:
        super().__init__(sentence)
        self.place = place
