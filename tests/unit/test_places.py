"""Places inside a page's content."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_ai_content.core.errors import UnknownTarget
from wagtail_ai_content.core.versions.places import comparable, digest, get, with_changes

BODY = [
    {"type": "heading", "value": "Tea", "id": "a"},
    {"type": "card", "value": {"title": "Öolong", "points": [{"type": "item", "value": "hot", "id": "i1"}]}, "id": "b"},
    {"type": "text", "value": '<p data-block-key="k1">Hi</p>', "id": "c"},
]
PAGE: dict[str, Any] = {
    "pk": 3,
    "title": "[1] Tea",
    "intro": '<p data-block-key="x">Hello</p>',
    "body": json.dumps(BODY),
    "aside": '[{"type":"text","value":"kept as written","id":"z"}]',
    "links": [{"pk": 1, "page": 3, "text": "<p>a</p>"}],
    "live": True,
    "latest_revision": 7,
    "go_live_at": None,
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("title", "[1] Tea"),
        ("body", BODY),
        ("body.a", "Tea"),
        ("body.b.title", "Öolong"),
        ("body.b.points.i1", "hot"),
        ("body.b.points", [{"type": "item", "value": "hot", "id": "i1"}]),
    ],
)
def test_a_place_is_found_and_can_be_given_another_value(path: str, value: Any) -> None:
    assert get(PAGE, path) == value
    new: Any = [] if isinstance(value, list) else "new"
    changed = with_changes(PAGE, {path: new})
    assert get(changed, path) == new
    assert get(PAGE, path) == value
    assert {k: v for k, v in changed.items() if k != path.split(".")[0]} == {
        k: v for k, v in PAGE.items() if k != path.split(".")[0]
    }


@pytest.mark.parametrize(
    "path", ["", "nothing", "body.x", "body.b.x", "body.b.points.x", "body.a.x", "title.x", "body.", "links.1"]
)
def test_a_place_that_is_not_there_is_an_unknown_target(path: str) -> None:
    with pytest.raises(UnknownTarget):
        get(PAGE, path)
    with pytest.raises(UnknownTarget):
        with_changes(PAGE, {path: "new"})


def test_changed_streams_are_written_as_wagtail_writes_them() -> None:
    changed = with_changes(PAGE, {"body.b.points.i1": "é"})
    expected = json.loads(json.dumps(BODY))
    expected[1]["value"]["points"][0]["value"] = "é"
    assert changed["body"] == json.dumps(expected)
    assert list(json.loads(changed["body"])[0]) == ["type", "value", "id"]


def test_untouched_and_unchanged_streams_stay_byte_equal() -> None:
    changed = with_changes(PAGE, {"body.a": "New", "aside.z": "kept as written"})
    assert changed["aside"] is PAGE["aside"]


def test_a_stream_may_be_filled_that_was_empty() -> None:
    assert with_changes({"body": "[]"}, {"body": BODY})["body"] == json.dumps(BODY)


def test_the_whole_is_changed_before_its_parts() -> None:
    changed = with_changes(PAGE, {"body.n": "two", "body": [{"type": "text", "value": "one", "id": "n"}]})
    assert get(changed, "body.n") == "two"


def test_true_is_another_value_than_one() -> None:
    page = {"body": json.dumps([{"type": "n", "value": 1, "id": "a"}])}
    assert get(with_changes(page, {"body.a": True}), "body.a") is True


def test_lists_of_children_are_replaced_as_they_are() -> None:
    assert with_changes(PAGE, {"links": []})["links"] == []


def test_comparable_leaves_out_what_saving_alone_may_change() -> None:
    same = PAGE | {
        "pk": 4,
        "live": False,
        "latest_revision": 8,
        "intro": "<p>Hello</p>",
        "body": json.dumps(BODY, indent=1).replace(' data-block-key=\\"k1\\"', ""),
        "links": [{"pk": None, "page": 3, "text": '<p data-block-key="q">a</p>'}],
    }
    assert same["body"] != PAGE["body"]
    assert comparable(same) == comparable(PAGE)
    assert digest(same) == digest(PAGE)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Tea"},
        {"intro": "<p>Hello!</p>"},
        {"body.b.title": "x"},
        {"links": [{"pk": 1, "page": 3, "text": "<p>b</p>"}]},
        {"body": [*BODY[1:], BODY[0]]},
    ],
)
def test_the_digest_sees_every_change_of_content(change: dict[str, Any]) -> None:
    assert digest(with_changes(PAGE, change)) != digest(PAGE)


def test_keys_inside_a_block_are_never_taken_for_meta_fields() -> None:
    content = {"body": json.dumps([{"type": "t", "value": {"live": 1, "path": "x", "pk": 2}, "id": "a"}])}
    assert comparable(content)["body"][0]["value"] == {"live": 1, "path": "x", "pk": 2}


def test_content_in_memory_equals_the_same_content_read_from_a_revision() -> None:
    fresh = {"date": datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC), "price": Decimal("1.50")}
    assert digest(fresh) == digest({"date": "2026-01-02T03:04:05.678Z", "price": "1.50"})


def test_text_that_speaks_of_block_keys_is_left_alone() -> None:
    assert comparable({"title": 'a data-block-key="x" b'}) == {"title": 'a data-block-key="x" b'}


def test_a_text_that_begins_like_a_stream_is_a_text() -> None:
    for title in ("[1, 2]", "[", "[" * 100_000, '[{"type": "a"}]'):
        assert comparable({"title": title}) == {"title": title}
        assert with_changes({"title": title}, {"title": "x"}) == {"title": "x"}


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
NAMES = st.text("abcdef", min_size=1, max_size=3)


def streams(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    block = st.fixed_dictionaries({"type": NAMES, "value": values, "id": st.uuids().map(str)})
    return st.lists(block, min_size=1, max_size=4, unique_by=lambda item: item["id"])


VALUES = st.recursive(
    SCALARS, lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=3) | streams(inner), max_leaves=6
)


def paths(node: Any, prefix: str) -> list[str]:
    """Every place below ``node``, by a walk of the test's own."""
    pairs = (
        node.items()
        if isinstance(node, dict)
        else [(i["id"], i["value"]) for i in node]
        if isinstance(node, list)
        else []
    )
    return [path for key, value in pairs for path in [f"{prefix}.{key}", *paths(value, f"{prefix}.{key}")]]


@given(streams(VALUES), st.data())
def test_one_change_changes_one_place(body: list[dict[str, Any]], data: st.DataObject) -> None:
    content = {"title": "t", "body": json.dumps(body)}
    path = data.draw(st.sampled_from(paths(body, "body")))
    before = get(content, path)
    changed = with_changes(content, {path: "changed!"})
    assert get(changed, path) == "changed!"
    assert with_changes(changed, {path: before}) == content
    inside = [other for other in paths(body, "body") if not path.startswith(other) and not other.startswith(path)]
    assert all(get(changed, other) == get(content, other) for other in inside)


@given(streams(VALUES))
def test_the_digest_does_not_depend_on_how_the_json_is_written(body: list[dict[str, Any]]) -> None:
    loose = json.dumps(body, ensure_ascii=False, indent=2)
    assert digest({"body": loose}) == digest({"body": json.dumps(body)})
