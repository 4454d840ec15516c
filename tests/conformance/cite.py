"""Fetch OGC's own conformance suites and run them: ``make cite`` (or ``python -m tests.conformance.cite [ADDRESS]``).

The suites are Java programs that ``mvn`` fetches by their coordinates from whatever registry the machine is configured
for; nothing of them is kept in this repository. Without an address the conformance fixture is served for them. The
programs exit with 0 whatever failed, so their reports are read here: the exit code is 1 when a test failed or none ran,
2 when a suite cannot be had.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

GROUP = "org.opengis.cite"
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0"
GRID = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
TILE = "/collections/stations/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}?f=mvt"
CTL_FAILURES = {"5", "6"}
"""Results of a CTL test that count: failed by inheritance, failed."""


@dataclass(frozen=True)
class Suite:
    """A suite by its coordinates; ``given`` are its properties, with ``{base}`` for the service's address."""

    artifact: str
    version: str
    given: Mapping[str, str] = field(default_factory=dict)
    ctl: bool = False


SUITES = (
    Suite("ets-ogcapi-features10", "1.9", {"iut": "{base}/", "noofcollections": "-1"}),
    Suite(
        "ets-ogcapi-tiles10",
        "1.2",
        {
            "iut": "{base}/", "tilematrixsetdefinitionuri": GRID, "urltemplatefortiles": "{base}" + TILE,
            "tilematrix": "1", "mintilerow": "0", "maxtilerow": "1", "mintilecol": "0", "maxtilecol": "1",
        },
    ),
    Suite(
        "ets-wmts10",
        "1.11",
        {"capabilities-url": "{base}/wmts?service=WMTS&request=GetCapabilities&version=1.0.0"},
        ctl=True,
    ),
    Suite(
        "ets-wms13",
        "1.34",
        {
            "capabilities-url": "{base}/wms?service=WMS&request=GetCapabilities&version=1.3.0",
            "basic": "basic", "queryable": "queryable", "updatesequence": "auto",
        },
        ctl=True,
    ),
    Suite(
        "ets-ogcapi-processes10",
        "1.3",
        {"iut": "{base}/", "echoprocessid": "echo", "processtestlimit": "10", "uselocalschema": "true"},
    ),
)  # fmt: skip


def main(arguments: list[str]) -> int:
    """Run every suite; return the exit code."""
    folder = Path(os.environ.get("GEOSERVICE_DATA_DIR", "data")).resolve() / "cite"
    folder.mkdir(parents=True, exist_ok=True)
    missing = [suite.artifact for suite in SUITES if not fetch(suite, folder)]
    runnable = [suite for suite in SUITES if suite.artifact not in missing]
    for name in missing:
        print(f"{name}: the registry that mvn is configured for does not have it")
    if not runnable:
        return 2
    with address_of(arguments, folder) as base:
        failed = [suite.artifact for suite in runnable if not run(suite, base, folder)]
    return 1 if failed else 2 if missing else 0


def fetch(suite: Suite, folder: Path) -> bool:
    """Fetch a suite's program, and for a CTL suite its scripts; say whether all of it is there."""
    wanted = [f"{suite.artifact}:{suite.version}:jar:aio"] + [f"{suite.artifact}:{suite.version}:zip:ctl"] * suite.ctl
    for coordinates in wanted:
        name, version, kind, classifier = coordinates.split(":")
        if (folder / f"{name}-{version}-{classifier}.{kind}").exists():
            continue
        command = [
            "mvn", "-B", "-q", f"{PLUGIN}:copy", f"-Dartifact={GROUP}:{coordinates}", f"-DoutputDirectory={folder}",
        ]  # fmt: skip
        if subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False).returncode:
            return False
    if suite.ctl:
        with zipfile.ZipFile(folder / f"{suite.artifact}-{suite.version}-ctl.zip") as packed:
            packed.extractall(folder / "te" / "scripts")
    return True


