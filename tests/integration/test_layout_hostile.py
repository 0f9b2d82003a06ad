"""Hostile answers to the function ``layout``: every row of the corpora, as the answer and inside of one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from wagtail.blocks import (
    StreamBlock,
)

from tests.support.layouts import FlexibleBody, blocks, parsed, prepared
from tests.support.pages.models import DeepPage
from wagtail_ai_content.core.engine.reply import clean_reply
from wagtail_ai_content.core.errors import AIError
from wagtail_ai_content.core.versions.markup import tags
from wagtail_ai_content.features.layout.layout import Layout

pytestmark = pytest.mark.django_db

CORPORA = Path(__file__).parents[2].parent / "shared" / "corpora"


def rows(name: str) -> list[dict[str, Any]]:
    file = CORPORA / f"{name}.dev.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


@pytest.fixture
def body(monkeypatch: pytest.MonkeyPatch) -> StreamBlock:
    """A stream that the function finds at ``body`` of a page type."""
    block = FlexibleBody()
    monkeypatch.setattr(DeepPage._meta.get_field("body"), "stream_block", block)
    return block


def test_the_corpora_are_there() -> None:
    if not rows("malformed"):
        pytest.skip(f"There are no corpora at ../shared/corpora ({CORPORA.name}).")
    assert len(rows("malformed")) > 50
    assert len(rows("xss")) > 50


# Of malformed answers those that are texts: no others reach a function (tests/contracts/test_provider_malformed.py).
TEXTS = [row for row in rows("malformed") if row["level"] == "content"]


@pytest.mark.parametrize("row", TEXTS, ids=lambda row: row["id"])
def test_no_malformed_answer_becomes_anything_else_than_an_error(body: StreamBlock, row: dict[str, Any]) -> None:
    text = "".join(text * times for text, times in row.get("payload_rle", [[row.get("payload") or "", 1]]))
    finish = row.get("finish_reason", "stop")

    def read() -> None:
        Layout().parse_response(clean_reply(text, finish_reason=finish, structured=True).text, prepared())

    with pytest.raises(AIError):
        read()


@pytest.mark.parametrize("row", TEXTS, ids=lambda row: row["id"])
def test_malformed_text_inside_a_block_is_dealt_with(body: StreamBlock, row: dict[str, Any]) -> None:
    text = "".join(text * times for text, times in row.get("payload_rle", [[row.get("payload") or "", 1]]))[:60_000]
    answer = json.dumps(
        {
            "arrangements": [
                {
                    "name": text,
                    "reason": text,
                    "blocks": [
                        {"type": "heading", "value": "Kept"},
                        {"type": "paragraph", "value": text},
                        {"type": "quote", "value": {"text": text, "source": text}},
                        {"type": text, "value": text},
                    ],
                }
            ]
        }
    )
    found = Layout().parse_response(answer, prepared())
    kept = blocks(found)
    assert kept[0]["value"] == "Kept"
    raw = [{name: block[name] for name in ("type", "value", "id")} for block in kept]
    body.clean(body.to_python(raw))


@pytest.mark.parametrize("row", rows("xss"), ids=lambda row: row["id"])
def test_nothing_disallowed_survives_in_rich_text(body: StreamBlock, row: dict[str, Any]) -> None:
    found = parsed([{"type": "heading", "value": "Kept"}, {"type": "paragraph", "value": f"<p>a</p>{row['payload']}"}])
    rich = [each["value"] for each in blocks(found) if each["type"] == "paragraph"]
    found_tags = list(tags("".join(rich)))
    assert {tag.name for tag in found_tags} <= {"p", "b", "ul", "li", "br"}
    assert not any(tag.attributes for tag in found_tags)
