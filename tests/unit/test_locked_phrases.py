"""Locked phrases put back by code: the smallest change that dropped one is not made."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wagtail_ai_content.core.versions.locked import Kept, keep
from wagtail_ai_content.core.versions.shape import ListOf, RichText, Stream, Struct, Text

SHAPE = {
    "title": Text(),
    "description": Text(),
    "body": Stream({"text": RichText(), "note": Text(), "card": Struct({"heading": Text(), "points": ListOf(Text())})}),
}
FIRST = '<p data-block-key="x">Our partner Acme Corp sells 12 % of all tea. The <b>rest</b> is good.</p>'
SECOND = '<p data-block-key="y">It rains.</p>'
CARD = {
    "heading": "Why",
    "points": [{"type": "item", "value": "Acme Corp", "id": "i1"}, {"type": "item", "value": "tea", "id": "i2"}],
}


def body(text: str = FIRST + SECOND, note: str = "A note", card: Any = CARD) -> str:
    blocks = [("a", "text", text), ("b", "note", note), ("c", "card", card)]
    return json.dumps([{"type": kind, "value": value, "id": key} for key, kind, value in blocks if value is not None])


BASE = {"title": "Acme Corp tea", "description": "", "body": body()}


def kept(*locked: str, **changes: Any) -> Kept:
    return keep(BASE, {**BASE, **changes}, shape=SHAPE, language="en", locked=locked or ("Acme Corp",))


def test_without_a_loss_the_proposal_is_as_it_was() -> None:
    proposed = {"title": "Tea of Acme Corp", "body": body(FIRST.replace("12 %", "15 %"))}
    found = kept(**proposed)
    assert found.content == {**BASE, **proposed}
    assert (found.put_back, found.refused) == ((), ())
    assert [(one.before, one.after) for one in found.differences] == [("12 %", "15 %")]


def test_only_the_words_that_hold_the_phrase_are_put_back() -> None:
    text = FIRST.replace("Acme Corp", "Acme Inc").replace("all tea", "the tea") + SECOND.replace("rains", "pours")
    found = kept(body=body(text))
    assert found.content["body"] == body(FIRST.replace("all tea", "the tea") + SECOND.replace("rains", "pours"))
    assert [(one.before, one.path) for one in found.put_back] == [("Acme Corp", "body.a")]
    assert found.refused == ()


def test_a_field_that_drops_it_stays_while_others_change() -> None:
    found = kept(title="Tea", description="Acme Corp and tea", body=body(note="Another note"))
    assert found.content == {**BASE, "description": "Acme Corp and tea", "body": body(note="Another note")}


def test_a_deleted_block_or_item_with_the_phrase_comes_back() -> None:
    assert kept(body=body(card=None, note="Other")).content["body"] == body(note="Other")
    without = {**CARD, "heading": "How", "points": CARD["points"][1:]}
    assert kept(body=body(card=without)).content["body"] == body(card={**CARD, "heading": "How"})


def test_a_phrase_that_moved_within_its_field_is_left_where_it_is() -> None:
    proposed = body(FIRST.replace("Acme Corp", "Somebody"), note="Acme Corp is our partner")
    assert kept(body=proposed).content["body"] == proposed


def test_a_word_put_inside_the_phrase_is_taken_out() -> None:
    found = kept(body=body(FIRST.replace("Acme Corp", "Acme Super Corp") + SECOND))
    assert found.content == BASE


def test_a_whole_rewrite_keeps_every_place_that_said_it() -> None:
    rewritten = body("<p>All new.</p>", note="New", card={"heading": "New", "points": []})
    card = {**CARD, "heading": "New", "points": CARD["points"][:1]}
    assert kept(title="Tea", body=rewritten).content == {**BASE, "body": body(note="New", card=card)}
    assert kept(body="[").content == BASE


def test_several_phrases_are_kept_apart() -> None:
    found = kept("Acme Corp", "It rains", title="Tea", body=body(FIRST + SECOND.replace("It rains", "It pours")))
    assert found.content == BASE
    assert sorted(one.before for one in found.put_back) == ["Acme Corp", "It rains"]


SENTENCES = [
    "Acme Corp sells tea.",
    "It rains.",
    "We met Acme Corp in May.",
    "All is good.",
    "Acme sells.",
    "Tea, tea.",
]
TEXTS = st.lists(st.sampled_from(SENTENCES), max_size=5).map(lambda parts: "".join(f"<p>{part}</p>" for part in parts))
NOTES = st.lists(st.sampled_from(SENTENCES), max_size=3).map(" ".join)
BODIES = st.builds(lambda text, note, card: body(text, note, card), TEXTS, NOTES | st.none(), st.just(CARD) | st.none())


@given(BODIES, BODIES, NOTES)
def test_no_proposal_drops_a_locked_phrase(before: str, after: str, title: str) -> None:
    base = {**BASE, "body": before}
    found = keep(base, {**base, "body": after, "title": title}, shape=SHAPE, language="en", locked=["Acme Corp"])
    assert found.refused == ()
    assert _times(found.content["body"]) >= _times(before)
    assert found.content["title"].count("Acme Corp") >= 1


def _times(stream: str) -> int:
    return stream.count("Acme Corp")
