"""Rule sets for tests, as published ones."""

from __future__ import annotations

import json
from typing import Any

from wagtail_ai_content.models import RuleSet


def words(
    *phrases: str, action: str = "block", stage: str = "both", category: str = "a bad word", advice: str = ""
) -> Any:
    value = {"category": category, "action": action, "stage": stage, "advice": advice, "phrases": "\n".join(phrases)}
    return {"type": "words", "value": value}


def pattern(source: str, *, action: str = "block", stage: str = "both", category: str = "a pattern") -> Any:
    value = {"category": category, "action": action, "stage": stage, "advice": "", "pattern": source}
    return {"type": "pattern", "value": value}


def rule_set(*rules: Any, name: str = "House rules", site: Any = None, live: bool = True) -> RuleSet:
    return RuleSet.objects.create(name=name, site=site, live=live, rules=json.dumps(rules))
