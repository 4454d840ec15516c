"""Nothing an operator or a client can meet is undocumented."""

import importlib.util
import pkgutil
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import geoservice
import importers
import layers
import tiles
from geoservice.cli import app
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


PAGES = {**{name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md")}, **DOCS}


def documented_commands() -> list[tuple[str, tuple[str, ...]]]:
    """Every command line of our program in README and docs: the page, and the words after ``geoservice``."""
    found: dict[tuple[str, tuple[str, ...]], None] = {}
    for page, text in PAGES.items():
        fenced = re.findall(r"^```(?:sh)?\n(.*?)^```", text, re.S | re.M)
        for line in "\n".join([*fenced, *re.findall(r"`([^`\n]+)`", text)]).replace("\\\n", " ").splitlines():
            words = line.split(" #")[0].split()
            while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):
                words.pop(0)
            if words[:1] == ["geoservice"] and "─►" not in words:
                found[page, tuple(shlex.split(" ".join(words[1:])))] = None
    return list(found)


@pytest.mark.parametrize(("page", "words"), documented_commands(), ids=lambda value: " ".join(value)[:60])
def test_every_command_in_the_docs_is_one_the_program_has(page: str, words: tuple[str, ...]) -> None:
    command: Any = get_command(app)
    for word in words:
        if word.startswith("--"):
            known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)} | {"--help"}
            assert word.split("=")[0] in known, f"docs/{page}: geoservice {' '.join(words)}"
        elif hasattr(command, "commands"):
            command = command.commands.get(word, command)
    positional = [word for word in words if not word.startswith("-")]
    assert not positional or command.name in positional or "--language" in words, f"docs/{page}: no such command"


@pytest.mark.parametrize("page", PAGES)
def test_every_link_and_make_target_in_the_docs_is_there(page: str) -> None:
    folder = ROOT if page.startswith("README.") else ROOT / "docs"
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", PAGES[page]):
        assert "://" in target or (folder / target).exists(), f"{page} points to {target}"
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    for named in re.findall(r"`make ([a-z-]+)[ `]", PAGES[page]):
        assert named in targets, f"{page}: make {named}"


@pytest.mark.parametrize("page", PAGES)
def test_every_heading_that_is_linked_to_is_there(page: str) -> None:
    for target, heading in re.findall(r"\]\(([^)#\s]*)#([^)]+)\)", PAGES[page]):
        if "://" in target:
            continue
        text = PAGES[target.removeprefix("docs/") or page] if target else PAGES[page]
        anchors = {
            re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-")
            for line in text.splitlines()
            if line.startswith("#")
        }
        assert heading in anchors, f"{page} points to {target}#{heading}"


CHINESE = [page for page in PAGES if page.endswith(".zh.md")]
NAMED = re.compile(
    r"GEOSERVICE_\w+|(?<!\w)--[a-z][a-z-]+|(?:^|(?<=`))(?:make|geoservice) [a-z][a-z-]*"
    r"|[\w./-]+\.(?:sh|md|py|lock|toml|log)\b",
    re.M,
)


@pytest.mark.parametrize("page", CHINESE)
def test_a_page_in_chinese_names_what_the_english_one_names(page: str) -> None:
    """Commands, options, settings and files; each page names the other."""
    english = page.replace(".zh.md", ".md")
    ours, theirs = (
        {named.replace(".zh.md", ".md") for named in NAMED.findall(PAGES[one])} | {english} for one in (page, english)
    )
    assert ours == theirs


def test_what_set_up_says_when_it_stops_is_quoted_as_it_is_said() -> None:
    said = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "setup").glob("*.sh"))
    said += "".join(path.read_text(encoding="utf-8") for path in (ROOT / "geoservice" / "wording").glob("*.py"))
    for page, heading in (("install.md", "## When something fails"), ("install.zh.md", "## 出问题时")):
        quoted = re.findall(r"^\| `([^`]+)` \|", PAGES[page].split(heading)[1], re.M)
        assert len(quoted) >= 5
        for sentence in quoted:
            for words in re.split(r"…|127\.0\.0\.1:8000", sentence):
                assert words.strip() in said, f"{page}: nobody says {words}"


def test_every_change_stands_under_its_area_and_an_area_is_read_in_a_minute() -> None:
    """What only grows is read by nobody: a new line goes under its area and replaces what it makes untrue."""
    release, *areas = re.split(
        r"^### ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").split("\n## ")[1], flags=re.M
    )
    assert not re.findall(r"^- ", release, re.M), "CHANGELOG.md: put the line under the area it belongs to"
    for area in areas:
        entries = len(re.findall(r"^- ", area, re.M))
        assert entries <= 30, f"CHANGELOG.md: {entries} entries under {area.splitlines()[0]}; tell them in fewer"


def test_the_architecture_lists_every_room_and_each_says_what_it_is_for() -> None:
    listed = set(re.findall(r"^\| `([a-z_/]+)` \|", DOCS["architecture.md"], re.M))
    inits = (
        file for name in ("layers", "importers", "tiles", "geoservice") for file in (ROOT / name).rglob("__init__.py")
    )
    rooms = {file.parent.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in inits}
    assert listed == (set(rooms) - {"geoservice/migrations/versions"}) | {"geoservice/viewer"}
    assert not [room for room in listed & set(rooms) if not rooms[room].startswith('"""')]


def test_every_module_the_architecture_names_is_there() -> None:
    for named in re.findall(r"`((?:layers|importers|tiles|geoservice)(?:\.\w+)+)`", DOCS["architecture.md"]):
        path = ROOT / named.replace(".", "/")
        assert path.is_dir() or path.with_suffix(".py").is_file() or path.parent.with_suffix(".py").is_file(), named
