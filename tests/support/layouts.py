"""A stream with one block of every sort, and answers of the function ``layout`` for it."""

from __future__ import annotations

import json
from typing import Any

from wagtail.blocks import (
    BooleanBlock,
    CharBlock,
    ChoiceBlock,
    DateBlock,
    IntegerBlock,
    ListBlock,
    PageChooserBlock,
    RawHTMLBlock,
    RichTextBlock,
    StreamBlock,
    StructBlock,
    TextBlock,
    URLBlock,
)
from wagtail.images.blocks import ImageBlock, ImageChooserBlock

from wagtail_ai_content.blocks import AILayoutBlock, AITextBlock
from wagtail_ai_content.core.engine.function import Parsed, Prepared, Task
from wagtail_ai_content.features.layout.layout import Layout

TEXT = (
    "The wade is open for two hours at low water. Walkers follow the posts across the sand. "
    "“Nobody walks faster than the tide turns,” says the warden. The bell rings before the water comes back."
)
BRIEF = "Tell walkers how to cross the wade."


class FlexibleBody(StreamBlock):
    """One block of every sort."""

    heading = CharBlock(max_length=30)
    paragraph = RichTextBlock(features=["bold", "ul"])
    quote = StructBlock([("text", TextBlock()), ("source", CharBlock(required=False))])
    card = StructBlock(
        [("title", CharBlock()), ("image", ImageChooserBlock(required=False)), ("link", URLBlock(required=False))]
    )
    teaser = StructBlock([("title", CharBlock()), ("page", PageChooserBlock())])
    gallery = StructBlock([("caption", CharBlock()), ("pictures", ListBlock(ImageChooserBlock()))])
    picture = ImageBlock()
    facts = ListBlock(StructBlock([("label", CharBlock()), ("value", CharBlock())]), min_num=1, max_num=3)
    number = IntegerBlock(min_value=1)
    align = ChoiceBlock(choices=[("Groups", [("left", "Left"), ("right", "Right")])])
    wide = BooleanBlock(required=False)
    day = DateBlock()
    box = StreamBlock([("note", TextBlock()), ("html", RawHTMLBlock())], max_num=2)
    html = RawHTMLBlock()
    secret = TextBlock(ai=False)
    ai_text = AITextBlock()
    ai_layout = AILayoutBlock()

    class Meta:
        max_num = 6
        block_counts = {"heading": {"max_num": 2}}


def payload(**more: Any) -> dict[str, Any]:
    given = {"model": "pages.deeppage", "place": "body", "path": "body", "instruction": BRIEF, "content_language": "en"}
    return {**given, "page_title": "The wade", "page_text": TEXT, "hosts": [], "variables": {}, **more}


def prepared(**more: Any) -> Prepared:
    task = Task(function="layout", payload=payload(**more), target=None, user_id="1", site_id=None)
    Layout().validate(task)
    found = Layout().prepare(task)
    return Prepared(variables=json.loads(json.dumps(found.variables)), notes=json.loads(json.dumps(found.notes)))


def parsed(*arrangements: Any, **more: Any) -> Parsed:
    given = [
        each if isinstance(each, dict) else {"name": "One", "reason": "Why", "blocks": each} for each in arrangements
    ]
    return Layout().parse_response(json.dumps({"arrangements": given, "note": ""}), prepared(**more))


def blocks(found: Parsed, number: int = 0) -> list[dict[str, Any]]:
    return list(found.value["arrangements"][number]["blocks"])


def told(found: Parsed) -> str:
    return " ".join(str(warning) for warning in found.warnings)
