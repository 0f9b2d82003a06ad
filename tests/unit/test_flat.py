"""HTML as models write it, in the shape that the editor knows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_ai_content.core.guardrails.html import clean_html
from wagtail_ai_content.core.versions.flat import flat
from wagtail_ai_content.core.versions.markup import tags, visible
from wagtail_ai_content.core.versions.richtext import BLOCKS, INLINE, LISTS

TAGS = [f"<{close}{name}>" for name in sorted(BLOCKS | INLINE - {"br", "a"}) for close in ("", "/")]


@pytest.mark.parametrize(
    ("html", "blocks"),
    [
        ("<p>a</p>\n<p>b</p>\n", ["<p>a</p>", "<p>b</p>"]),
        ("a <b>b</b>", ["<p>a <b>b</b></p>"]),
        ("<i><p>a</p><p>b</p></i>", ["<p><i>a</i></p>", "<p><i>b</i></p>"]),
        ("<li>a</li><li>b</li><p>c</p>", ["<ul><li>a</li><li>b</li></ul>", "<p>c</p>"]),
        ("<ul>\n<li><p>a</p><p>b</p></li>\n<li>\nc\n</li>\n</ul>", ["<ul><li>a<br/>b</li><li>c</li></ul>"]),
        (
            "<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>",
            ["<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>"],
        ),
        ("<ul><li>a</li></ul><ul><li>b</li></ul>", ["<ul><li>a</li></ul>", "<ul><li>b</li></ul>"]),
        ("<ul><ul><ul><li>a</li></ul></ul></ul>", ["<ul><li>a</li></ul>"]),
        ("<blockquote><p>a</p><p>b</p></blockquote>", ["<blockquote>a</blockquote>", "<blockquote>b</blockquote>"]),
        ("<p>a <a href='x'>b<h2>c</h2></a></p>", ["<p>a <a href='x'>b</a></p>", "<h2><a href='x'>c</a></h2>"]),
        ("<p>a<br>b</p>", ["<p>a<br/>b</p>"]),
        ("<p> a </p>", ["<p> a </p>"]),
        ("<p></p><h2> </h2><ul><li></li></ul>", []),
    ],
)
def test_blocks_stand_beside_each_other(html: str, blocks: list[str]) -> None:
    assert flat(html) == blocks


@given(st.lists(st.sampled_from([*TAGS, "word", " ", "\n", "<br>"]), max_size=25).map("".join))
def test_no_word_is_lost_and_every_block_is_one_the_editor_knows(html: str) -> None:
    clean = clean_html(html, allowed_hosts=frozenset()).html
    blocks = flat(clean)
    assert "".join("".join(map(visible, blocks)).split()) == "".join(visible(clean).split())
    for block in blocks:
        check(block)
    assert flat("".join(blocks)) == blocks


def check(block: str) -> None:
    """Lists hold items, items hold words and lists, all else holds words."""
    open_tags: list[str] = []
    for tag in tags(block):
        if tag.closing:
            assert open_tags.pop() == tag.name
            continue
        above = [name for name in open_tags if name in BLOCKS]
        if tag.name == "li":
            assert open_tags[-1] in LISTS
        elif tag.name in LISTS:
            assert open_tags == [] or open_tags[-1] == "li"
        elif tag.name in BLOCKS:
            assert open_tags == []
        else:
            assert above
        if not tag.void:
            open_tags.append(tag.name)
    assert open_tags == []
