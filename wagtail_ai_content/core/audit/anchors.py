"""Anchors: signed notes of how far the trail had come, kept where whoever changes the table cannot change them."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .chain import Key, Keys, canonical


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """The trail at one moment."""

    at: str
    """When it was written, as ISO time."""
    sequence: int
    """The number of the last entry."""
    head: str
    """Its seal, which stands for all before it."""
    count: int
    """How many entries there were."""


@dataclass(frozen=True, kw_only=True)
class BadAnchor:
    """A line that is no anchor of ours."""

    line: int


def written(anchor: Anchor, key: Key) -> str:
    """One line of ASCII without its line end."""
    facts = {"at": anchor.at, "sequence": anchor.sequence, "head": anchor.head, "count": anchor.count, "key": key.id}
    return json.dumps({**facts, "signature": _signature(facts, key.secret)})


def read(lines: Iterable[str], keys: Keys) -> Iterator[Anchor | BadAnchor]:
    """The anchors in ``lines``, empty ones aside; whatever was changed or is not ours as a :class:`BadAnchor`."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _read(line, keys) or BadAnchor(line=number)


def _read(line: str, keys: Keys) -> Anchor | None:
    try:
        facts = json.loads(line)
        signature = facts.pop("signature")
        if not hmac.compare_digest(_signature(facts, keys[facts["key"]]), signature):
            return None
        return Anchor(at=facts["at"], sequence=facts["sequence"], head=facts["head"], count=facts["count"])
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _signature(facts: object, secret: bytes) -> str:
    return hmac.digest(secret, b"anchor:" + canonical(facts).encode(), "sha256").hex()
