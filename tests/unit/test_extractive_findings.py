"""What the built-in engine tells about texts by counting."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from wagtail_ai_content.core.providers.base import Message, Request
from wagtail_ai_content.core.providers.extractive import ExtractiveProvider


def found(*texts: dict[str, Any], language: str = "en") -> list[dict[str, str]]:
    material = {"function": "suggestions", "language": language, "texts": list(texts)}
    message = Message(role="user", content="")
    request = Request(model="builtin/extractive", messages=(message,), max_tokens=100, material=material)
    answer = json.loads(asyncio.run(ExtractiveProvider().complete(request)).text)
    assert set(answer) == {"suggestions", "note"}
    return list(answer["suggestions"])


def text(html: str, **more: Any) -> dict[str, Any]:
    return {"id": "t1", "path": "body", "label": "Body", "role": "prose", "plain": False, "html": html, **more}


def messages(*texts: dict[str, Any]) -> list[tuple[str, str]]:
    return [(finding["kind"], finding["message"]) for finding in found(*texts)]


def paragraph(*sentences: str) -> str:
    return f"<p>{' '.join(sentences)}</p>"


def distinct(words: int) -> str:
    """A sentence of so many words."""
    return f"{' '.join(['Word', *(f'w{number}' for number in range(words - 1))])}."


GOOD = "<h2>Noon</h2>" + "".join(
    paragraph(f"Boat {number} comes in at noon.", f"Nets of number {number} dry.", f"A bell rings {number} times.")
    for number in range(1, 9)
)


def test_a_text_in_which_nothing_is_wrong_has_no_findings() -> None:
    assert found(text(GOOD)) == []


def test_long_sentences_are_counted() -> None:
    one = messages(text(GOOD + paragraph(distinct(41))))
    assert one == [("readability", "A sentence has 41 words: “Word w0 w1 w2 w3 w4 …”. Divide it.")]
    two = messages(text(GOOD + paragraph(distinct(41)) + paragraph(distinct(31))))
    assert two == [
        ("readability", "2 sentences have many words, the longest 41: “Word w0 w1 w2 w3 w4 …”. Divide them.")
    ]
    assert messages(text(GOOD + paragraph(distinct(30)))) == []


def test_a_long_text_without_headings_and_long_paragraphs_are_told_together() -> None:
    long = paragraph(*[distinct(20).replace("w", f"v{number}") for number in range(8)])
    short = "".join(paragraph(distinct(20).replace("w", f"u{number}")) for number in range(8))
    (structure,) = [message for kind, message in messages(text(long + short)) if kind == "structure"]
    assert structure == (
        "This text has 320 words and no heading. Divide it with headings. "
        "A paragraph has 160 words: “Word v00 v01 v02 v03 v04 …”. Divide it."
    )
    with_heading = [message for kind, message in messages(text(f"<h3>x</h3>{long}{short}")) if kind == "structure"]
    assert with_heading == ["A paragraph has 160 words: “Word v00 v01 v02 v03 v04 …”. Divide it."]


def test_a_plain_text_cannot_have_headings() -> None:
    plain = "\n\n".join(distinct(20).replace("w", f"u{number}") for number in range(16))
    assert not [kind for kind, _ in messages(text(plain, plain=True)) if kind == "structure"]


def test_sentences_that_begin_alike_are_told() -> None:
    alike = paragraph("We left.", "We walked on.", "We saw nobody.", "Then it rained.")
    assert messages(text(GOOD + alike)) == [
        ("tone", "3 sentences in a row begin with “We”. Begin one of them in another way.")
    ]


def test_a_doubled_word_comes_with_the_repaired_text() -> None:
    (finding,) = found(text(f'{GOOD}<p>See <a href="ref:1">the the map</a>.</p>'))
    assert finding["kind"] == "clarity"
    assert finding["replacement"] == f'{GOOD}<p>See <a href="ref:1">the map</a>.</p>'
    (plain,) = [each for each in found(text("Fish <&> the the sea.", plain=True)) if each["kind"] == "clarity"]
    assert plain["replacement"] == "Fish <&> the sea."


def test_a_quotation_and_a_label_are_left_alone() -> None:
    assert messages(text(GOOD), text("the the end", plain=True, id="t2", role="quotation")) == []
    assert messages(text(GOOD), text("the the end", plain=True, id="t2", role="label")) == []


@pytest.mark.parametrize(("path", "most"), [("title", 60), ("seo_title", 60), ("search_description", 160)])
def test_what_search_results_cut_is_told(path: str, most: int) -> None:
    fits = text("x" * most, plain=True, path=path, role="heading", id="t2")
    long = text("x" * (most + 1), plain=True, path=path, role="heading", id="t2")
    assert messages(text(GOOD), fits) == []
    expected = f"This has {most + 1} characters; search results show about {most}. Shorten it."
    assert messages(text(GOOD), long) == [("readability", expected)]


def test_a_missing_description_and_a_very_short_page_are_told() -> None:
    empty = text("", plain=True, path="search_description", role="label", id="t2")
    assert messages(text("<p>Only this.</p>"), empty) == [
        ("missing", "There is no description for search results. Say in a sentence or two what the page offers."),
        ("missing", "All texts together have only 2 words. Readers may find too little here."),
    ]
    assert [finding["id"] for finding in found(text("<p>Only this.</p>"), empty)] == ["t2", ""]


def test_there_are_twenty_at_most() -> None:
    many = [text(paragraph(distinct(40)), id=f"t{number}") for number in range(40)]
    assert len(found(*many)) == 20


@pytest.mark.parametrize("texts", [None, "x", [3], [{"html": 3}], [{"html": "x", "id": None, "role": 3}]])
def test_odd_data_has_no_findings(texts: Any) -> None:
    material = {"function": "suggestions", "texts": texts}
    request = Request(model="builtin/extractive", messages=(), max_tokens=100, material=material)
    assert json.loads(asyncio.run(ExtractiveProvider().complete(request)).text)["suggestions"] == []
