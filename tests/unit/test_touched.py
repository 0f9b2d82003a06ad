"""Which blocks wait for a decision."""

from __future__ import annotations

from typing import Any

from wagtail_ai_content.core.versions.touched import Written, undecided

ACCEPTED = {"decision": "accepted"}
REJECTED = {"decision": "rejected"}


def change(key: str, block: str = "body.b1") -> dict[str, str]:
    return {"id": key, "path": f"{block}.text", "block": block, "label": f"Label of {block}", "kind": "edit"}


def version(name: str, *changes: dict[str, str], drafted: bool = True, **decisions: Any) -> Written:
    return Written(version_id=name, touched=changes, decisions=decisions, drafted=drafted)


def blocks(*written: Written) -> list[tuple[str, str]]:
    return [(touch.block, touch.version_id) for touch in undecided(written)]


def test_each_block_of_a_draft_waits_once() -> None:
    draft = version("v1", change("a"), change("b"), change("c", "body.b2"))
    assert blocks(draft) == [("body.b1", "v1"), ("body.b2", "v1")]
    assert undecided([draft])[0].path == "body.b1.text"
    assert undecided([draft])[0].label == "Label of body.b1"


def test_a_block_waits_until_each_of_its_changes_was_decided() -> None:
    both = (change("a"), change("b"))
    assert blocks(version("v1", *both, a=ACCEPTED)) == [("body.b1", "v1")]
    assert blocks(version("v1", *both, a=ACCEPTED, b=REJECTED)) == []


def test_a_proposal_that_was_never_written_touches_nothing() -> None:
    assert blocks(version("v1", change("a"), drafted=False)) == []
    assert blocks(version("v1", change("a"), change("b", "body.b2"), drafted=False, a=ACCEPTED)) == []


def test_a_decision_is_void_once_ai_touches_the_block_again() -> None:
    older = version("v1", change("a"), a=ACCEPTED)
    assert blocks(version("v2", change("b")), older) == [("body.b1", "v2")]
    assert blocks(version("v2", change("b", "body.b2")), older) == [("body.b2", "v2")]


def test_the_newest_version_speaks_for_a_block() -> None:
    older = version("v1", change("a"), change("c", "body.b2"))
    assert blocks(version("v2", change("b"), b=ACCEPTED), older) == [("body.b2", "v1")]
    assert blocks(version("v2", change("b"), drafted=False, b=ACCEPTED), older) == [("body.b2", "v1")]


def test_what_was_rejected_leaves_the_older_text_to_be_decided() -> None:
    older = version("v1", change("a"))
    assert blocks(version("v2", change("b"), b=REJECTED), older) == [("body.b1", "v1")]
