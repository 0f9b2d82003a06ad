"""A task that does nothing but say when it started: what django-q2 alone needs from a click to a start."""

from __future__ import annotations

import time
from pathlib import Path


def stamp(file: str, asked: float) -> None:
    """Add the seconds since ``asked`` to ``file``."""
    with Path(file).open("a") as lines:
        lines.write(f"{time.time() - asked}\n")
