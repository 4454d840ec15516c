"""QGIS, headless: Debian's, which reads, and a newer one, which edits too, where ``GEOSERVICE_QGIS`` names its Python.

It may stand in a container, and there has to be told where it is when the container has no ``/proc``:
``GEOSERVICE_QGIS="chroot /srv/trixie env QGIS_PREFIX_PATH=/usr python3" make clients``.
"""

import json
import os
import re
import shlex
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

VERSION = "import qgis.core; print(qgis.core.Qgis.version())"


@dataclass(frozen=True)
class Qgis:
    """A row of the matrix, the command that starts its Python, and what a machine without it is told."""

    row: str
    python: tuple[str, ...]
    missing: str

    @cache  # noqa: B019 (two of them, as long as the run)
    def version(self) -> str | None:
        """Return 3.40.6; None where it is not installed."""
        if not self.python:
            return None
        done = subprocess.run([*self.python, "-c", VERSION], capture_output=True, text=True, check=False)
        found = re.search(r"\d+\.\d+(\.\d+)?", done.stdout)
        return found[0] if found and not done.returncode else None

    def run(self, script: str, *arguments: str, given: str = "") -> Any:
        """Return what a script of this folder prints as JSON in its last line; skip the test where there is no QGIS.

        ``given`` is what it reads from its standard input.
        """
        if self.version() is None:
            pytest.skip(self.missing)
        with tempfile.TemporaryDirectory() as home:
            # Not the home of who runs the tests: settings of theirs would count, and QGIS keeps what it read.
            done = subprocess.run(
                [*self.python, "-c", Path(__file__).with_name(script).read_text(), *arguments], input=given,
                env=_alone(home), capture_output=True, text=True, timeout=900, check=False,
            )  # fmt: skip
        lines = [line for line in done.stdout.splitlines() if line[:1] in "[{" and line]
        assert lines, done.stdout + done.stderr
        return json.loads(lines[-1])


def _alone(home: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return kept | {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": home, "HOME": home, "PYTHONWARNINGS": "ignore"}


OF_DEBIAN = Qgis("QGIS of Debian", ("/usr/bin/python3",), "no python3-qgis on this machine")
NEWER = Qgis(
    "QGIS, a newer one",
    tuple(shlex.split(os.environ.get("GEOSERVICE_QGIS", ""))),
    "GEOSERVICE_QGIS names no newer QGIS",
)


def by_each_qgis(*columns: str) -> Any:
    """Run a test by both, as ``qgis``, each a proof of these columns of its row."""
    both = [
        pytest.param(one, id=one.row, marks=[pytest.mark.cell(one.row, column) for column in columns])
        for one in (OF_DEBIAN, NEWER)
    ]
    return pytest.mark.parametrize("qgis", both)
