"""What an AI changed, as changes that can each be taken alone."""

from __future__ import annotations

import json

from tests.support.merging import SHAPE, block, content, ids, intro
from wagtail_ai_content.core.versions.changes import changes, select


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
