"""Nothing an operator or a client can meet is undocumented."""

import importlib.util
import pkgutil
import re
from pathlib import Path

import pytest

import geoservice
import importers
import layers
import tiles
from geoservice.settings import Settings
from layers.errors import GeoError

ROOT = Path(__file__).resolve().parents[1]
DOCS = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")}


PROGRAMS = ("__main__", "migrations.env", "gdal_child")
"""Modules that are run."""


def may_be_loaded(module: pkgutil.ModuleInfo) -> bool:
    """Not programs, and nothing of the painter's: mapnik points PROJ and GDAL of its whole process to its own files."""
    spec = importlib.util.find_spec(module.name)
    assert spec is not None
    assert spec.origin is not None
    return not module.name.endswith(PROGRAMS) and "import mapnik" not in Path(spec.origin).read_text(encoding="utf-8")


def problem_types() -> list[str]:
    """The kebab-case names of every error class of the project."""
    for package in (geoservice, importers, layers, tiles):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if may_be_loaded(module):
                importlib.import_module(module.name)
    return sorted(re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower() for cls in error_classes())


def error_classes() -> set[type]:
    """Every class below GeoError that is loaded."""
    found: set[type] = set()
    waiting: list[type] = [GeoError]
    while waiting:
        children = waiting.pop().__subclasses__()
        found.update(children)
        waiting.extend(children)
    return found


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    line = next((line for line in DOCS["settings.md"].splitlines() if f"`GEOSERVICE_{name.upper()}`" in line), None)
    assert line is not None, f"docs/settings.md lacks GEOSERVICE_{name.upper()}"
    default = Settings.model_fields[name].default
    if default is not None and name != "storage_dir":
        assert f"`{str(default).lower() if isinstance(default, bool) else default}`" in line


@pytest.mark.parametrize("name", problem_types())
def test_every_problem_type_is_documented(name: str) -> None:
    assert f"`{name}`" in DOCS["problems.md"]


def test_every_error_class_has_a_title_of_its_own() -> None:
    for cls in error_classes():
        assert cls.__doc__, cls
        assert cls.__doc__.splitlines()[0].endswith("."), cls


def test_every_route_is_documented() -> None:
    from geoservice.app import RESOURCES

    paths = {route.path for resource in RESOURCES for route in resource.routes if hasattr(route, "path")}
    missing = sorted(path for path in paths if f"`{path}`" not in DOCS["api.md"])
    assert not missing, f"docs/api.md lacks {missing}"
