"""Two rich texts as the editor holds them, and the paragraphs to exchange so that one becomes the other.

Only what differs is exchanged: the cursor, comments and whatever a person types elsewhere in the same text stay.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from wagtail_ai_content.core.versions.sequences import matches

Block = dict[str, Any]


def rewriting(before: str, after: str) -> dict[str, Any] | None:
    """What to exchange, from ``before`` to ``after`` (content states as JSON); None when nothing differs.

    ``{"hunks": [{"after": key of the block in front or None, "remove": [keys], "blocks": [raw blocks]}], "entityMap"}``
    """
    old, new = json.loads(before), json.loads(after)
    gone, come = _tokens(old), _tokens(new)
    stretches = pairwise([(-1, -1), *matches(gone, come), (len(gone), len(come))])
    hunks = [
        {
            "after": old["blocks"][first]["key"] if first >= 0 else None,
            "remove": [block["key"] for block in old["blocks"][first + 1 : end]],
            "blocks": new["blocks"][new_first + 1 : new_end],
        }
        for (first, new_first), (end, new_end) in stretches
        if end - first > 1 or new_end - new_first > 1
    ]
    return {"hunks": hunks, "entityMap": new["entityMap"]} if hunks else None


def _tokens(state: dict[str, Any]) -> list[str]:
    """One for each block: equal when nobody would see a difference, whatever its entities are numbered."""
    return [json.dumps(_resolved(block, state["entityMap"]), sort_keys=True) for block in state["blocks"]]


def _resolved(block: Block, entities: dict[str, Any]) -> Block:
    ranges: Iterable[Block] = block.get("entityRanges", ())
    return {
        **{name: value for name, value in block.items() if name not in ("key", "entityRanges")},
        "entities": list(_entities(ranges, entities)),
    }


def _entities(ranges: Iterable[Block], entities: dict[str, Any]) -> Iterator[list[Any]]:
    for found in sorted(ranges, key=lambda each: (each["offset"], each["length"])):
        yield [found["offset"], found["length"], entities.get(str(found["key"]))]
