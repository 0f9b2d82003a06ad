"""Collections of hostile and of harmless samples, which lie beside the checkout where they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

CORPORA = Path(__file__).parents[2].parent / "shared" / "corpora"


def rows(name: str) -> list[Any]:
    """The rows of a corpus as parameters of a test, which says so where there is none."""
    file = CORPORA / f"{name}.dev.jsonl"
    if not file.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"The corpus {name} is not beside this checkout."))]
    found = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [pytest.param(row, id=row["id"]) for row in found]
