"""The built-in engine's texts: verbatim sentences, within their limits, from more than one page."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wagtail_ai_content.core.errors import NothingToWorkOn
from wagtail_ai_content.core.providers.base import Request
from wagtail_ai_content.core.providers.extractive.answers import answer
from wagtail_ai_content.core.providers.extractive.languages import ENGLISH, GERMAN, language_of
from wagtail_ai_content.core.providers.extractive.sentences import leans, split

STRING = {"type": "string"}
FORMS: dict[str, dict[str, Any]] = {
    "title": {"titles": {"type": "array", "items": STRING, "maxItems": 3}, "note": STRING},
    "meta": {"seo_title": STRING, "search_description": STRING, "note": STRING},
    "summarise": {"summary": STRING, "note": STRING},
    "page_text": {
        "blocks": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "kind": {"enum": ["heading", "paragraph", "list"]},
                    "text": STRING,
                    "items": {"type": "array", "items": STRING},
                },
                "required": ["kind", "text", "items"],
            },
        },
        "note": STRING,
    },
}
CLAY = (
    "Clay is decomposed rock. Its tiny flat particles slide over one another when they are wet.\n\n"
    "Earthenware clay melts early, so it is fired at around 1,050 °C and stays porous. Stoneware clay holds its shape "
    "up to 1,280 °C and becomes dense. Porcelain is the whitest and the least forgiving clay of the three. It sags if "
    "it is thrown too thin."
)
KILN = (
    "A kiln is a box that keeps heat in. Dr. Hart used to say that the kiln does half of the potter's work.\n\n"
    "The first firing turns dry clay into a hard and absorbent body. Raise the kiln temperature by no more than 100 °C "
    "an hour. After that the kiln can climb faster. Bisque ware is strong enough to handle and still drinks glaze.\n\n"
    "Pyrometric cones measure heat work and not the kiln temperature alone. A cone bends when time and heat together "
    "have done enough. Never open a kiln above 100 °C, as cold air cracks the glaze."
)
SAFETY = (
    "Fine silica dust stays in the air for hours and damages the lungs. Clean tables with a wet sponge.\n\n"
    "Some glaze materials are toxic until they are fired. Wear gloves when you mix a glaze, and label every bucket of "
    "glaze with its date. Barium and manganese glazes do not belong on tableware. A glaze that was fired too low can "
    "leach metals into food."
)
SUMMARY = "A handbook for the members of the Riverside workshop. It follows a pot from raw clay to the glaze firing."
SECTION: dict[str, Any] = {
    "language": "en",
    "title": "Pottery handbook",
    "summary": SUMMARY,
    "pages": [
        {"title": "Clay", "text": CLAY},
        {"title": "The kiln", "text": KILN},
        {"title": "Glazing", "text": ""},
        {"title": "Safety", "text": SAFETY},
    ],
    "position": 2,
    "page_title": "Glazing",
}
ODD = st.text(alphabet=st.sampled_from("abc AB.!?。中文 \n\u0301\u200d\ud800\x00م،؟1,-<&"), max_size=120)


def ask(function: str, **material: Any) -> Any:
    schema = {"type": "object", "properties": FORMS[function], "required": list(FORMS[function])}
    return json.loads(answer(request(schema=schema, function=function, **material)))


def request(*, schema: Any = None, **material: Any) -> Request:
    return Request(model="builtin/extractive", messages=(), max_tokens=500, material=material, schema=schema)


def blocks(kind: str, **material: Any) -> list[str]:
    return [block["text"] for block in ask("page_text", **material)["blocks"] if block["kind"] == kind]


def said(paragraphs: list[str]) -> list[str]:
    return [sentence for paragraph in paragraphs for sentence in split(paragraph, ENGLISH)]


def is_made_of(text: str, sentences: list[str]) -> bool:
    text = text.strip()
    return not text or any(text.startswith(one) and is_made_of(text[len(one) :], sentences) for one in sentences)


def test_a_blank_page_is_made_of_sentences_of_its_section_each_once() -> None:
    found = said(blocks("paragraph", **SECTION))
    sources = [sentence for text in (SUMMARY, CLAY, KILN, SAFETY) for sentence in split(text, ENGLISH)]
    assert set(found) <= set(sources)
    assert len(found) == len(set(found)) >= 8


def test_a_blank_page_opens_with_the_section_and_speaks_of_its_own_title() -> None:
    paragraphs = blocks("paragraph", **SECTION)
    assert paragraphs[0].startswith("A handbook for the members")
    assert sum("glaze" in sentence.casefold() for sentence in said(paragraphs)) >= 4


def test_a_blank_page_takes_no_other_page_over_wholesale() -> None:
    found = set(said(blocks("paragraph", **SECTION)))
    for text in (CLAY, KILN, SAFETY):
        assert 0 < len(found.intersection(split(text, ENGLISH))) <= len(split(text, ENGLISH)) / 2 + 1


def test_a_blank_page_has_two_to_four_headings_from_the_sources() -> None:
    headings = blocks("heading", **SECTION)
    everything = " ".join((CLAY, KILN, SAFETY, "Clay", "The kiln", "Safety")).casefold()
    assert 2 <= len(headings) == len(set(headings)) <= 4
    assert all(heading.casefold() in everything for heading in headings)


def test_a_sentence_that_leans_on_another_follows_it() -> None:
    everything = "\n".join((SUMMARY, CLAY, KILN, SAFETY))
    for paragraph in blocks("paragraph", **SECTION):
        sentences = split(paragraph, ENGLISH)
        for before, sentence in zip(["", *sentences], sentences, strict=False):
            assert not leans(sentence, ENGLISH) or f"{before} {sentence}" in everything


def test_a_page_alone_in_its_section_starts_from_the_summary() -> None:
    found = ask(
        "page_text", language="en", summary=SUMMARY, page_title="Glazing", pages=[{"title": "Glazing"}], position=0
    )
    assert [(block["kind"], block["text"]) for block in found["blocks"]] == [("paragraph", SUMMARY)]


def test_one_other_page_gives_at_most_half_of_itself() -> None:
    found = said(blocks("paragraph", language="en", pages=[{"title": "The kiln", "text": KILN}], page_title="Firing"))
    assert 0 < len(found) <= len(split(KILN, ENGLISH)) / 2 + 1


@pytest.mark.parametrize("limit", [20, 60])
def test_titles_fit_differ_and_are_not_the_one_the_page_has(limit: int) -> None:
    titles = ask("title", language="en", text=KILN, page_title="The kiln", limits={"title": limit})["titles"]
    assert 1 <= len(titles) == len({title.casefold() for title in titles}) <= 3
    assert all(0 < len(title) <= limit and title != "The kiln" for title in titles)


def test_a_heading_in_the_text_is_the_first_title() -> None:
    assert ask("title", language="en", text=f"Why kilns crack\n\n{KILN}")["titles"][0] == "Why kilns crack"


def test_a_german_text_gets_german_key_phrases() -> None:
    text = (
        "Der alte Ofen steht im Keller. Wir heizen den alten Ofen am 3. Oktober an. Die Glasur braucht Hitze. "
        "Ohne die Glasur bleibt der Ton rau. Jeder Ofen kühlt langsam ab."
    )
    titles = ask("title", language="de-AT", text=text)["titles"]
    assert any(" und " in title for title in titles)
    assert all(title[0].isupper() for title in titles)
    assert len(split(text, GERMAN)) == 5


def test_meta_texts_fit_their_limits_and_are_verbatim() -> None:
    found = ask("meta", language="en", text=KILN, page_title="The kiln")
    assert found["seo_title"].startswith("The kiln: ")
    assert len(found["seo_title"]) <= 60
    assert 64 <= len(found["search_description"]) <= 160
    assert set(split(found["search_description"], ENGLISH)) <= set(split(KILN, ENGLISH))


def test_a_sentence_that_is_too_long_for_a_description_is_cut_with_an_ellipsis() -> None:
    text = "The kiln " + "and the next kiln " * 20 + "is hot."
    description = ask("meta", language="en", text=text)["search_description"]
    assert len(description) <= 160
    assert description.endswith("…")
    assert text.startswith(description.removesuffix("…"))


def test_a_summary_keeps_the_order_and_the_wording() -> None:
    summary = ask("summarise", language="en", text=f"{KILN}\n\n{SAFETY}")["summary"]
    sentences = split(f"{KILN}\n\n{SAFETY}", ENGLISH)
    places = [sentences.index(sentence) for sentence in split(summary, ENGLISH)]
    assert 2 <= len(places) <= 4
    assert places == sorted(places)


@given(ODD, st.integers(1, 200), st.sampled_from(["", "en", "de", "zh", "ar", "xx"]))
@settings(deadline=None)
def test_lengths_hold_for_any_text(text: str, limit: int, language: str) -> None:
    limits = {"title": limit, "seo_title": limit, "search_description": limit, "summary": limit}
    try:
        found = [ask(name, text=text, language=language, limits=limits) for name in ("title", "meta", "summarise")]
    except NothingToWorkOn:
        assert not any(letter.isalnum() for letter in text)
        return
    texts = [*found[0]["titles"], found[1]["seo_title"], found[1]["search_description"], found[2]["summary"]]
    assert all(0 < len(short) <= limit for short in texts)


@given(st.lists(ODD, max_size=4), ODD, st.sampled_from(["", "en", "ja", "fa"]))
@settings(deadline=None)
def test_any_section_gives_verbatim_sentences_or_a_clear_refusal(texts: list[str], summary: str, language: str) -> None:
    pages = [{"title": f"Page {number}", "text": text} for number, text in enumerate(texts)]
    try:
        found = blocks("paragraph", pages=pages, summary=summary, language=language, page_title="a b", position=1)
    except NothingToWorkOn:
        return
    cleaned = [text.replace("\ud800", "").replace("\x00", "").strip() for text in (summary, *texts)]
    sources = [sentence for text in cleaned for sentence in split(text, language_of(language))]
    assert all(is_made_of(paragraph, sources) for paragraph in found)


@pytest.mark.parametrize("function", [*FORMS, "rewrite", "something_of_the_sites_own", ""])
@pytest.mark.parametrize(
    "odd", [{}, {"text": " \n"}, {"text": 3, "pages": {"a": 1}, "units": [None, {"html": 7}], "limits": []}]
)
def test_no_text_is_said_by_the_pages_name(function: str, odd: dict[str, Any]) -> None:
    with pytest.raises(NothingToWorkOn, match="“Untitled” has no text"):
        answer(request(function=function, **odd))


def test_a_page_without_text_is_named() -> None:
    with pytest.raises(NothingToWorkOn, match="“Glazing” has no text"):
        answer(request(function="rewrite", page_title="Glazing", units=[{"id": "u1", "html": "<p> </p>"}]))


@pytest.mark.parametrize(
    ("material", "expected"),
    [
        ({"function": "summarise", "text": "Clay is rock."}, "Clay is rock."),
        ({"function": "title", "text": "Clay is rock."}, "Clay is rock"),
        ({"function": "meta", "text": "Clay is rock."}, "Clay is rock."),
        ({"function": "own", "topics": ["Clay is rock."]}, "Clay is rock."),
        ({"function": "rewrite", "units": [{"id": "1", "html": "<p>Clay  is <b>rock</b>.</p>"}]}, "Clay is rock."),
        ({"function": "page_text", "units": [{"id": "1", "html": "Clay &amp; rock.", "plain": True}]}, "Clay & rock."),
        ({"function": "page_text", "summary": "Clay is rock."}, "Clay is rock."),
    ],
)
def test_without_a_schema_the_answer_is_plain_text(material: dict[str, Any], expected: str) -> None:
    assert answer(request(language="en", **material)) == expected
