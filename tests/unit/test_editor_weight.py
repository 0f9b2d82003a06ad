"""How much the edit page has to load for us."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.editor_files import SCRIPTS, STYLES, loadable, weight

STATIC = Path(__file__).parents[2] / "wagtail_ai_content" / "static" / "wagtail_ai_content"
ASSETS = STATIC.parents[1] / "interfaces" / "editor" / "assets.py"
LATER = re.compile(r"import\('(\./[^']+)'\)")
"""What a script loads when it is wanted for the first time."""
IMPORT = re.compile(r"^(?:import|export)\s[^;]*?from '(\.[^']+)';", re.MULTILINE)
ARRIVAL_SCRIPTS = 10_000
"""Bytes, compressed."""


def names(constant: str) -> list[str]:
    """The strings of a tuple in the module that says what is loaded, which needs Django to be imported."""
    found = re.search(rf"^{constant}: Final = \((.*?)\)$", ASSETS.read_text(), re.MULTILINE | re.DOTALL)
    assert found, constant
    return re.findall(r'"([^"]+)"', found[1])


def with_imports(first: Path, seen: set[Path]) -> set[Path]:
    if first not in seen:
        seen.add(first)
        for name in IMPORT.findall(first.read_text()):
            with_imports((first.parent / name).resolve(), seen)
    return seen


def at_first() -> set[Path]:
    files = {STATIC / "js" / "editor" / "toolbar.js"}
    for name in names("MODULES"):
        with_imports(STATIC / "js" / f"{name}.js", files)
    return files


def at_last(name: str) -> set[Path]:
    """What the module loads later."""
    files, module = set[Path](), STATIC / "js" / "editor" / f"{name}.js"
    for found in LATER.findall(module.read_text()):
        with_imports((module.parent / found).resolve(), files)
    return files


def test_the_scripts_of_the_edit_page_and_of_the_first_question_are_small() -> None:
    files = at_first() | at_last("assist_controller")
    assert {STATIC / "js" / "lib" / name for name in ("tokens.js", "diff.js")} <= files, "imports are followed"
    assert weight(files) <= SCRIPTS


def test_the_scripts_that_come_with_the_first_news_are_small() -> None:
    files = at_last("arrivals_controller")
    assert STATIC / "js" / "lib" / "steps.js" in files, "imports are followed"
    assert weight(files - at_first()) <= ARRIVAL_SCRIPTS


def test_the_styles_of_the_edit_page_are_small() -> None:
    files = loadable(STATIC, "css")
    assert {STATIC / "css" / f"{name}.css" for name in names("STYLES")} < set(files)
    assert weight(files) <= STYLES


@pytest.mark.parametrize("kind", ["MODULES", "STYLES"])
def test_what_is_loaded_is_there(kind: str) -> None:
    folder, ending = ("js", "js") if kind == "MODULES" else ("css", "css")
    assert all((STATIC / folder / f"{name}.{ending}").is_file() for name in names(kind))
