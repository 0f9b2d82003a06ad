"""Word diffs for people to read."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_ai_content.core.versions.richtext import plain_text
from wagtail_ai_content.core.versions.worddiff import Pair, blocks, diff


def shown(before: str, after: str, *, rich: bool = False) -> str:
    signs = {"same": "{}", "added": "[+{}]", "removed": "[-{}]"}
    return "".join(signs[run.kind].format(run.text) for run in diff(before, after, rich=rich))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", ""),
        ("same", "same", "same"),
        ("It is 12 % of all.", "It is 15 % of all.", "It is [-12][+15] % of all."),
        ("We left at dawn.", "We all left at dawn.", "We [+all ]left at dawn."),
        ("1,234.50 euros", "1,234.60 euros", "[-1,234.50][+1,234.60] euros"),
        ("海は静か。", "海は青い。", "海は[-静か][+青い]。"),
        ("C'est l’été.", "C'est l’hiver.", "C'est [-l’été][+l’hiver]."),
        (
            "Ferries leave from the pier at noon.",
            "Nobody knows when the last of them will go.",
            "[-Ferries leave from the pier at noon][+Nobody knows when the last of them will go].",
        ),
    ],
)
def test_words_that_changed_are_shown(before: str, after: str, expected: str) -> None:
    assert shown(before, after) == expected


def test_rich_text_is_shown_without_its_tags() -> None:
    before = '<p data-block-key="a">Ask <a href="/x">us</a> &amp; them.</p><embed embedtype="image" alt="Map" id="3"/>'
    after = "<p>Ask <b>us</b> &amp; him.</p><p>Now.</p>"
    assert shown(before, after, rich=True) == "Ask us & [-them][+him].\n[-[image: Map]][+Now.]"


def test_elements_stand_side_by_side() -> None:
    before = "<h2>Tea</h2><p>It is hot.</p><p>Old words only.</p>"
    after = "<h2>Tea</h2><p>First of all.</p><p>It is very hot.</p>"
    assert blocks(before, after) == (
        Pair(before="<h2>Tea</h2>", after="<h2>Tea</h2>"),
        Pair(before="", after="<p>First of all.</p>"),
        Pair(before="<p>It is hot.</p>", after="<p>It is very hot.</p>"),
        Pair(before="<p>Old words only.</p>", after=""),
    )


TEXTS = st.text(st.sampled_from("ab c.1<>&;'\n海é"), max_size=30)


@given(TEXTS, TEXTS, st.booleans())
def test_nothing_of_either_text_is_left_out(before: str, after: str, rich: bool) -> None:
    runs = diff(before, after, rich=rich)
    texts = (plain_text(before), plain_text(after)) if rich else (before, after)
    assert "".join(run.text for run in runs if run.kind != "added") == texts[0]
    assert "".join(run.text for run in runs if run.kind != "removed") == texts[1]
    pairs = blocks(before, after)
    assert ("".join(pair.before for pair in pairs), "".join(pair.after for pair in pairs)) == (before, after)


@pytest.mark.parametrize("text", ["a" * 100_000, "a b " * 25_000, "ab" * 50_000, "." * 100_000, "海" * 50_000])
def test_the_time_is_bounded(text: str) -> None:
    began = time.process_time()
    diff(text, f"{text[5:]}x{text[:-1]}", rich=False)
    assert time.process_time() - began < 10
