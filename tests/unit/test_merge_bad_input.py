"""Merging never raises and never takes long, whatever the contents hold."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.merging import SHAPE, block, merged
from wagtail_ai_content.core.versions.changes import changes, select
from wagtail_ai_content.core.versions.merge import merge
from wagtail_ai_content.core.versions.places import comparable

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
