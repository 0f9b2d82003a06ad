"""Requests for help with a text, and what comes of a model's answer to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from wagtail_ai_content.core.engine.function import Parsed, Prepared, Task
from wagtail_ai_content.features.writing.assist import Assist

FEATURES = ["h2", "h3", "bold", "italic", "link", "ol", "ul", "hr", "embed", "image"]
SOURCE = (
    '<p data-block-key="p1">We left at <b>dawn</b> by the <a linktype="page" id="1">old road</a>.</p>'
    '<embed embedtype="image" format="left" id="7" alt="The road"/>'
    '<p data-block-key="p2">The sea was calm, see <a href="https://tides.example/today">the tides</a>.</p>'
)
RICH = {"kind": "rich", "source": SOURCE, "features": FEATURES, "content_language": "en"}
PLAIN = {"kind": "plain", "source": "We set out at dawn.", "multiline": True, "content_language": "en"}
TITLE = {"kind": "plain", "source": "The walk", "use": "title", "content_language": "en", "max_length": 255}

Run = Callable[..., Parsed]


def prepared_for(payload: Mapping[str, Any]) -> Prepared:
    task = Task(function="assist", payload=payload, target=None, user_id=None, site_id=None)
    Assist().validate(task)
    return Assist().prepare(task)


def told(parsed: Parsed) -> str:
    return " ".join(map(str, parsed.warnings))


def only(parsed: Parsed) -> str:
    (option,) = parsed.value["options"]
    return str(option)
