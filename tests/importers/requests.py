"""A request to import several files, as the command line or a job would make it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from importers.batch import ImportOptions
from importers.scale import NATIONAL, ScaleRules
from layers.crs.transform import Transform
from layers.layer import LayerSpec


@dataclass(frozen=True)
class Asked:
    """Files, the layer they become, and how."""

    files: tuple[Path, ...]
    said: LayerSpec
    how: ImportOptions

    @property
    def kind(self) -> str:
        return self.said.kind

    def spec(self, kind: Any) -> LayerSpec:
        return self.said

    def options(self, city: Sequence[Transform] = (), rules: ScaleRules = NATIONAL) -> ImportOptions:
        return replace(self.how, city=(*self.how.city, *city), rules=rules)
