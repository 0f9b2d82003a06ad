"""The scripts and style sheets that an edit page may load, at once or when they are wanted."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import Final

SCRIPTS, ALL_SCRIPTS, STYLES = 40_000, 45_000, 8_000
"""Bytes, each file compressed by itself as servers send it: scripts up to the first question, all scripts of the wheel
that may ever be loaded, and style sheets."""
ELSEWHERE: Final = ("js/review/", "css/review.css", "css/reports.css", "css/prompts.css", "css/prompt-preview.css")
"""For pages of their own."""


def loadable(static: Path, ending: str) -> list[Path]:
    """All but what other pages have for themselves, so that a file which is new counts.

    :param static: the app's own folder of static files.
    :param ending: ``js`` or ``css``.
    """
    files = sorted(static.rglob(f"*.{ending}"))
    return [file for file in files if not file.relative_to(static).as_posix().startswith(ELSEWHERE)]


def weight(files: Iterable[Path]) -> int:
    """Bytes."""
    return sum(len(gzip.compress(file.read_bytes())) for file in files)
