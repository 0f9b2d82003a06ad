"""Versions of what we need that are known to be harmful, or to let through what we rely on them to stop."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
NEEDED = {
    needed.name: needed
    for needed in map(Requirement, tomllib.loads(PYPROJECT.read_text("utf-8"))["project"]["dependencies"])
}


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("litellm", "1.82.7"),  # stole credentials
        ("litellm", "1.82.8"),  # stole credentials
        ("litellm", "1.83.6"),  # ran templates outside of a sandbox
        ("litellm", "2.0.0"),  # nobody has looked at it
        ("Jinja2", "3.1.5"),  # its sandbox could be left
        ("wagtail", "8.0"),  # its rich text kept scripts inside of links
    ],
)
def test_it_cannot_be_installed_with_us(name: str, version: str) -> None:
    assert version not in NEEDED[name].specifier
