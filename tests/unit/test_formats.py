"""The forms in which models answer although another was asked for."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_ai_content.core.errors import MalformedReply
from wagtail_ai_content.core.guardrails.formats import NEXT_OPTION, as_html, as_words, looks_like_html, read_options


def options(reply: str, *, asked: int = 3, given: str = "", lines: bool = False) -> tuple[str, ...]:
    return read_options(reply, asked=asked, given=given, lines=lines).texts


@pytest.mark.parametrize(
    "reply",
    [
        f"One\n{NEXT_OPTION}\nTwo",
        f"One {NEXT_OPTION} Two",
        f"One\n\n=+=+=\n\nTwo\n{NEXT_OPTION}\n",
        f"Version 1:\nOne\n{NEXT_OPTION}\nVersion 2:\nTwo",
        f"```\nOne\n```\n{NEXT_OPTION}\n```\nTwo\n```",
        '["One", "Two"]',
        '{"options": [{"text": "One"}, {"text": "Two"}]}',
        '{"options": ["One", "Two"], "note": "as asked"}',
    ],
)
def test_versions_are_found_in_any_form(reply: str) -> None:
    assert options(reply) == ("One", "Two")


def test_no_more_versions_are_taken_than_were_asked_for() -> None:
    assert options(f"One{NEXT_OPTION}Two", asked=1) == ("One",)


def test_lines_are_versions_only_of_a_text_of_one_line() -> None:
    assert options("1. One\n2) Two\n- Three", lines=True) == ("One", "Two", "Three")
    assert options("1. One\n2) Two") == ("1. One\n2) Two",)
    assert options("One\nTwo", lines=True, asked=1) == ("One\nTwo",)


@pytest.mark.parametrize(
    "reply", ["Version 2 of the law is in force.", "Option 3 is the best.", "[1] See below.", "{sic}"]
)
def test_words_that_only_look_like_another_form_stay(reply: str) -> None:
    assert options(reply) == (reply,)


def test_json_stays_where_the_text_itself_is_json() -> None:
    assert options('{"text": "b"}', given='{"text": "a"}') == ('{"text": "b"}',)


@pytest.mark.parametrize("reply", ["", " \n ", NEXT_OPTION, '{"score": 3}', '{"a": "b', '{"a": "1", "b": "2"}', "[[]]"])
def test_a_reply_without_a_text_is_malformed(reply: str) -> None:
    with pytest.raises(MalformedReply):
        options(reply)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One.\nTwo.\n\nThree.", "<p>One.<br/>Two.</p><p>Three.</p>"),
        ("# A #\n###### B", "<h2>A</h2><h4>B</h4>"),
        ("1. a\n2. b\n\n- c **d**\n\ne", "<ol><li>a</li><li>b</li></ol><ul><li>c <b>d</b></li></ul><p>e</p>"),
        ("> said *she*\n\n**x**", "<blockquote>said <i>she</i></blockquote><p><b>x</b></p>"),
        ("a **b**\n---\n`c`", "<p>a <b>b</b></p><hr/><p><code>c</code></p>"),
        ('[a](https://x.example/"b)', '<p><a href="https://x.example/&quot;b">a</a></p>'),
        ("![a](b)\n\n```\nc\n```", "<p><img/></p><p>c</p>"),
        ("2 * 3 * 4 = 24", "<p>2 * 3 * 4 = 24</p>"),
        ("<ul><li>**a**</li></ul>", "<ul><li><b>a</b></li></ul>"),
    ],
)
def test_markdown_and_plain_lines_become_html(text: str, html: str) -> None:
    assert as_html(text, given="").texts == (html,)


def test_markdown_that_the_text_has_itself_is_text() -> None:
    assert as_html("Type **b**.", given="Write **a**.").texts == ("<p>Type **b**.</p>",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("“One”", "One"),
        ("“One” and “two”", "“One” and “two”"),
        ("# A\n\n**b** [c](d)", "A\n\nb c"),
        ("Fish &amp; chips", "Fish & chips"),
        ("&lt;script&gt;", "&lt;script&gt;"),
    ],
)
def test_plain_words_lose_marks_that_nobody_asked_for(text: str, words: str) -> None:
    assert as_words(text, given="", spoken=None).texts == (words,)


def test_plain_words_keep_the_marks_of_the_text() -> None:
    text = "“A **b** &amp; c”"
    assert as_words(text, given="“**x** &amp; y”", spoken=None).texts == (text,)


def test_tags_are_an_accident_only_where_the_text_had_none() -> None:
    assert looks_like_html("a <b>c</b>", given="a")
    assert not looks_like_html("a <b>c</b>", given="<i>a</i>")
    assert not looks_like_html("a < b and c > d", given="a")


@given(st.text(alphabet='ab *_#`-[]()<>!=+\n1.{}":,“”&;', max_size=200))
def test_no_reply_raises_anything_else(text: str) -> None:
    try:
        texts = options(text)
    except MalformedReply:
        return
    for each in texts:
        assert as_html(each, given="").texts[0] is not None
        as_words(each, given="", spoken=None)


@pytest.mark.parametrize(
    "piece",
    [
        "*",
        "**a",
        "[",
        "[a](",
        "`",
        "#",
        "# ",
        " ",
        "- ",
        ">",
        "=+=+=",
        "<p> ",
        "“",
        "&",
        "{",
        '["',
        "((",
        "* a",
        "_ ",
        "version 1 ",
    ],
)
def test_hostile_replies_do_not_take_long(piece: str) -> None:
    text = "x " + piece * (100_000 // len(piece)) + " y"
    started = time.process_time()
    for given_text in ("", text):
        try:
            for each in options(text, given=given_text):
                as_html(each, given=given_text)
                as_words(each, given=given_text, spoken=None)
        except MalformedReply:
            continue
    assert time.process_time() - started < 3
