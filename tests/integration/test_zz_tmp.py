import json, pytest
from asgiref.sync import async_to_sync
from wagtail_ai_content.core.providers.extractive import ExtractiveProvider
from wagtail_ai_content.core.providers.base import Request, Message
from wagtail_ai_content.features.writing.meta import Meta
from wagtail_ai_content.features.writing.page_text import PageText
from wagtail_ai_content.features.writing.rewrite import Rewrite
from wagtail_ai_content.features.writing.summarise import Summarise
from wagtail_ai_content.features.writing.title import Title
from tests.support.pages.models import *

@pytest.mark.django_db
def test_x(section, add_page, plain_page, rich_page, deep_page, task_for, editor):
    blank = add_page(DeepPage, section, title="Coast walk at dawn", slug="bl")
    p = ExtractiveProvider()
    for fn, page, pay in [(PageText(), blank, {}), (PageText(), rich_page, {}), (PageText(), deep_page, {}), (Rewrite(), rich_page, {"instruction":"as a list"}), (Rewrite(), plain_page, {"instruction":"shorter"}), (Title(), rich_page, {}), (Meta(), deep_page, {}), (Summarise(), deep_page, {})]:
        prep = fn.prepare(task_for(page, editor, fn.name, **pay))
        schema = fn.reply_schema(prep)
        reply = async_to_sync(p.complete)(Request(model="builtin/extractive", messages=(Message(role="user", content="x"),), max_tokens=2000, schema=schema.json_schema(), material={"function": fn.name, **fn.build_prompt(prep)}))
        parsed = fn.parse_response(reply.text, prep)
        print("\n==", fn.name, page.title, "\n", reply.text[:300], "\n", json.dumps(parsed.changes)[:600], parsed.value, [str(w) for w in parsed.warnings])
