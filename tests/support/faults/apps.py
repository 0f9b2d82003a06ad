"""Makes the pipeline's failpoints also places to wait at."""

from __future__ import annotations

import os
import time
from pathlib import Path

from django.apps import AppConfig

LONGEST_SECONDS = 60.0


class FaultsConfig(AppConfig):
    name = "tests.support.faults"
    label = "faults"

    def ready(self) -> None:
        from wagtail_ai_content.pipeline import run, steps

        die_at = run.reach

        def reach(name: str) -> None:
            wait_at(name, Path(os.environ["TEST_HOLD"]))
            die_at(name)

        run.reach = steps.reach = reach


def wait_at(name: str, file: Path) -> None:
    """Wait while ``file`` is there, if it holds this name. The first to come takes the name out."""
    try:
        if file.read_text() != name:
            return
        file.write_text("held")
    except FileNotFoundError:
        return
    ends = time.monotonic() + LONGEST_SECONDS
    while file.exists() and time.monotonic() < ends:
        time.sleep(0.02)
