"""Characters that nobody can see do not come in as entities, whatever field or function they are for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.layouts import FlexibleBody, parsed
from tests.support.pages.models import DeepPage
from wagtail_ai_content.core.engine.function import Prepared, Task
from wagtail_ai_content.core.engine.reply import without_hidden
from wagtail_ai_content.features.analysis.suggestions import Suggestions
from wagtail_ai_content.features.writing.units import plain
from wagtail_ai_content.pipeline.gate import Field, gated, shown

pytestmark = pytest.mark.django_db
HIDDEN = ["&#x202e;", "&#8203;", "&lrm;", "&#xe0041;", "&#27;", "&amp;#x202e;"]


@pytest.mark.parametrize("entity", HIDDEN)
@pytest.mark.parametrize("reply", ["Over{}seas", "Over{}<b>seas</b>", "<p>Over{}seas</p>"])
@pytest.mark.parametrize("kind", ["plain", "rich"])
def test_in_a_text_of_the_open_form(kind: str, reply: str, entity: str) -> None:
    into = Field(kind=kind, features=("bold",))
    text = gated(reply.format(entity), into=into, source="", protected=shown("", into=into), whole=False).text
    assert text.startswith(("Over", "<p>Over"))
    assert text == without_hidden(text)


@pytest.mark.parametrize("entity", HIDDEN)
def test_in_a_plain_text_of_a_page(entity: str) -> None:
    text = plain(f"Over{entity}seas", multiline=False)
    assert text.startswith("Over")
    assert text == without_hidden(text)


@pytest.mark.parametrize("entity", HIDDEN)
def test_in_blocks_of_a_layout(entity: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DeepPage._meta.get_field("body"), "stream_block", FlexibleBody())
    words = f"Over{entity}seas"
    blocks = [{"type": "heading", "value": words}, {"type": "paragraph", "value": f"<p>{words}</p>"}]
    made = parsed(blocks).value["arrangements"][0]["blocks"]
    assert len(made) == 2
    assert all("Over" in block["value"] and block["value"] == without_hidden(block["value"]) for block in made)


@pytest.mark.parametrize("entity", HIDDEN)
def test_in_a_suggestion(entity: str) -> None:
    text = {"path": "title", "label": "Title", "role": "heading", "plain": "Ferries"}
    task = Task(function="suggestions", payload={"texts": [text]}, target=None, user_id="1", site_id=None)
    prepared = Suggestions().prepare(task)
    (sent,) = prepared.variables["texts"]
    found = [{"id": sent["id"], "kind": "clarity", "message": f"Over{entity}seas", "replacement": ""}]
    stored: Any = json.loads(json.dumps(prepared.as_json()))
    (item,) = Suggestions().parse_response(json.dumps({"suggestions": found, "note": ""}), Prepared(**stored)).value
    assert item["message"].startswith("Over")
    assert item["message"] == without_hidden(item["message"])
