"""From the stored form of a rule set to one that can be looked for, kept for as long as it stays the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from wagtail_ai_content.core.guardrails.check import Action, Stage
from wagtail_ai_content.core.guardrails.rules import Rule, RuleSet

from .blocks import lines_of

KEPT: Final = 128
"""Sets that are kept in a process."""
BOTH: Final = frozenset({Stage.REQUEST, Stage.REPLY})


@lru_cache(maxsize=KEPT)
def compiled_set(name: str, rules: str) -> RuleSet:
    """The set of this name. ``rules``: its StreamField as stored, JSON.

    Raises: anything, for rules that are not what the form lets through.
    """
    return RuleSet(name, [_rule(row["type"], row["value"]) for row in json.loads(rules or "[]")])


def _rule(kind: str, value: Mapping[str, Any]) -> Rule:
    if kind not in ("words", "pattern"):
        raise ValueError("no such rule")
    return Rule(
        kind=kind,  # type: ignore[arg-type]
        sources=tuple(lines_of(value["phrases"])) if kind == "words" else (value["pattern"],),
        action=Action(value["action"]),
        category=value["category"],
        stages=BOTH if value["stage"] == "both" else frozenset({Stage(value["stage"])}),
        advice=value.get("advice") or "",
    )
