"""What the import tests share: importing with a throw-away layer name, and tables of expected outcomes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from importers.batch import ImportOptions, ReadOptions
from importers.importing import import_path
from importers.report import Report
from layers.frame import Frame
from layers.layer import LayerSpec
from layers.storage import Storage
from tests.importers.drawings import everything, survey, write, write_gbk

Importer = Callable[..., Report]


@pytest.fixture
def bring_in(session: Session, storage: Storage, frame: Frame) -> Importer:
    """Import a path as vector layer ``test`` with what the keywords say about the file."""

    def run(path: Path, name: str = "test", kind: str = "vector", **said: Any) -> Report:
        general = {key: said.pop(key) for key in list(said) if key in ImportOptions.__dataclass_fields__}
        options = ImportOptions(read=ReadOptions(**said), **general)
        return import_path(session, storage, frame, path, LayerSpec(name, kind), options)  # type: ignore[arg-type]

    return run


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    """A drawing with every entity type."""
    return write(tmp_path / "all.dxf", everything())


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A survey as CASS writes it, in GBK."""
    return write_gbk(tmp_path / "plan.dxf", survey())
