"""What a caller may see. Every query takes a view; a cache key carries its ``key``."""

from dataclasses import dataclass
from typing import Protocol


class Visible(Protocol):
    """What a view judges: a layer, or anything that says whether it is public and whose it is."""

    @property
    def public(self) -> bool:
        """Whether anybody may read it."""

    @property
    def department(self) -> str:
        """The department it belongs to."""


@dataclass(frozen=True)
class View:
    """The layers a caller may read: the public ones, and all of some departments (``*`` is every department)."""

    departments: frozenset[str] = frozenset()

    def sees(self, layer: Visible) -> bool:
        """Say whether the layer may be read. An invisible layer is answered like an unknown one."""
        return layer.public or "*" in self.departments or layer.department in self.departments

    @property
    def key(self) -> str:
        """The class of callers who get the same answers."""
        return "+".join(sorted(self.departments)) or "public"


PUBLIC = View()
ALL = View(frozenset("*"))
