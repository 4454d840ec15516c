"""The real command line in a process of its own, against the test module's database and storage."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from geoservice.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def environment(settings: Settings) -> dict[str, str]:
    """The environment of a process that works on this module's database."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GEOSERVICE_")}
    return kept | {
        "GEOSERVICE_DATABASE_URL": settings.database_url or "",
        "GEOSERVICE_STORAGE_DIR": str(settings.storage_root),
        "GEOSERVICE_DATA_DIR": str(settings.data_dir),
        "COLUMNS": "200",
    }


@pytest.fixture(scope="module")
def geoservice(environment: dict[str, str]) -> Run:
    """Run ``geoservice …`` and return what it printed; ``fails=True`` expects exit status 1 and no traceback."""

    def run(*arguments: str | Path, fails: bool = False, frame: Path | None = None) -> subprocess.CompletedProcess[str]:
        extra = {"GEOSERVICE_FRAME": str(frame)} if frame else {}
        completed = subprocess.run(
            [sys.executable, "-m", "geoservice", *map(str, arguments)],
            env=environment | extra, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False,
        )  # fmt: skip
        said = completed.stdout + completed.stderr
        assert "Traceback" not in said, said
        assert completed.returncode == (1 if fails else 0), said
        return completed

    return run
