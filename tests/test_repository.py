"""The repository itself: no addresses, no machine's paths, nothing heavy, nothing undocumented."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
# Spelled in pieces, so that this file passes its own test.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("npmmirror", "com"),
        ("deb", "debian", "org"),
        ("tuna", "tsinghua", "edu", "cn"),
        ("mirrors", "aliyun", "com"),
    )
]
MACHINE_PATHS = re.compile("|".join(["/" + "work/", "/" + "root/[a-z]", "/" + "home/[a-z]", "bash" + "_jobs"]))
LARGEST = 1_000_000


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    """The files git knows."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git clone: what is in the repository cannot be told from what lies beside it")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


@pytest.fixture(scope="module")
def texts(tracked: list[Path]) -> dict[str, str]:
    """The tracked files that are text, by path in the repository."""
    found = {}
    for path in tracked:
        body = path.read_bytes()
        if b"\0" not in body:
            found[path.relative_to(ROOT).as_posix()] = body.decode("utf-8", "replace")
    return found


def requirement_names(path: Path) -> set[str]:
    return {normal(match[1]) for match in re.finditer(r"^([A-Za-z0-9._-]+)==", path.read_text(), re.MULTILINE)}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(group: str | None) -> list[str]:
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = document["project"]["dependencies"] if group is None else document["dependency-groups"][group]
    return [normal(re.split(r"[\[<>=!~; ]", requirement)[0]) for requirement in wanted]


def test_no_file_names_a_package_registry(texts: dict[str, str]) -> None:
    named = [f"{name}: {host}" for name, text in texts.items() for host in REGISTRIES if host in text]
    assert not named


def test_no_file_holds_a_path_of_somebodys_machine(texts: dict[str, str]) -> None:
    held = [f"{name}: {match[0]}" for name, text in texts.items() if (match := MACHINE_PATHS.search(text))]
    assert not held


def test_no_file_is_heavy(tracked: list[Path]) -> None:
    assert not [path.name for path in tracked if path.stat().st_size > LARGEST]


def test_the_package_managers_lists_hold_no_addresses() -> None:
    for name in LOCKS:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text, name
        assert not re.search(r"^\s*--?(index|extra-index|find-links|trusted)", text, re.MULTILINE), name
    assert '"resolved"' not in (ROOT / "geoservice" / "viewer" / "package-lock.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_one_version_and_hashes(name: str) -> None:
    entries = re.split(r"^(?=[A-Za-z0-9])", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    entries = [entry for entry in entries if entry.strip() and not entry.lstrip().startswith("#")]
    assert len(entries) > 50
    for entry in entries:
        assert re.match(r"[A-Za-z0-9._-]+==[^ ]+", entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_the_locks_hold_every_declared_dependency_and_agree() -> None:
    run, develop = (requirement_names(ROOT / name) for name in LOCKS)
    assert set(declared(None)) <= run
    assert set(declared("dev")) <= develop
    assert run <= develop
    versions = [
        dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE)) for name in LOCKS
    ]
    assert all(versions[1][name] == version for name, version in versions[0].items())


def documented() -> set[str]:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    return {normal(name) for name in re.findall(r"^\| (\S+) \| \S", text, re.MULTILINE)}


@pytest.mark.parametrize("group", [None, "dev"])
def test_every_python_dependency_has_its_reason(group: str | None) -> None:
    assert not [name for name in declared(group) if name not in documented()]


def test_every_dependency_of_the_viewer_has_its_reason() -> None:
    import json

    package = json.loads((ROOT / "geoservice" / "viewer" / "package.json").read_text(encoding="utf-8"))
    names = [*package.get("dependencies", {}), *package.get("devDependencies", {})]
    assert not [name for name in names if normal(name) not in documented()]


def test_every_debian_package_that_setup_installs_has_its_reason() -> None:
    script = (ROOT / "setup" / "system.sh").read_text(encoding="utf-8")
    names = set(re.findall(r"need_command \S+ (\S+)", script)) | set(re.findall(r"need_package (\S+)", script))
    names |= {name for line in re.findall(r"missing\+=\(([^)$\"]+)\)", script) for name in line.split()}
    assert {"postgresql-15", "nodejs", "chromium"} <= names
    assert not [name for name in names if normal(name) not in documented()]


def test_a_bundle_holds_the_debian_packages_that_set_up_asks_for() -> None:
    script = ROOT / "setup" / "system.sh"
    told = subprocess.run(["bash", str(script), "list"], capture_output=True, text=True, check=True).stdout
    needed = {name for line in re.findall(r"missing\+=\(([^)$\"]+)\)", script.read_text()) for name in line.split()}
    assert set(told.split()) == needed | {"fonts-noto-cjk"}


def test_no_documented_dependency_is_gone() -> None:
    import json

    package = json.loads((ROOT / "geoservice" / "viewer" / "package.json").read_text(encoding="utf-8"))
    known = {*declared(None), *declared("dev"), *map(normal, package["dependencies"])}
    known |= set(map(normal, package["devDependencies"]))
    script = (ROOT / "setup" / "system.sh").read_text(encoding="utf-8")
    assert not [name for name in documented() - known - {"package", "---"} if name not in script]


def test_every_make_target_explains_itself_and_stands_in_the_readme() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony
    targets = phony[1].split()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in targets:
        assert re.search(rf"^{target}:.*## \S", makefile, re.MULTILINE), f"make {target} has no '## ' text"
        assert f"make {target}" in readme, f"README.md does not mention make {target}"


@pytest.mark.parametrize("script", [*sorted((ROOT / "setup").glob("*.sh")), ROOT / ".ci/run"], ids=lambda p: p.name)
def test_set_up_scripts_are_whole_shell(script: Path) -> None:
    checked = subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


SPOKEN = [("LANG", "zh_CN.UTF-8", "安装中止"), ("LC_ALL", "C", "set-up stopped")]


@pytest.mark.parametrize(("variable", "value", "first"), SPOKEN)
def test_set_up_speaks_the_language_that_the_program_speaks(variable: str, value: str, first: str) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHON": "/no/python", variable: value}
    script = ["bash", str(ROOT / "setup" / "python.sh")]
    stopped = subprocess.run(script, env=environment, capture_output=True, text=True, check=False)
    assert stopped.returncode == 1
    assert first in stopped.stderr.splitlines()[0]
    assert "/no/python" in stopped.stderr


def test_set_up_tells_how_far_it_is_once_every_tenth() -> None:
    said = "printf 'fetching 3\\nfetching 31\\nfetching 39\\ninstalling 100\\n' | progress"
    script = ["bash", "-c", f". setup/say.sh; {said}"]
    told = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=True)
    tenths = " ".join(f"{tenth}%" for tenth in range(10, 101, 10))
    assert told.stdout == f"    fetching 10% 20% 30%\n    installing {tenths}\n"


