"""A reply read while it arrives: whatever the pieces, the same words are seen, and no markup."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_ai_content.interfaces.editor.reading import Reader

HTML = (
    "<h2>The  tide</h2>\n<p>It <b>rises</b> &amp; falls<br/>twice: "
    '3 &lt; 4 <a href="ref:1">see</a>.</p><ul><li>a</li></ul>'
)
SEEN = "The  tide\nIt rises & falls\ntwice: 3 < 4 see.\na"


def read(text: str, cuts: list[int], *, rich: bool) -> str:
    reader, start, seen = Reader(rich=rich), 0, ""
    for cut in [*sorted(cut % (len(text) + 1) for cut in cuts), len(text)]:
        seen += reader.read(text[start:cut])
        start = cut
    return seen + reader.rest()


@given(st.lists(st.integers(min_value=0, max_value=10_000), max_size=40))
def test_tags_and_entities_split_anywhere_are_never_seen(cuts: list[int]) -> None:
    assert read(HTML, cuts, rich=True).strip() == SEEN


@given(st.lists(st.integers(min_value=0, max_value=10_000), max_size=20))
def test_plain_text_is_left_as_it_is(cuts: list[int]) -> None:
    text = "  3 < 4 & <b> stays &amp; too\n\nThe end. "
    assert read(text, cuts, rich=False) == text.lstrip()


@given(st.lists(st.integers(min_value=0, max_value=10_000), max_size=20))
def test_the_line_between_versions_is_never_seen(cuts: list[int]) -> None:
    seen = read("One\n=+=+= next option =+=+=\nTwo", cuts, rich=False)
    assert seen.split() == ["One", "Two"]


@pytest.mark.parametrize("text", ["a < b", "5 <", "R&D", "fish & chips", "a <b", "<" * 9_000])
def test_what_only_looks_like_markup_is_seen_in_the_end(text: str) -> None:
    assert read(text, list(range(0, len(text), 7)), rich=True).strip() == text


def test_words_do_not_wait_for_the_end() -> None:
    reader = Reader(rich=True)
    assert reader.read("<p>The tide") == "The tide"
    assert reader.read(" comes") == " comes"
    assert reader.read(" in <b") == " in"
    assert reader.read(">now</b>") == " now"
