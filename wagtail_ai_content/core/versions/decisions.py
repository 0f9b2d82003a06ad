"""What people decided about the changes of one AI version, and which of them are in the content now.

Decisions and writes are kept as plain data, by change id (see ``changes``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

Decision = Literal["accepted", "rejected", "superseded"]
Verdict = Literal["open", "accepted", "partly", "rejected", "superseded"]


def applied(writes: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """The changes that are in the content after all ``writes``: ``[{"added": [id], "removed": [id]}, …]``."""
    ids: set[str] = set()
    for write in writes:
        ids |= set(write.get("added", ()))
        ids -= set(write.get("removed", ()))
    return frozenset(ids)


def edited(decisions: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What people made of changes before they accepted them, by change id."""
    return {key: decision["edited"] for key, decision in decisions.items() if "edited" in decision}


def verdict(ids: Collection[str], decisions: Mapping[str, Mapping[str, Any]]) -> Verdict:
    """What became of the version as a whole; ``open`` while one of its changes is not decided."""
    found = {str(decisions[key]["decision"]) if key in decisions else "" for key in ids}
    if "" in found:
        return "open"
    if found == {"accepted"}:
        return "accepted"
    if "accepted" in found:
        return "partly"
    return "superseded" if found == {"superseded"} else "rejected"


def write_entry(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    added: Collection[str],
    removed: Collection[str] = (),
    by: str,
    at: str,
    saved: bool = False,
) -> dict[str, Any]:
    """One write for the record, with the fields that it changed; ``saved``: made with the job, without a person."""
    changed = [name for name, value in after.items() if before.get(name) != value]
    return {
        "before": {name: before.get(name) for name in changed},
        "after": {name: after[name] for name in changed},
        "added": sorted(added),
        "removed": sorted(removed),
        "by": by,
        "at": at,
        "saved": saved,
    }
