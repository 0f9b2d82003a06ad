"""A whole piece of rich text for a model, and the way back: nothing without words is lost, whatever the answer is."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_ai_content.core.guardrails.html import clean_html
from wagtail_ai_content.core.versions.fragments import (
    ATOMS,
    RestoredFragment,
    protect_fragment,
    restore_fragment,
)
from wagtail_ai_content.core.versions.markup import tags, visible

IMAGE = '<embed embedtype="image" format="left" id="7" alt="A boat"/>'
FILM = '<embed embedtype="media" url="https://film.example/1"/>'
LINK = '<a linktype="page" id="1">'
SOURCE = (
    f'<h2 data-block-key="h">Sea</h2><p data-block-key="p">See {LINK}the map</a>, <b>now</b>.</p>'
    f"{IMAGE}<hr/><p>End.</p>"
)

blocks = st.sampled_from(
    [
        "<p>One <b>two</b>.</p>",
        f"<p>See {LINK}there</a>.</p>",
        "<ul><li>a</li><li>b</li></ul>",
        "<h2>Head</h2>",
        IMAGE,
        FILM,
        "<hr/>",
        f"<p>before {IMAGE} after</p>",
        "<p></p>",
    ]
)
answers = st.lists(
    st.sampled_from(
        [
            "<p>New.</p>",
            '<p><a href="ref:1">x</a></p>',
            '<ul><li><a href="ref:2">[image]</a> y</li></ul>',
            '<p>z <b>w <a href="ref:3">q</a></b></p>',
            "<hr>",
            "bare words",
            "<h3></h3>",
            "<p>a<br>b</p>",
        ]
    ),
    max_size=8,
).map("".join)


def back(reply: str, source: str = SOURCE) -> RestoredFragment:
    protected = protect_fragment(source)
    clean = clean_html(reply, allowed_hosts=frozenset(), refs=len(protected.refs))
    return restore_fragment(clean.html, source=source, protected=protected)


def joined(restored: RestoredFragment) -> str:
    return "".join(part.html for part in restored.parts)


def atoms(html: str) -> list[str]:
    return sorted(tag.source for tag in tags(html) if tag.name in ATOMS)


def test_a_model_sees_numbers_and_no_attributes() -> None:
    protected = protect_fragment(SOURCE)
    assert protected.html == (
        '<h2>Sea</h2><p>See <a href="ref:1">the map</a>, <b>now</b>.</p>'
        '<p><a href="ref:2">[image: A boat]</a></p><hr/><p>End.</p>'
    )
    assert protected.refs == (LINK, IMAGE)


def test_tags_that_a_model_may_not_write_are_not_shown() -> None:
    protected = protect_fragment(
        '<p>A <span class="x">b</span> <mark>c</mark><!-- d --></p><table><tr><td>e</td></tr></table>'
    )
    assert [tag.name for tag in tags(protected.html)] == ["p", "p"]
    assert "class" not in protected.html


def test_the_same_link_has_the_same_number_in_another_version() -> None:
    refs = protect_fragment(SOURCE).refs
    other = protect_fragment('<p><a id="1" linktype="page">map</a> <a href="/new/">new</a></p>', refs=refs)
    assert other.html == '<p><a href="ref:1">map</a> <a href="ref:3">new</a></p>'
    assert other.refs == (*refs, '<a href="/new/">')


def test_what_a_model_was_shown_comes_back_without_keys_of_blocks() -> None:
    restored = back(protect_fragment(SOURCE).html)
    assert joined(restored) == f"<h2>Sea</h2><p>See {LINK}the map</a>, <b>now</b>.</p>{IMAGE}<hr/><p>End.</p>"
    assert (restored.put_back, restored.lost_links) == ((), ())


def test_an_image_inside_a_list_divides_the_list() -> None:
    restored = back('<ul><li>a <a href="ref:2">[image: A boat]</a> b</li></ul><hr>', SOURCE)
    assert joined(restored) == f"<ul><li>a </li></ul>{IMAGE}<ul><li> b</li></ul><hr/>"


def test_an_image_that_is_named_twice_is_there_once() -> None:
    twice = '<p><a href="ref:2">[image]</a></p><p>x</p><p><a href="ref:2">[image]</a></p>'
    assert joined(back(twice)).count("<embed") == 1


def test_what_was_left_out_goes_back_to_its_relative_place() -> None:
    source = f"<p>{'a' * 50}</p>{IMAGE}<p>{'b' * 50}</p>{FILM}<p>{'c' * 50}</p>"
    restored = back("<h2>A</h2><p>aaaaaaaa</p><ul><li>bbbbbbbbb</li></ul><p>ccccccccc</p>", source)
    assert joined(restored) == f"<h2>A</h2><p>aaaaaaaa</p>{IMAGE}<ul><li>bbbbbbbbb</li></ul>{FILM}<p>ccccccccc</p>"
    assert restored.put_back == ("[image: A boat]", "[media: https://film.example/1]")


def test_the_order_of_images_is_kept_when_one_goes_back() -> None:
    source = f"<p>{'a' * 50}</p>{IMAGE}{FILM}<p>b</p>"
    restored = back('<p>a</p><p><a href="ref:2">[media]</a></p><p>bbbbbbbbbbbbbbbbbbbbbbbbbb</p>', source)
    assert joined(restored) == f"<p>a</p>{IMAGE}{FILM}<p>bbbbbbbbbbbbbbbbbbbbbbbbbb</p>"


def test_of_several_rules_the_one_that_is_missing_goes_back() -> None:
    restored = back("<p>One.</p><p>Two.</p><hr><p>Three.</p>", "<p>One.</p><hr/><p>Two.</p><hr/><p>Three.</p>")
    assert joined(restored) == "<p>One.</p><hr/><p>Two.</p><hr/><p>Three.</p>"
    assert restored.put_back == ("",)


def test_a_link_is_lost_when_its_words_are_too() -> None:
    assert back("<p>See the  map now.</p>").lost_links == ()
    assert back("<p>See it now.</p>").lost_links == ("the map",)


def test_empty_elements_are_taken_out() -> None:
    assert joined(back("<p> </p><p></p><ul><li><br></li></ul><p>x<b></b></p>", "<p>y</p>")) == "<p>x</p>"


def test_empty_paragraphs_stay_where_the_text_has_some() -> None:
    source = f'<p>a </p><p data-block-key="x"></p>{IMAGE}<p>b</p>'
    restored = back(protect_fragment(source).html, source)
    assert joined(restored) == f"<p>a </p><p></p>{IMAGE}<p>b</p>"


@given(st.lists(blocks, max_size=8).map("".join))
def test_an_answer_that_repeats_the_text_loses_nothing(source: str) -> None:
    restored = back(protect_fragment(source).html, source)
    assert restored.put_back == restored.lost_links == ()
    assert "".join(visible(joined(restored)).split()) == "".join(visible(source).split())
    assert atoms(joined(restored)) == atoms(source)


@given(st.lists(blocks, max_size=8).map("".join), answers)
def test_whatever_is_answered_every_image_and_rule_is_there(source: str, answer: str) -> None:
    restored = back(answer, source)
    html = joined(restored)
    assert set(atoms(source)) <= set(atoms(html))
    assert html.count("<hr/>") >= source.count("<hr/>")
    open_tags: list[str] = []
    for tag in tags(html):
        if tag.closing:
            assert open_tags.pop() == tag.name
        elif not tag.void:
            open_tags.append(tag.name)
        if tag.name in ATOMS:
            assert open_tags == []
    assert open_tags == []


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        (f"<p>One.</p>{IMAGE}" * 1, "<p>a</p>" * 2400),
        ("".join(f'<embed embedtype="image" id="{n}" alt=""/><p>x</p>' for n in range(300)), "<p>a</p>" * 300),
        ("<p>x</p>", "<p> " + " " * 90_000 + "<p>" * 2000),
        ("<p>x</p>", "<b>" * 40 + "<p></p>" * 2000),
        ("<p>x</p>", "<p>" + "\n" * 150_000 + "x</p>"),
        ("<p>x</p>", "<ul><li>" + f"<p>{'x' * 60}</p>" * 2400 + "</li></ul>"),
    ],
)
def test_large_fragments_do_not_take_long(source: str, answer: str) -> None:
    started = time.process_time()
    back(answer, source)
    assert time.process_time() - started < 3
