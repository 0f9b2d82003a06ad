"""Three-way merge: what only one side changed is taken, what both changed is shown, and nothing is ever raised."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_ai_content.core.versions.changes import changes, select
from wagtail_ai_content.core.versions.merge import Conflict, Merged, merge
from wagtail_ai_content.core.versions.places import comparable
from wagtail_ai_content.core.versions.shape import (
    MISSING,
    Children,
    ContentShape,
    ListOf,
    Many,
    RichText,
    Stream,
    Struct,
    Text,
    Value,
)

CARD = Struct({"title": Text(), "text": RichText(), "picture": Value(), "points": ListOf(Text())})
SHAPE: ContentShape = {
    "title": Text(),
    "intro": RichText(),
    "body": Stream({"heading": Text(), "text": RichText(), "card": CARD, "box": Stream({"note": Text()})}),
    "tags": Many(),
    "tagged": Many(by="tag"),
    "links": Children({"title": Text(), "address": Value()}, order="sort_order"),
}


def block(key: str, value: Any, kind: str = "heading") -> dict[str, Any]:
    return {"type": kind, "value": value, "id": key}


def content(*blocks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"pk": 3, "title": "Tea", "body": json.dumps(blocks), **fields}


def merged(base: dict[str, Any], ai: dict[str, Any], now: dict[str, Any], **chosen: Any) -> Merged:
    return merge(base, ai, now, shape=SHAPE, **chosen)


def ids(content: dict[str, Any]) -> str:
    return "".join(item["id"] for item in json.loads(content["body"]))


def letters(text: str) -> dict[str, Any]:
    return content(*(block(letter, letter) for letter in text))


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


# --- rich text


def intro(*elements: str) -> dict[str, Any]:
    return {"intro": "".join(elements)}


ONE, TWO, THREE = '<p data-block-key="k1">One is here.</p>', "<h2>Two</h2>\n", "<p>Three is <b>bold</b> here.</p>"
ITEMS = "<ul><li>bread</li><li>cheese</li></ul>"


@pytest.mark.parametrize(
    ("ai", "now", "result"),
    [
        ([ONE, "<p>New</p>", TWO, THREE], [ONE, TWO], [ONE, "<p>New</p>", TWO]),
        (["<p>One was here.</p>", TWO, THREE], [ONE, "<p>Mine</p>", TWO, THREE], None),
        ([ONE, TWO, "<p>Three is <b>bold</b> now.</p>"], [ONE, TWO, "<p>Now three is <b>bold</b> here.</p>"], None),
        ([ONE, TWO, "<p>Three is <b>very bold</b> here.</p>"], [ONE, TWO, "<p>Three is <b>bold</b> there.</p>"], None),
        ([ONE.replace("One is", "It is"), TWO, THREE], [ONE.replace("k1", "k9"), TWO, THREE], None),
        ([ONE, THREE], [ONE, TWO, THREE, "<hr/>"], [ONE, THREE, "<hr/>"]),
    ],
)
def test_elements_and_words_of_both_sides(ai: list[str], now: list[str], result: list[str] | None) -> None:
    base = intro(ONE, TWO, THREE)
    outcome = merged(base, intro(*ai), intro(*now))
    assert outcome.conflicts == ()
    expected = {
        1: '<p data-block-key="k1">One was here.</p><p>Mine</p>' + TWO + THREE,
        2: ONE + TWO + "<p>Now three is <b>bold</b> now.</p>",
        3: ONE + TWO + "<p>Three is <b>very bold</b> there.</p>",
        4: '<p data-block-key="k9">It is here.</p>' + TWO + THREE,
    }
    text = outcome.content["intro"]
    assert text == "".join(result) if result else text in expected.values()


@pytest.mark.parametrize(
    ("ai", "now"),
    [
        ("<p>Three are <b>bold</b> here.</p>", "<p>Three was <b>bold</b> here.</p>"),
        ("<p>Three is bold here.</p>", "<p>Three is <b>very bold</b> here.</p>"),
        ('<p>Three is <a href="/x">bold</a> here.</p>', "<p>Three is <b>brave</b> here.</p>"),
        ("<p>Nothing of the kind was ever written anywhere.</p>", "<p>Three is <b>bold</b> there.</p>"),
        ("<h3>Three is <b>bold</b> here.</h3>", "<p>Three is <b>bold</b> there.</p>"),
        ("<p>Three is <b>bold</b> here. More.</p>", "<p>Three is <b>bold</b> here. Else.</p>"),
    ],
)
def test_the_same_words_edited_on_both_sides_are_a_conflict(ai: str, now: str) -> None:
    base = intro(ONE, THREE)
    outcome = merged(base, intro(ONE, ai), intro(ONE, now))
    assert outcome.content == intro(ONE, now)
    assert outcome.conflicts == (Conflict(path="intro#at1", kind="edit", base=THREE, ai=ai, now=now),)
    assert outcome.conflicts[0].place == "intro"
    assert merged(base, intro(ONE, ai), intro(ONE, now), chosen={"intro#at1": "ai"}).content == intro(ONE, ai)


@pytest.mark.parametrize("kept", [(), (ONE,)])
def test_paragraphs_that_both_sides_wrote_anew_are_a_conflict_and_never_stand_twice(kept: tuple[str, ...]) -> None:
    ai = intro(*kept, "<p>An AI began all over.</p>", "<p>It had much to say.</p>", "<p>Nobody asked.</p>")
    now = intro(*kept, "<ul><li>mine alone</li></ul>", "<p>Somebody else entirely sat down here.</p>")
    outcome = merged(intro(*kept, TWO, THREE), ai, now)
    assert outcome.content == now
    assert [conflict.path for conflict in outcome.conflicts] == ["intro"]
    assert merged(intro(*kept, TWO, THREE), ai, now, chosen={"intro": "ai"}).content == ai


def test_items_of_one_list_on_both_sides() -> None:
    ai = "<ul><li>bread</li><li>butter</li><li>cheese</li></ul>"
    now = "<ul><li>brown bread</li><li>cheese</li><li>wine</li></ul>"
    text = merged(intro(ITEMS), intro(ai), intro(now)).content["intro"]
    assert text == "<ul><li>brown bread</li><li>butter</li><li>cheese</li><li>wine</li></ul>"


def test_the_editor_s_keys_never_stand_twice() -> None:
    ai = intro(ONE, '<p data-block-key="k2">An AI wrote this paragraph.</p>')
    now = intro(ONE, '<blockquote data-block-key="k2">Quoted words.</blockquote>')
    assert merged(intro(ONE), ai, now).content["intro"].count("k2") == 1


def test_broken_markup_is_merged_as_a_whole() -> None:
    base, ai, now = intro("<p>a<b>b</p>"), intro("<p>A<b>b</p>"), intro("<p>a<b>B</p>")
    assert merged(base, ai, base).content == ai
    (conflict,) = merged(base, ai, now).conflicts
    assert conflict.kind == "edit"


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


# --- changes


def test_each_change_can_be_taken_alone() -> None:
    base = content(block("a", "one"), block("b", "<p>Twelve percent of all.</p>", "text"), block("c", "three"))
    ai = content(
        block("n", "new"), block("b", "<p>Fifteen percent of <b>all</b>.</p><p>More.</p>", "text"), block("a", "one")
    )
    found = changes(base, ai, shape=SHAPE)
    assert [(change.path, change.kind, change.block) for change in found] == [
        ("body.n", "insert", "body.n"),
        ("body.b", "edit", "body.b"),
        ("body.b", "edit", "body.b"),
        ("body.b", "insert", "body.b"),
        ("body.b", "move", "body.b"),
        ("body.c", "delete", "body.c"),
    ]
    assert (found[1].before, found[1].after) == (
        "<p>Twelve percent of all.</p>", "<p>Fifteen percent of all.</p>",
    )  # fmt: skip
    one = select(base, ai, shape=SHAPE, accepted={found[1].id})
    assert json.loads(one["body"])[1]["value"] == "<p>Fifteen percent of all.</p>"
    assert ids(one) == "abc"
    own = {found[1].id: "<p>Thirteen percent of all.</p>"}
    both = select(base, ai, shape=SHAPE, accepted={found[1].id, found[2].id}, edited=own)
    assert json.loads(both["body"])[1]["value"] == "<p>Thirteen percent of <b>all</b>.</p>"


def test_a_change_has_the_same_name_when_only_the_editor_s_keys_differ() -> None:
    one = changes(intro("<p>a b</p>"), intro("<p>a c</p>"), shape=SHAPE)
    other = changes(intro('<p data-block-key="x">a b</p>'), intro('<p data-block-key="x">a c</p>'), shape=SHAPE)
    assert [change.id for change in one] == [change.id for change in other]
    twice = changes(intro("<p>a b</p>" * 2), intro("<p>a c</p>" * 2), shape=SHAPE)
    assert len({change.id for change in twice}) == 2


# --- bad input

DEEP = "[" * 800 + "]" * 800
SAME_ID = json.dumps([block("a", "x"), block("a", "y")])
HOSTILE: list[Any] = [
    None, "", "[", "[]", "null", "{}", 7, True, [], {}, [1], [None], "[1]", "\0", "\ud800", DEEP, "[" * 3_000,
    json.loads(DEEP), SAME_ID, '[{"type":"a"}]', '[{"type":"a","value":1}]', '[{"type":1,"value":1,"id":"x"}]',
    '[{"type":"heading","value":' + DEEP + ',"id":"x"}]', '[{"type":"text","value":7,"id":"x"}]',
    '[{"type":"card","value":[],"id":"x"}]', '[{"type":"card","value":{"points":[1]},"id":"x"}]', "<p>a", "</p></p>",
    '[{"type":"gone","value":{"a":[1]},"id":"x"}]', '[{"type":"heading","value":"a","id":"a.b#c"}]', f"[{'9' * 5000}]",
    [{"pk": None}], [{"pk": 1}, {"pk": 1}], [{"title": 7, "pk": {}}], "<p>" + "<b>" * 300, "NaN", "[NaN]",
]  # fmt: skip


@pytest.mark.parametrize("field", sorted(SHAPE))
def test_hostile_content_is_a_value(field: str) -> None:
    for base in HOSTILE if field == "body" else HOSTILE[::4]:
        for other in HOSTILE:
            one, two = {field: base}, {field: other}
            assert merged(one, one, two).content == two
            merged(one, two, one)
            found = changes(one, two, shape=SHAPE)
            select(one, two, shape=SHAPE, accepted={change.id for change in found})
    for now in HOSTILE:
        assert merged({field: "a"}, {field: "b"}, {field: now}).content[field] in (now, "b")


def test_fields_that_no_shape_knows_are_values() -> None:
    base, ai = {"data": {"a": [1, {"b": None}]}}, {"data": {"a": [1, {"b": 2}]}}
    assert merge(base, ai, base, shape={}).content == ai
    assert merge(base, ai, {"data": 3}, shape={}).conflicts[0].path == "data"


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000, "a " * 50_000, "<b>" * 20_000 + "</b>" * 20_000, "<li>a</li>" * 10_000, "<p>a</p>" * 10_000,
        "<" * 100_000, "&" * 100_000, "1." * 50_000, "'" * 100_000, "ab ba " * 20_000, "\n" * 100_000, "日" * 50_000,
    ],
    ids=lambda text: f"{text[:6]!r} x {len(text)}",
)  # fmt: skip
def test_the_time_is_bounded(text: str) -> None:
    base = {"intro": f"<p>{text}</p>"}
    ai = {"intro": f"<p>{text[:-3]}x{text}</p>"}
    now = {"intro": f"<p>{text[9:]}y{text}</p>"}
    began = time.perf_counter()
    merged(base, ai, now)
    changes(base, ai, shape=SHAPE)
    assert time.perf_counter() - began < 20


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["<p>a</p>", "a", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "type", "value", "pk", "title", "points", "text"]), inner, max_size=4)
    ),
    max_leaves=12,
)
FIELDS = st.fixed_dictionaries({name: JSON | JSON.map(json.dumps) for name in SHAPE})


@given(FIELDS, FIELDS, FIELDS)
def test_any_json_can_be_merged(base: dict[str, Any], ai: dict[str, Any], now: dict[str, Any]) -> None:
    merged(base, ai, now)
    assert merged(base, base, now).content == now
    assert comparable(merged(base, ai, base).content) == comparable(ai) or any(
        isinstance(ai[name], list) and isinstance(base[name], list) for name in ("tags", "tagged", "links")
    )
    found = changes(base, ai, shape=SHAPE)
    nothing = select(base, ai, shape=SHAPE, accepted=())
    assert comparable(nothing) == comparable(base)
    assert len({change.id for change in found}) == len(found)
