"""The pure parts of the scripts, tested by node's own test runner."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.support.services import missing

TESTS = Path(__file__).parents[1] / "javascript"


def test_the_pure_parts_of_the_scripts() -> None:
    if shutil.which("node") is None:
        missing("node", "There is no node to run the scripts' tests with.")
    files = sorted(str(path) for path in TESTS.glob("*.test.mjs"))
    assert files
    done = subprocess.run(["node", "--test", *files], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
