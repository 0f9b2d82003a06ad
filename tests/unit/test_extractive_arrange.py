"""The built-in engine's arrangements: verbatim sentences in the blocks that can hold them, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from wagtail_ai_content.core.errors import NothingToWorkOn, NotSupported
from wagtail_ai_content.core.providers.base import Message, Request
from wagtail_ai_content.core.providers.extractive.answers import answer

TEXT = (
    "The ferry leaves the quay at nine. It takes forty minutes to the island. The museum opens its doors at ten. "
    "“Come early and bring a coat,” says the keeper. The last ferry leaves at six. Dogs travel free of charge."
)


def form(name: str, kind: str, **more: Any) -> dict[str, Any]:
    given = {"name": name, "label": name.title(), "kind": kind, "required": True, "most": None, "least": None}
    return {**given, "choices": [], "features": [], "times": None, "children": [], **more}


HEADING = form("heading", "text", most=40)
PARAGRAPH = form("paragraph", "rich", features=["bold", "ul"])
QUOTE = form("quote", "object", children=[form("text", "long"), form("source", "text", required=False)])


def arranged(*blocks: dict[str, Any], text: str = TEXT, **more: Any) -> list[dict[str, Any]]:
    material = {
        "function": "layout", "language": "en", "page_title": "Visit", "text": text,
        "instruction": "When the ferry leaves",
        "blocks": list(blocks), "room": None, **more,
    }  # fmt: skip
    request = Request(
        model="builtin/extractive", messages=(Message(role="user", content="x"),), max_tokens=100, material=material
    )
    found: list[dict[str, Any]] = json.loads(answer(request))["arrangements"]
    return found


def test_each_way_uses_the_blocks_that_can_hold_it() -> None:
    ways = {each["name"]: [block["type"] for block in each["blocks"]] for each in arranged(HEADING, PARAGRAPH, QUOTE)}
    assert ways == {
        "As paragraphs": ["heading", "paragraph", "paragraph"],
        "Point by point": ["heading", "paragraph"],
        "Opened by a quotation": ["quote", "paragraph", "paragraph"],
    }


def test_a_quotation_is_what_somebody_says_on_the_page() -> None:
    quote = arranged(HEADING, PARAGRAPH, QUOTE)[2]["blocks"][0]
    assert quote["value"] == {"text": "Come early and bring a coat", "source": ""}
    without = arranged(HEADING, PARAGRAPH, QUOTE, text=TEXT.replace("“", "").replace("”", ""))
    assert [each["name"] for each in without] == ["As paragraphs", "Point by point"]


def test_a_struct_is_filled_only_where_nothing_is_left_to_invent() -> None:
    fine = form("section", "object", children=[form("text", "rich"), form("number", "whole", required=False)])
    assert arranged(fine)[0]["blocks"][0]["value"]["number"] is None
    needy = form("section", "object", children=[form("text", "rich"), form("number", "whole")])
    with pytest.raises(NotSupported):
        arranged(needy)


def test_markup_in_a_text_is_no_markup_in_the_answer() -> None:
    found = arranged(PARAGRAPH, text="Ships < boats & rafts are counted here. They sail at nine each day.")
    assert "Ships &lt; boats &amp; rafts" in found[0]["blocks"][0]["value"]


def test_limits_are_kept() -> None:
    heading = arranged(HEADING, PARAGRAPH)[0]["blocks"][0]["value"]
    assert 0 < len(heading) <= 40
    assert [len(each["blocks"]) for each in arranged(HEADING, PARAGRAPH, room=2)] == [2, 2]
    once = arranged(form("paragraph", "rich", features=["ul"], times=1))
    assert [len(each["blocks"]) for each in once] == [1, 1]


def test_without_material_or_blocks_it_says_so() -> None:
    with pytest.raises(NothingToWorkOn, match="already on the page"):
        arranged(PARAGRAPH, text="")
    with pytest.raises(NotSupported):
        arranged(form("number", "whole"))
    with pytest.raises(NotSupported):
        arranged(blocks="nothing that can be read")


def test_the_same_material_gives_the_same_answer() -> None:
    assert arranged(HEADING, PARAGRAPH, QUOTE) == arranged(HEADING, PARAGRAPH, QUOTE)
