"""Which blocks hold AI text that nobody has decided about since an AI last touched them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Written:
    """What one version did to an object, and what people made of it."""

    version_id: str
    touched: Sequence[Mapping[str, Any]]
    """Its changes, as ``{"id", "path", "block", "label", "kind"}``."""
    decisions: Mapping[str, Mapping[str, Any]]
    """By change id, ``{"decision": "accepted" | "rejected" | "superseded", …}``."""
    drafted: bool
    """It was written before anybody looked; else only what was accepted ever came into the content."""


@dataclass(frozen=True, kw_only=True)
class Touched:
    """A block that waits for a decision."""

    path: str
    """The first of its changes that nobody decided about."""
    block: str
    label: str
    version_id: str
    """The version that touched it last."""


def undecided(written: Iterable[Written]) -> tuple[Touched, ...]:
    """The blocks whose last touch by an AI nobody has decided about; ``written`` comes newest first.

    A decision counts until an AI touches the block again: what was decided about an older version no longer does. A
    change that was rejected or superseded is not in the content, so it touches nothing.
    """
    settled: set[str] = set()
    waiting: list[Touched] = []
    for version in written:
        open_blocks: dict[str, Touched] = {}
        accepted: set[str] = set()
        for change in version.touched:
            block, decision = str(change["block"]), version.decisions.get(change["id"], {}).get("decision")
            if decision == "accepted":
                accepted.add(block)
            elif decision is None and version.drafted and block not in settled:
                touch = Touched(
                    path=str(change["path"]), block=block, label=str(change["label"]), version_id=version.version_id
                )
                open_blocks.setdefault(block, touch)
        waiting += open_blocks.values()
        settled |= accepted | set(open_blocks)
    return tuple(waiting)