NODE = 18
"""Debian 12's Node. npm passes over a tool's optional binary for another, and the tool does not start."""


def test_tools_of_the_viewer_run_on_the_node_that_debian_has() -> None:
    import json

    lock = json.loads((ROOT / "geoservice" / "viewer" / "package-lock.json").read_text(encoding="utf-8"))
    tools = {name: package.get("engines", {}) for name, package in lock["packages"].items() if package.get("dev")}
    assert any("oxlint" in name for name in tools)
    for name, engines in tools.items():
        asked = re.findall(r"(>=|\^|~)? ?(\d+)[.\d*]*", engines.get("node", ">=0"))
        alternatives = [(sign, int(major)) for sign, major in asked]
        assert any(major <= NODE if sign == ">=" else major == NODE for sign, major in alternatives), (name, engines)


APT_GET = """#!/usr/bin/python3
import os, subprocess, sys
status = int(next(said for said in sys.argv if said.startswith("APT::Status-Fd=")).partition("=")[2])
os.write(status, b"pmstatus:fonts-noto-cjk:40:Configuring\\n")
os.set_inheritable(status, False)  # as the real one does
sys.exit(subprocess.run(["sh", "-c", "printf 'Regenerating fonts cache'"], close_fds=False).returncode)
"""
STAND_INS = {
    "apt-get": APT_GET,
    "dpkg-query": "#!/bin/sh\n",
    "fc-list": "#!/bin/sh\n",
    "id": "#!/bin/sh\necho 1000\n",
    "sudo": '#!/bin/bash\nif [ $1 = -n ]; then shift; fi; exec 3>&-; exec "$@"\n',
}


def test_what_debian_packages_say_while_they_are_configured_reaches_somebody(tmp_path: Path) -> None:
    for name, text in STAND_INS.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "LC_ALL": "C"}
    script = ["bash", str(ROOT / "setup" / "system.sh"), "demo"]
    done = subprocess.run(script, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "installing 10% 20% 30% 40%" in done.stdout


def test_links_between_documents_lead_somewhere() -> None:
    for document in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_a_module_is_one_idea_and_no_longer_than_one() -> None:
    """Three hundred lines are the alarm; most have 80 to 250."""
    packages = (path for name in ("layers", "importers", "tiles", "geoservice") for path in (ROOT / name).rglob("*.py"))
    long = {path.relative_to(ROOT).as_posix(): count for path in packages if (count := len(_lines(path))) > 300}
    assert not long


def _lines(path: Path) -> list[str]:
    return [] if "node_modules" in path.parts else path.read_text(encoding="utf-8").splitlines()