def run(suite: Suite, base: str, folder: Path) -> bool:
    """Run a suite against a service; print each failure and each skip, and say whether nothing failed."""
    out = folder / f"out-{suite.artifact}"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    properties = out / "run.xml"
    properties.write_text(properties_of(suite, base), encoding="utf-8")
    jar = folder / f"{suite.artifact}-{suite.version}-aio.jar"
    settings = [f"-DTE_BASE={folder / 'te'}", f"-Djava.io.tmpdir={out}"] if suite.ctl else []
    options = [] if suite.ctl else ["-o", str(out), "-h", "true"]
    with (out / "log.txt").open("w") as log:
        subprocess.run(
            ["java", *settings, "-jar", str(jar), *options, str(properties)], stdout=log, stderr=log, check=False
        )
    passed, failures, skips = read_ctl(out) if suite.ctl else read_testng(out)
    print(f"{suite.artifact} {suite.version}: {passed} passed, {len(failures)} failed, {len(skips)} skipped ({out})")
    for word, names in (("FAILED", failures), ("skipped", skips)):
        for name in names:
            print(f"  {word} {name}")
    return passed > 0 and not failures


def properties_of(suite: Suite, base: str) -> str:
    """Return the suite's properties file. It has no DOCTYPE: with one the program would fetch a DTD."""
    entries = (
        f'<entry key="{key}">{escape(value.replace("{base}", base))}</entry>' for key, value in suite.given.items()
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><properties version="1.0">{"".join(entries)}</properties>'


def read_testng(folder: Path) -> tuple[int, list[str], list[str]]:
    """Read a TestNG report: how many passed, what failed and what was skipped, each with its message."""
    reports = sorted(folder.rglob("testng-results.xml"), key=lambda path: path.stat().st_mtime)
    if not reports:
        return 0, ["the suite left no report"], []
    found: dict[str, list[str]] = {"PASS": [], "FAIL": [], "SKIP": []}
    for method in ET.parse(reports[-1]).getroot().iter("test-method"):
        # Methods that only prepare a test say nothing of the service unless they fail.
        status = method.get("status", "FAIL")
        if method.get("is-config") == "true" and status != "FAIL":
            continue
        message = " ".join((method.findtext(".//message") or "").split())[:300]
        found.setdefault(status, []).append(f"{method.get('name')}: {message}")
    return len(found["PASS"]), found["FAIL"], found["SKIP"]


def read_ctl(folder: Path) -> tuple[int, list[str], list[str]]:
    """Read a CTL session's logs: each test ends with a number that says how."""
    passed, failures, skips = 0, [], []
    for log in folder.rglob("log.xml"):
        root = ET.parse(log).getroot()
        start, end = root.find(".//starttest"), root.find(".//endtest")
        if start is None or end is None:
            continue
        name, result = start.get("local-name", "?"), end.get("result")
        passed += result == "1"
        if result in CTL_FAILURES:
            failures.append(name)
        elif result == "3":
            skips.append(name)
    return (passed, failures, skips) if passed or failures else (0, ["the suite left no log"], [])


@contextmanager
def address_of(arguments: list[str], folder: Path) -> Iterator[str]:
    """Yield the address given, or serve the fixture while the suites run."""
    if arguments:
        yield arguments[0].rstrip("/")
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    environment = os.environ | {"GEOSERVICE_DATA_DIR": str(folder / "fixture"), "GEOSERVICE_PORT": str(port)}
    command = [sys.executable, "-m", "geoservice", "demo", "--conformance", "--serve"]
    with subprocess.Popen(command, env=environment) as process:
        try:
            _wait_for(base, process)
            yield base
        finally:
            process.terminate()


def _wait_for(base: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{base}/conformance", timeout=5).close()
        except (urllib.error.URLError, OSError):
            if process.poll() is not None:
                raise SystemExit("the fixture could not be served") from None
            time.sleep(0.5)
        else:
            return
    raise SystemExit("the fixture was not served within five minutes")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
