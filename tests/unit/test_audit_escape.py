"""Hostile texts in spreadsheets and on lines."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_ai_content.core.audit.escape import LIVE, csv_plain, csv_safe, one_line, printable

CORPORA = Path(__file__).parents[2].parent / "shared" / "corpora"


def corpus(name: str) -> list[dict[str, Any]]:
    file = CORPORA / f"{name}.dev.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def lines(cell: str) -> list[str]:
    return [line.strip(" \t\"'\ufeff\u200b") for line in unicodedata.normalize("NFKC", cell).splitlines()]


@pytest.mark.skipif(not CORPORA.exists(), reason="The corpora are not in this checkout.")
@pytest.mark.parametrize("row", corpus("csv"), ids=lambda row: row["id"])
def test_the_corpus_of_formulas(row: dict[str, Any]) -> None:
    safe = csv_safe(row["payload"])
    assert csv_plain(safe) == row["payload"]
    if row["expect"] == "not_a_formula":
        assert not unicodedata.normalize("NFKC", safe).strip().startswith(tuple(LIVE))


@pytest.mark.parametrize(
    "text", ["\ufeff=1", "\u200b=1", "'=1", "''=1", "a\r\n =1", "\x0b+a", "﹦1", "＋a", "－a", "@"]
)
def test_formulas_behind_something_are_seen(text: str) -> None:
    safe = csv_safe(text)
    assert safe != text
    assert csv_plain(safe) == text


@pytest.mark.parametrize("text", ["", "Tea = hot", "+44 20 7946 0958", "-5", "-12.50", "1,000", "O'Brien", "'quoted'"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert csv_safe(text) == text


@given(st.text(alphabet="=+-@|%'\" \t\r\nab1\ufeff＝"))
def test_any_text_comes_back(text: str) -> None:
    assert csv_plain(csv_safe(text)) == text


@given(st.text(alphabet="=+-@|%'\" \t\r\nab1＝"))
def test_no_line_of_any_text_is_live(text: str) -> None:
    for cell in csv_safe(text).replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        bare = unicodedata.normalize("NFKC", cell).strip()
        assert not bare.startswith(tuple(LIVE)) or bare.lstrip("+-").replace(" ", "").isdigit()


@pytest.mark.skipif(not CORPORA.exists(), reason="The corpora are not in this checkout.")
@pytest.mark.parametrize("row", corpus("unicode_log"), ids=lambda row: row["id"])
def test_the_corpus_of_log_lines(row: dict[str, Any]) -> None:
    line = one_line(row["payload"])
    assert len(line.splitlines()) == 1
    assert not any(unicodedata.category(char) == "Cc" for char in line)
    if row["expect"] == "kept":
        assert line == unicodedata.normalize("NFC", row["payload"])


def test_what_hides_is_spelt_out_and_what_is_long_is_cut() -> None:
    assert one_line("\u202egnp.exe") == "\\u202egnp.exe"
    assert one_line("admin\u200b") == "admin\\u200b"
    assert len(one_line("x" * 9999)) == 500


def test_a_spreadsheet_gets_no_control_characters() -> None:
    assert printable("a\x00\x07b\n\tc") == "ab\n\tc"
