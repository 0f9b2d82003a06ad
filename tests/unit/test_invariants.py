"""Two versions of a text or a page compared by their facts."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_ai_content.core.versions.facts.extract import facts
from wagtail_ai_content.core.versions.invariants import Difference, compare, content_differences
from wagtail_ai_content.core.versions.shape import Children, ListOf, RichText, Stream, Struct, Text, Value

SHAPE = {
    "title": Text(),
    "intro": RichText(),
    "hero": Value(holds="image"),
    "links": Children({"title": Text()}),
    "body": Stream(
        {
            "text": RichText(),
            "note": Text(),
            "picture": Value(holds="image"),
            "card": Struct({"heading": Text(), "points": ListOf(Text())}),
        }
    ),
}


def stream(*blocks: tuple[str, str, Any]) -> str:
    return json.dumps([{"type": kind, "value": value, "id": key} for key, kind, value in blocks])


CARD = {"heading": "Rooms", "points": [{"type": "item", "value": "30 rooms", "id": "i1"}]}
PAGE = {
    "title": "The inn",
    "intro": "<p>Sales rose 12 % in 2024.</p>",
    "hero": 7,
    "links": [{"pk": None, "title": "Open 9am"}],
    "body": stream(("a", "text", "<p>We met Anna Meyer.</p>"), ("b", "card", CARD), ("c", "picture", {"image": 3})),
}


def told(differences: tuple[Difference, ...]) -> list[tuple[str, str, str, str]]:
    return [(found.kind, found.change, found.before, found.after) for found in differences]


def texts(before: str, after: str, *locked: str, language: str = "en") -> list[tuple[str, str, str, str]]:
    return told(compare(before, after, rich=False, language=language, locked=locked))


def pages(**changes: Any) -> list[tuple[str, str, str, str, str]]:
    found = content_differences(PAGE, {**PAGE, **changes}, shape=SHAPE, language="en", locked=["Anna Meyer"])
    return [(one.path, one.kind, one.change, one.before, one.after) for one in found]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Up 12 % now.", "Up 15 % now.", [("number", "changed", "12 %", "15 %")]),
        ("12 % and 12 %", "12 % and 15 %", [("number", "changed", "12 %", "15 %")]),
        ("Up 12 % in 2024.", "In 2024 up 15 %.", [("number", "changed", "12 %", "15 %")]),
        ("Since 1998. 12 staff. 30 rooms.", "12 staff, 35 rooms.",
         [("number", "changed", "30", "35"), ("number", "lost", "1998", "")]),
        ("On 12 March 2026.", "On March 12th, 2026.", []),
        ("On 12 March 2026.", "On 12 March.", [("date", "changed", "12 March 2026", "12 March")]),
        ("It costs €3m.", "It costs 3 million euros.", []),
        ("We met Anna Meyer.", "Anna Meyer met us.", []),
        ("We met Anna Meyer.", "We met Anna Maier.", [("name", "changed", "Anna Meyer", "Anna Maier")]),
        ("She said “never again”.", "She said \"never again\".", []),
        ("She said “never again”.", "She said “never”.", [("quotation", "changed", "never again", "never")]),
        ("See https://a.example/x.", "See it.", [("link", "lost", "https://a.example/x", "")]),
        ("12 % here, 12 % there", "12 % everywhere", []),
        ("Tea", "Tea from 1,200 farms", [("number", "added", "", "1,200")]),
    ],
)  # fmt: skip
def test_a_text_tells_what_was_added_lost_or_changed(before: str, after: str, expected: list[Any]) -> None:
    assert texts(before, after) == expected


def test_a_locked_phrase_is_counted() -> None:
    lost = ("phrase", "lost", "Acme Corp", "")
    assert texts("Acme Corp is good. Acme Corp rules.", "Acme Corp is good.", "Acme Corp") == [lost]
    assert lost in texts("Acme Corp", "ACME CORP", "Acme Corp")
    found = compare("Acme Corp", "acme", rich=False, language="en", locked=["Acme Corp"])
    assert [(one.kind, one.locked, one.alert) for one in found if one.locked] == [("phrase", True, True)]


def test_rich_text_tells_lost_links_and_pictures() -> None:
    before = '<p><a href="https://a.example">x</a></p><embed embedtype="image" id="7" alt=""/>'
    found = compare(before, '<p><a href="https://b.example">x</a></p>', rich=True, language="en", path="body.a")
    assert told(found) == [("link", "changed", "https://a.example", "https://b.example"), ("image", "lost", "7", "")]
    assert {one.path for one in found} == {"body.a"}


def test_nothing_differs_in_the_same_page() -> None:
    assert pages() == []
    assert pages(body=json.dumps(json.loads(PAGE["body"]), indent=1)) == []


def test_a_page_tells_the_places() -> None:
    card = {**CARD, "points": [{"type": "item", "value": "35 rooms", "id": "i1"}]}
    body = stream(("a", "text", "<p>We met Anna Meyer.</p>"), ("b", "card", card), ("c", "picture", {"image": 4}))
    assert pages(body=body, hero=8, links=[{"pk": None, "title": "Open 10am"}]) == [
        ("hero", "image", "changed", "7", "8"),
        ("links.row0.title", "date", "changed", "9am", "10am"),
        ("body.b.points.i1", "number", "changed", "30", "35"),
        ("body.c", "image", "changed", "3", "4"),
    ]


def test_what_moved_to_another_place_is_not_lost() -> None:
    body = stream(("b", "card", CARD), ("c", "picture", {"image": 3}), ("a", "text", "<p>Anna Meyer said 12 %.</p>"))
    assert pages(body=body, intro="<p>Sales rose in 2024.</p>") == []


def test_what_the_page_said_before_is_not_new() -> None:
    assert pages(title="The inn with 30 rooms and 12 % more") == []
    assert pages(title="The inn with 31 rooms") == [("title", "number", "added", "", "31")]


def test_a_block_that_is_gone_is_told_with_what_it_said() -> None:
    found = pages(body=stream(("a", "text", "<p>We met Anna Meyer.</p>"), ("d", "note", "Tea")))
    assert found == [
        ("body.d", "block", "added", "", "note"),
        ("body.b", "block", "lost", "card", ""),
        ("body.b.points.i1", "number", "lost", "30", ""),
        ("body.c", "block", "lost", "picture", ""),
        ("body.c", "image", "lost", "3", ""),
    ]


def test_a_locked_phrase_may_move_within_its_field_only() -> None:
    moved = stream(("a", "text", "<p>We met her.</p>"), ("b", "card", {**CARD, "heading": "Anna Meyer"}),
                   ("c", "picture", {"image": 3}))  # fmt: skip
    assert pages(body=moved) == []
    gone = stream(("a", "text", "<p>We met her.</p>"), ("b", "card", CARD), ("c", "picture", {"image": 3}))
    assert ("body.a", "phrase", "lost", "Anna Meyer", "") in pages(body=gone, title="Anna Meyer")


BROKEN: list[Any] = ["[", "[1,2", '[{"type":"text"}]', "null", None, 3, [], {}, '[{"type":["x"],"value":1,"id":[]}]',
                     "[" * 5000, '["a", null, {"type":"card","value":{"points":"x","heading":4}}]', "\0<p"]  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN, ids=lambda value: str(value)[:12])
@pytest.mark.parametrize("field", ["title", "intro", "hero", "links", "body"])
def test_content_of_another_form_is_no_error(field: str, broken: Any) -> None:
    one, other = {**PAGE, field: broken}, PAGE
    for base, proposed in ((one, other), (other, one), (one, {})):
        content_differences(base, proposed, shape=SHAPE, language="en", locked=["Anna Meyer"])


def test_a_difference_comes_back_from_json_whole() -> None:
    for found in compare("12 % of Anna", "15 % of tea \0", rich=False, language="en"):
        assert Difference.from_json(json.loads(json.dumps(found.as_json()))) == found


def test_a_long_quotation_is_told_in_short() -> None:
    (found,) = compare(f"“{'go home ' * 1000}”", "", rich=False, language="en")
    assert len(found.before) == 200


WORDS = st.sampled_from(
    ["tea", "12 %", "15 %", "1,000", "12 March 2026", "we met Anna Meyer", "€3m", "“go”", ".", "Bob"]
)
TEXTS = st.lists(WORDS, max_size=12).map(" ".join)


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert compare(text, text, rich=False, language="en", locked=["Anna Meyer"]) == ()


@given(TEXTS)
def test_adding_a_sentence_loses_nothing(text: str) -> None:
    longer = f"{text}\nand we drank 99 cups"
    found = compare(text, longer, rich=False, language="en", locked=["Anna Meyer"])
    assert [(one.change, one.after) for one in found] == [("added", "99")]


@given(TEXTS, TEXTS)
def test_no_fact_disappears_untold(one: str, other: str) -> None:
    said = {fact.key for fact in facts(other, rich=False, language="en")}
    before = [fact for fact in facts(one, rich=False, language="en") if fact.kind != "name" and fact.key not in said]
    found = {difference.before for difference in compare(one, other, rich=False, language="en") if difference.alert}
    assert [fact for fact in before if fact.text not in found] == []


def test_a_megabyte_is_compared_in_bounded_time() -> None:
    before = "Acme Corp sold 12 % of 1,000 units to Anna Meyer on 12 March 2026 for €3m. " * 13_000
    after = before.replace("12 %", "15 %").replace("Anna", "Bob")
    started = time.process_time()
    found = compare(before, after, rich=False, language="en", locked=["Acme Corp"])
    assert time.process_time() - started < 30
    assert len(found) == 2 * 13_000
