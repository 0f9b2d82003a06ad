"""Replies given by hand to a writing function, and what comes of them."""

from __future__ import annotations

import json
from typing import Any

from wagtail_ai_content.core.engine.function import AIFunction, Parsed, Prepared


def answered(function: AIFunction, prepared: Prepared, **reply: Any) -> Parsed:
    """What comes of a reply, with everything stored as JSON in between, as a job does."""
    stored = json.loads(json.dumps(prepared.as_json()))
    parsed = function.parse_response(json.dumps(reply), Prepared(base=prepared.base, **stored))
    assert json.loads(json.dumps(parsed.as_json()))["changes"] == dict(parsed.changes)
    return parsed


def edit(prepared: Prepared, containing: str, html: str) -> dict[str, str]:
    """An edit of the one unit whose HTML contains a text."""
    (unit,) = (unit for unit in prepared.variables["units"] if containing in unit["html"])
    return {"id": unit["id"], "html": html}


def told(parsed: Parsed) -> str:
    return " ".join(str(warning) for warning in parsed.warnings)
