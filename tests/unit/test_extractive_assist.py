"""What the built-in engine does for one text of the editor, and what it says it cannot do."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from wagtail_ai_content.core.errors import NothingToWorkOn, NotSupported
from wagtail_ai_content.core.providers.base import Chunk, Message, Request
from wagtail_ai_content.core.providers.extractive import ExtractiveProvider

OPTION = "=+=+= next option =+=+="
HTML = (
    '<h2>Leaving</h2><p>We left at  <b>dawn</b> by the the <a href="ref:1">old road</a>. It was cold in the valley. '
    "The tide table hung by the door.</p>"
    '<p><a href="ref:2">[image: The road]</a></p>'
    '<p>The <i>sea</i> was calm, see <a href="ref:3">the tides</a>. Seals lay on the sand and watched the boats.</p>'
    "<hr/><blockquote>I  shall  return.</blockquote>"
)
TEXT = "We left at dawn by the old road. It was cold in the valley. Seals lay on the sand and watched the boats."


def request(action: str, **data: Any) -> Request:
    usual = {
        "function": "assist", "action": action, "kind": "rich", "language": "en", "text": HTML, "use": "text",
        "elements": ["p", "br", "h2", "ul", "li", "b"], "options": 1, "most": 0, "wants": 0, "multiline": True,
        "next_option": OPTION, "page_title": "The walk", "page_text": "", "earlier": "", "label": "Body",
    }  # fmt: skip
    message = Message(role="user", content="")
    return Request(model="builtin/extractive", messages=(message,), max_tokens=8000, material={**usual, **data})


def reply(action: str, **data: Any) -> str:
    return asyncio.run(ExtractiveProvider().complete(request(action, **data))).text


@pytest.mark.parametrize("action", ["improve", "fix"])
def test_small_repairs_change_nothing_else(action: str) -> None:
    expected = HTML.replace("at  <b>", "at <b>").replace("the the", "the")
    assert reply(action) == expected
    assert reply(action, text=expected) == expected


def test_a_plain_text_is_repaired_as_it_is() -> None:
    text = "A  <b> & the the c .\n\nNext  line."
    assert reply("fix", kind="plain", text=text) == "A <b> & the c.\n\nNext line."


def test_shorter_keeps_headings_links_images_and_quotations() -> None:
    text = reply("shorten")
    assert len(text) < len(HTML)
    for kept in ("<h2>Leaving</h2>", 'href="ref:1"', 'href="ref:2"', 'href="ref:3"', "<hr/>", "I  shall  return."):
        assert kept in text


def test_a_summary_is_made_of_sentences_of_the_text() -> None:
    text = reply("summarise")
    assert text.startswith("<p>")
    assert "[image" not in text
    assert reply("summarise", kind="plain", text=TEXT) in TEXT


def test_paragraphs_become_lists_and_nothing_is_lost() -> None:
    text = reply("list")
    assert '<li>The <i>sea</i> was calm, see <a href="ref:3">the tides</a>.</li>' in text
    assert text.count("<ul>") == 2
    assert '<p><a href="ref:2">[image: The road]</a></p>' in text
    assert reply("list", text="<p>One.</p><p>Two.</p>") == "<ul><li>One.</li><li>Two.</li></ul>"
    assert reply("list", text="<p>One. Two.</p>", elements=["p", "ol", "li"]).startswith("<ol><li>One.</li>")


def test_a_long_text_without_headings_is_divided_with_its_own_words() -> None:
    paragraphs = [
        "The tide table hung by the door. Every tide table is printed in March.",
        "A tide table is right to the minute. The tide table is free.",
        "Seals lay on the sand. The grey seals watched the boats.",
        "Grey seals are shy. Most grey seals leave in May.",
    ]
    html = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    text = reply("headings", text=html)
    assert text.count("<h2>") == 2
    assert text.replace("<h2>Tide table</h2>", "").replace("<h2>Grey seals</h2>", "") == html
    assert reply("headings", text=HTML) == HTML


@pytest.mark.parametrize(("use", "most"), [("title", 60), ("seo_title", 60), ("search_description", 160), ("text", 40)])
def test_suggestions_are_different_fit_and_are_parted(use: str, most: int) -> None:
    text = reply("suggest", kind="plain", text="The walk", use=use, most=most, options=3, page_text=TEXT)
    options = text.split(f"\n{OPTION}\n")
    assert 1 < len(options) <= 3
    assert len(set(options)) == len(options)
    assert all(0 < len(option) <= most for option in options)


def test_what_is_there_is_not_suggested_again() -> None:
    first = reply("suggest", kind="plain", text="", use="title", page_text=TEXT)
    assert reply("suggest", kind="plain", text=first, use="title", page_text=TEXT) != first


@pytest.mark.parametrize("action", ["translate", "tone", "expand", "continue", "simplify", "ask", "write", "", "dance"])
def test_what_takes_words_of_its_own_is_refused_in_a_sentence(action: str) -> None:
    with pytest.raises(NotSupported, match="built-in engine cannot do this"):
        reply(action)


def test_an_earlier_result_cannot_be_refined() -> None:
    with pytest.raises(NotSupported, match="ask your developers to set an AI model"):
        reply("shorten", earlier="<p>x</p>", instruction="Shorter still.")


@pytest.mark.parametrize("action", ["fix", "shorten", "summarise", "list", "suggest"])
def test_a_text_without_words_is_nothing_to_work_on(action: str) -> None:
    with pytest.raises(NothingToWorkOn, match="“Body”"):
        reply(action, text='<p><a href="ref:1">[image: A boat]</a></p>')


def test_the_answer_can_be_streamed() -> None:
    async def chunks() -> list[Chunk]:
        return [chunk async for chunk in ExtractiveProvider().stream(request("fix"))]

    found = asyncio.run(chunks())
    assert len(found) > 5
    assert "".join(chunk.text for chunk in found) == found[-1].reply.text == reply("fix")


@pytest.mark.parametrize("data", [{"text": 3}, {"elements": "p"}, {"options": "x"}, {"most": True}, {"label": None}])
def test_odd_data_ends_in_an_answer_or_an_error_of_ours(data: dict[str, Any]) -> None:
    for action in ("fix", "list", "headings", "suggest", "summarise"):
        try:
            assert isinstance(reply(action, **data), str)
        except NothingToWorkOn:
            assert "text" in data
