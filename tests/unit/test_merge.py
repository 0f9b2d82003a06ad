"""Three-way merge: what only one side changed is taken, what both changed is shown, and nothing is ever raised."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.merging import block, content, ids, letters, merged
from wagtail_ai_content.core.versions.merge import Conflict, Merged
from wagtail_ai_content.core.versions.shape import MISSING

# --- streams


@pytest.mark.parametrize(
    ("base", "ai", "now", "result"),
    [
        ("abc", "axbc", "abc", "axbc"),
        ("abc", "xabc", "abyc", "xabyc"),
        ("abc", "abcx", "abcy", "abcyx"),
        ("abc", "ac", "abcy", "acy"),
        ("abc", "abxc", "ac", "axc"),
        ("abc", "xyzabc", "c", "xyzc"),
        ("abcd", "bcda", "abcd", "bcda"),
        ("abcd", "bcda", "dabc", "dbca"),
        ("abcde", "abced", "baced", "baced"),
        ("abcd", "acbd", "abd", "abd"),
        ("", "xy", "h", "hxy"),
        ("abc", "cba", "abc", "cba"),
        ("abcdef", "fabcde", "abdecf", "fabdec"),
    ],
)
def test_blocks_added_taken_away_and_moved_on_both_sides(base: str, ai: str, now: str, result: str) -> None:
    outcome = merged(letters(base), letters(ai), letters(now))
    assert ids(outcome.content) == result
    assert outcome.conflicts == ()


def test_a_block_edited_by_one_and_moved_by_the_other_is_both() -> None:
    base = content(block("a", "one"), block("b", "two"), block("c", "three"))
    ai = content(block("c", "three"), block("a", "one"), block("b", "two"))
    now = content(block("a", "one"), block("b", "two"), block("c", "THREE"))
    for result in (merged(base, ai, now), merged(base, now, ai)):
        assert json.loads(result.content["body"]) == [block("c", "THREE"), block("a", "one"), block("b", "two")]
        assert result.conflicts == ()


def test_a_block_moved_to_two_places_is_a_conflict_and_stays_where_people_put_it() -> None:
    base, ai, now = letters("abcd"), letters("bcad"), letters("bcda")
    outcome = merged(base, ai, now)
    assert ids(outcome.content) == "bcda"
    assert outcome.conflicts == (Conflict(path="body.a", kind="move", base="", ai="c", now="d"),)
    assert ids(merged(base, ai, now, chosen={"body.a": "ai"}).content) == "bcad"
    assert merged(base, ai, now, chosen={"body.a": "now"}).conflicts == ()


def test_what_one_edited_and_the_other_took_away_is_a_conflict_either_way() -> None:
    base, without = letters("ab"), letters("a")
    edited = content(block("a", "a"), block("b", "B"))
    by_ai, by_people = merged(base, edited, without), merged(base, without, edited)
    assert by_ai.conflicts == (
        Conflict(path="body.b", kind="delete", base=block("b", "b"), ai=block("b", "B"), now=MISSING),
    )
    assert (ids(by_ai.content), by_ai.changed) == ("a", False)
    assert by_people.conflicts[0].ai is MISSING
    assert by_people.content["body"] is edited["body"]
    assert merged(base, edited, without, chosen={"body.b": "ai"}).content["body"] == edited["body"]
    assert merged(base, without, edited, chosen={"body.b": "ai"}).content["body"] == without["body"]


def test_a_block_of_another_type_under_the_same_id() -> None:
    base, other = letters("ab"), content(block("a", "a"), block("b", "<p>b</p>", "text"))
    assert merged(base, other, base).content["body"] == other["body"]
    now = content(block("a", "a"), block("b", "mine"))
    (conflict,) = merged(base, other, now).conflicts
    assert (conflict.path, conflict.kind) == ("body.b", "type")


def test_parts_of_blocks_are_merged_at_any_depth() -> None:
    def card(title: str, points: list[str], note: str) -> dict[str, Any]:
        items = [block(f"i{point[0]}", point, "item") for point in points]
        value = {"title": title, "text": "<p>Hot</p>", "picture": {"id": 4, "alt": "x"}, "points": items}
        return content(block("c", value, "card"), block("d", [block("n", note, "note")], "box"))

    base = card("Tea", ["1 hot", "2 wet"], "Mind")
    ai = card("Teas", ["1 hot", "2 wet", "3 sweet"], "Mind")
    now = card("Tea", ["2 wet", "1 HOT"], "Mind it")
    assert merged(base, ai, now) == Merged(
        content=card("Teas", ["2 wet", "1 HOT", "3 sweet"], "Mind it"), conflicts=(), changed=True
    )


def test_an_id_never_stands_twice() -> None:
    base = content(block("a", "a"), block("x", [block("n", "note", "note")], "box"))
    ai = content(block("a", "a"), block("x", [block("n", "note", "note"), block("a", "a", "note")], "box"))
    outcome = merged(base, ai, base)
    assert outcome.changed, "It is how the AI's own content is."
    moved_in = content(block("x", [block("n", "note", "note"), block("a", "a", "note")], "box"))
    now = content(block("a", "A new"), block("x", [block("n", "note", "note")], "box"))
    outcome = merged(base, moved_in, now)
    assert outcome.content["body"] is now["body"]
    assert {(c.path, c.kind) for c in outcome.conflicts} == {("body.a", "delete"), ("body.x.a", "move")}


def test_two_sides_that_each_take_away_what_the_other_left_are_a_conflict() -> None:
    outcome = merged(letters("ab"), letters("a"), letters("b"))
    assert (ids(outcome.content), [c.path for c in outcome.conflicts]) == ("b", ["body"])


def test_what_the_ai_left_alone_is_the_same_object() -> None:
    base = content(block("a", "one"), block("b", {"x": 1}, "card"), title="Tea", intro="<p>Hi</p>")
    now = {**base, "body": json.dumps(json.loads(base["body"]), indent=1), "intro": '<p data-block-key="k">Hi</p>'}
    outcome = merged(base, {**base, "title": "Teas"}, now)
    assert outcome.content["body"] is now["body"]
    assert outcome.content["intro"] is now["intro"]
    assert outcome.changed


def test_what_belongs_to_the_page_as_a_whole_comes_from_now() -> None:
    base = content(live=True, latest_revision=1)
    outcome = merged(base, {**base, "live": False, "latest_revision": 2}, {**base, "latest_revision": 3})
    assert (outcome.content["live"], outcome.content["latest_revision"], outcome.changed) == (True, 3, False)


def test_a_field_that_is_gone_meanwhile_is_a_conflict() -> None:
    base = content(old="text")
    now = content()
    outcome = merged(base, {**base, "old": "new"}, now)
    assert outcome.content == now
    assert outcome.conflicts == (Conflict(path="old", kind="edit", base="text", ai="new", now=MISSING),)


def test_true_is_another_value_than_one() -> None:
    base, ai = content(block("a", 1)), content(block("a", True))
    assert merged(base, ai, base).content["body"] == ai["body"]


# --- rows and sets


def row(number: int | None, title: str, place: int, **more: Any) -> dict[str, Any]:
    return {"pk": number, "sort_order": place, "page": 3, "title": title, "address": None, **more}


def test_rows_are_known_by_their_number() -> None:
    base = {"links": [row(1, "one", 0), row(2, "two", 1), row(3, "three", 2)]}
    ai = {"links": [row(2, "two", 0), row(1, "one", 1), row(3, "third", 2), row(None, "new", 3)]}
    now = {"links": [row(1, "first", 0), row(2, "two", 1), row(3, "three", 2), row(None, "mine", 3)]}
    outcome = merged(base, ai, now)
    assert outcome.conflicts == ()
    assert [(r["title"], r["sort_order"]) for r in outcome.content["links"]] == [
        ("two", 0), ("first", 1), ("third", 2), ("mine", 3), ("new", 4),
    ]  # fmt: skip


def test_rows_without_a_number_are_known_by_key_content_and_place() -> None:
    base = {"links": [row(None, "The old harbour at night", 0), row(None, "two", 1, translation_key="t2")]}
    ai = {"links": [row(None, "The new harbour at night", 0), row(None, "two", 1, translation_key="t2")]}
    now = {"links": [row(7, "The old harbour at night", 0, address="/h"), row(8, "2", 1, translation_key="t2")]}
    outcome = merged(base, ai, now)
    assert outcome.conflicts == ()
    assert outcome.content["links"] == [row(7, "The new harbour at night", 0, address="/h"), now["links"][1]]
    again = merged(base, ai, outcome.content)
    assert (again.changed, again.conflicts) == (False, ())


def test_a_row_both_edited_is_a_conflict_of_that_field() -> None:
    base, ai, now = ({"links": [row(1, title, 0)]} for title in ("one", "first", "uno"))
    assert merged(base, ai, now).conflicts == (
        Conflict(path="links.1.title", kind="edit", base="one", ai="first", now="uno"),
    )


def test_tags_are_sets() -> None:
    def tagged(*tags: int) -> dict[str, Any]:
        return {"tags": list(tags), "tagged": [{"pk": tag * 7, "tag": tag, "content_object": 3} for tag in tags]}

    outcome = merged(tagged(1, 2, 3), tagged(3, 2, 4), tagged(1, 5, 3))
    assert outcome.conflicts == ()
    assert outcome.content == tagged(5, 3, 4)
