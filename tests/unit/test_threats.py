"""The reference of threats against the tests: each threat is there, and what is said to prove it exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

REPO = Path(__file__).parents[2]
PAGE = REPO / "docs" / "reference" / "threats.md"
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
ROW = re.compile(r"^\| (?:`)?(\w+)(?:`)? \| (.+) \|$", re.MULTILINE)
WHY_NOT = re.compile(r"Not yet: [^|]{20,}")
CORPORA = ("csv", "images", "injection", "malformed", "pii", "ssrf", "ssti", "unicode_log", "xss")

ROWS = {name: told for name, told in ROW.findall(PAGE.read_text("utf-8")) if name != "corpus"}


@cache
def defined_in(path: str) -> frozenset[str]:
    tree = ast.parse((REPO / path).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


def test_every_threat_and_every_corpus_has_its_row_in_order() -> None:
    assert list(ROWS) == [*(f"T{number}" for number in range(1, 39)), *CORPORA]


@pytest.mark.parametrize("name", ROWS)
def test_what_is_said_to_prove_it_exists(name: str) -> None:
    named = TEST.findall(ROWS[name])

    assert named or WHY_NOT.search(ROWS[name]), "neither a test nor why there is none"
    assert len(named) == ROWS[name].count("tests/"), "a test that is not written as `path::name`"
    assert [f"{path}::{test}" for path, test in named if test not in defined_in(path)] == []


@pytest.mark.parametrize("name", CORPORA)
def test_a_test_of_a_corpus_reads_it(name: str) -> None:
    sources = {path: (REPO / path).read_text("utf-8") for path, _ in TEST.findall(ROWS[name])}

    assert [path for path, text in sources.items() if f'"{name}"' not in text and f"{name}.dev" not in text] == []
