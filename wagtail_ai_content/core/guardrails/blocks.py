"""StreamField blocks as a model may write them: known types, ids of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

from ..errors import MalformedReply

LIST_ITEM = "item"
"""The type that Wagtail gives to every child of a ListBlock."""


def check_blocks(
    blocks: Any,
    *,
    allowed: frozenset[str],
    taken_ids: frozenset[str],
    new_id: Callable[[], str] = lambda: str(uuid4()),
) -> list[dict[str, Any]]:
    """``blocks`` as raw StreamField data: ``[{"type", "value", "id"}, …]``, at every level of nesting.

    ``allowed``: the block types that may occur, nested ones included; leave raw HTML out of it whatever the page
    allows. ``taken_ids``: ids that are in use on the page; a block whose id is among them, is not a UUID or occurs
    twice gets a new one. Keys other than the three are dropped. Raises: ``MalformedReply``.
    """
    checker = _Checker(allowed, set(taken_ids), new_id)
    return checker.children(blocks, allowed=allowed)


class _Checker:
    def __init__(self, allowed: frozenset[str], taken: set[str], new_id: Callable[[], str]) -> None:
        self._nested = allowed | {LIST_ITEM}
        self._taken = taken
        self._new_id = new_id

    def children(self, blocks: Any, *, allowed: frozenset[str]) -> list[dict[str, Any]]:
        if not isinstance(blocks, list | tuple):
            raise MalformedReply(reason="blocks that are not a list")
        return [self._block(block, allowed) for block in blocks]

    def _block(self, block: Any, allowed: frozenset[str]) -> dict[str, Any]:
        if not isinstance(block, Mapping) or "value" not in block:
            raise MalformedReply(reason="a block without a value")
        if not isinstance(block.get("type"), str) or block["type"] not in allowed:
            raise MalformedReply(reason="a block type that is not allowed here")
        return {"type": block["type"], "value": self._value(block["value"]), "id": self._id(block.get("id"))}

    def _value(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: self._value(item) for key, item in value.items()}
        if not isinstance(value, list | tuple):
            return value
        if any(isinstance(item, Mapping) and "type" in item for item in value):
            return self.children(value, allowed=self._nested)
        return [self._value(item) for item in value]

    def _id(self, wanted: Any) -> str:
        block_id = wanted if _is_uuid(wanted) and wanted not in self._taken else self._new_id()
        self._taken.add(block_id)
        return block_id


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False
