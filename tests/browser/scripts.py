"""Runs a line of JavaScript that imports one of the viewer's modules, in Node."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

SOURCES = Path(__file__).parents[2] / "geoservice" / "viewer" / "src"


def evaluate(module: str, expression: str, *arguments: object) -> Any:
    """Return ``expression`` as JSON; it may use the module as ``m`` and the arguments as ``a``."""
    if not shutil.which("node"):
        pytest.skip("Node is not installed: make viewer")
    script = f"""
        const m = await import({json.dumps((SOURCES / module).as_uri())});
        const a = {json.dumps(arguments)};
        console.log(JSON.stringify({expression}));
    """
    done = subprocess.run(
        ["node", "--no-warnings", "--input-type=module", "-e", script], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)
