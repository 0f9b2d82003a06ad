"""Answers in another form than asked for, in several versions, and of more letters than there is room for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.assist import PLAIN, RICH, TITLE, Run, only, told
from wagtail_ai_content.core.errors import MalformedReply
from wagtail_ai_content.core.guardrails.formats import NEXT_OPTION

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "result", "warning"),
    [
        ("## A\n\nAt **noon**\n\n- b\n- c", "<h2>A</h2><p>At <b>noon</b></p><ul><li>b</li><li>c</li></ul>", "Markdown"),
        ("First line.\n\nSecond & last.", "<p>First line.</p><p>Second &amp; last.</p>", ""),
        ('{"html": "<p>Calm.</p>"}', "<p>Calm.</p>", "JSON"),
        ('["<p>Calm.</p>"]', "<p>Calm.</p>", "JSON"),
        ("```html\n<p>Calm.</p>\n```", "<p>Calm.</p>", ""),
        ("Sure! Here is the improved text:\n\n<p>Calm.</p>", "<p>Calm.</p>", ""),
        ("<!DOCTYPE html><html><head><title>x</title></head><body><p>Calm.</p></body></html>", "<p>Calm.</p>", ""),
        ("<p>At **dawn**.</p>", "<p>At <b>dawn</b>.</p>", ""),
        ("See [this](javascript:alert(1)) and ![x](https://e.example/x.png).\n\n- a", "", "image was taken out"),
    ],
)  # fmt: skip
def test_another_form_of_a_reply_is_understood_and_said(reply: Run, text: str, result: str, warning: str) -> None:
    parsed = reply(text, **{**RICH, "source": "<p>Old.</p>"})
    if result:
        assert only(parsed) == result
    assert warning in told(parsed)
    assert bool(parsed.warnings) is bool(warning)
    assert "javascript" not in only(parsed)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("<p>One.</p><p>Two &amp; three.</p>", "One.\n\nTwo & three."),
        ("<ul><li>One</li><li>Two</li></ul>", "- One\n- Two"),
        ("# One\n\n**Two** and [three](https://x.example)", "One\n\nTwo and three"),
        ("“One.”", "One."),
        ("A &lt;script&gt; stays text", "A &lt;script&gt; stays text"),
        ('{"text": "One."}', "One."),
    ],
)
def test_a_plain_field_gets_plain_words(reply: Run, text: str, result: str) -> None:
    assert only(reply(text, **PLAIN)) == result


def test_marks_that_the_text_had_itself_are_no_accident(reply: Run) -> None:
    text = "Type <b>bold</b> as **bold**."
    assert only(reply(text, **{**PLAIN, "source": "Write <b>bold</b> as **bold**."})) == text


@pytest.mark.parametrize("text", ["<p> </p>", "<script>alert(1)</script>", '{"note": 3}', '{"a": ["b', NEXT_OPTION])
@pytest.mark.parametrize("place", [RICH, PLAIN])
def test_a_reply_without_a_text_is_malformed(reply: Run, text: str, place: dict[str, Any]) -> None:
    with pytest.raises(MalformedReply):
        reply(text, **{**place, "source": "Old."})


# --- several versions, lengths


def test_versions_are_parted_and_counted(reply: Run) -> None:
    text = f"<p>One.</p>\n{NEXT_OPTION}\n<p>Two.</p>\n<p>{NEXT_OPTION}</p>\n<p>One.</p>"
    parsed = reply(text, **{**RICH, "source": "<p>Old.</p>", "options": 3})
    assert parsed.value == {"kind": "rich", "options": ["<p>One.</p>", "<p>Two.</p>"]}
    assert (parsed.count, told(parsed)) == (2, "You asked for 3 versions; 2 of them can be used.")


@pytest.mark.parametrize(
    "text",
    [
        f"Dawn\n{NEXT_OPTION}\nDusk\n{NEXT_OPTION}\nNoon",
        f"Option 1: Dawn\n{NEXT_OPTION}\n**Option 2:** Dusk\n{NEXT_OPTION}\nVersion 3\nNoon",
        "1. Dawn\n2. Dusk\n3. Noon",
        '["Dawn", "Dusk", "Noon", "Midnight"]',
        '{"titles": ["Dawn", "Dusk", "Noon"], "note": "Three."}',
    ],
)
def test_titles_in_any_order_of_lines_are_versions(reply: Run, text: str) -> None:
    parsed = reply(text, **{**TITLE, "action": "suggest", "options": 3})
    assert parsed.value["options"] == ["Dawn", "Dusk", "Noon"]


def test_a_suggestion_that_is_there_already_is_none(reply: Run) -> None:
    parsed = reply(f"The walk\n{NEXT_OPTION}\nDusk", **{**TITLE, "action": "suggest", "options": 2})
    assert parsed.value["options"] == ["Dusk"]


def test_suggestions_that_are_too_long_are_left_out_while_others_fit(reply: Run) -> None:
    parsed = reply(f"{'word ' * 20}\n{NEXT_OPTION}\nDusk", **{**TITLE, "action": "suggest", "options": 2})
    assert parsed.value["options"] == ["Dusk"]
    assert "more than 60 characters were left out (1)" in told(parsed)


def test_a_plain_text_that_is_too_long_is_cut_at_a_word(reply: Run) -> None:
    parsed = reply("word " * 20, **{**TITLE, "max_length": 40})
    assert only(parsed) == "word word word word word word word word…"
    assert "longer than 40 characters" in told(parsed)


def test_a_rich_text_that_is_too_long_is_shown_and_told(reply: Run) -> None:
    parsed = reply("<p>One two three.</p>", **{**RICH, "source": "<p>One.</p>", "max_length": 10})
    assert only(parsed) == "<p>One two three.</p>"
    assert "has 14 characters, and there is room for 10" in told(parsed)


def test_the_limit_of_a_field_is_none_of_a_part_of_it(reply: Run) -> None:
    parsed = reply("word " * 20, **{**TITLE, "max_length": 40, "selected": True})
    assert (only(parsed), parsed.warnings) == (("word " * 20).strip(), ())


def test_a_title_is_one_line(reply: Run) -> None:
    assert only(reply("The long\nwalk", **TITLE)) == "The long walk"
