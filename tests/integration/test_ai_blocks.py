"""The AI blocks are plain data: shown, copied, migrated and served like any other block, with and without a model."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.template import Context, Template
from django.test import Client
from wagtail.admin.telepath import JSContext
from wagtail.blocks import CharBlock, RichTextBlock, StreamBlock, StructBlock, TextBlock
from wagtail.models import Locale
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from tests.support.ai_words import STORM, WALK, ai_writes, draft_of, fresh, latest, publish
from tests.support.pages.models import NotebookPage
from wagtail_ai_content import provenance
from wagtail_ai_content.blocks import AILayoutBlock, AITextBlock
from wagtail_ai_content.features.writing.targets import places_of, text_targets
from wagtail_ai_content.pipeline.shapes import content_shape
from wagtail_ai_content.pipeline.targets import snapshot

pytestmark = pytest.mark.django_db

MIGRATION = Path(__file__).parents[1] / "support" / "pages" / "migrations" / "0004_notebook.py"
BRIEF = "Brief words for the machine alone"
TEXT = {"brief": BRIEF, "prompt": "house-style", "tone": "friendly", "text": "<p>The sea was calm.</p>"}
BODY = [
    {"type": "ai_text", "value": TEXT, "id": "t1"},
    {"type": "ai_layout", "value": {"brief": BRIEF}, "id": "l1"},
    {
        "type": "margin",
        "value": [
            {"type": "ai_text", "value": {**TEXT, "text": "<p>A note.</p>"}, "id": "t2"},
            {"type": "ai_layout", "value": {"brief": BRIEF}, "id": "l2"},
        ],
        "id": "m1",
    },
]


@pytest.fixture
def page(section: Any, add_page: Callable[..., Any]) -> NotebookPage:
    return add_page(NotebookPage, section, title="Notebook", body=BODY, slug="notebook")  # type: ignore[no-any-return]


def shown(page: NotebookPage) -> str:
    source = "{% load wagtailcore_tags %}{% for block in page.body %}{% include_block block %}{% endfor %}"
    return Template(source).render(Context({"page": page}))


def raw(page: NotebookPage) -> Any:
    return json.loads(json.dumps(list(page.body.raw_data)))


# --- what a reader meets


def test_only_the_text_is_shown(page: NotebookPage) -> None:
    html = shown(fresh(page))
    assert "<p>The sea was calm.</p>" in html
    assert "A note." in html
    for note in (BRIEF, "house-style", "friendly"):
        assert note not in html
        assert note not in str(fresh(page).body)


def test_a_layout_block_shows_nothing_however_it_is_asked(page: NotebookPage) -> None:
    block = fresh(page).body[1]
    assert (str(block), block.render(), block.value.__html__(), block.render_as_block()) == ("", "", "", "")
    assert Template("{% load wagtailcore_tags %}{% include_block block %}").render(Context({"block": block})) == ""


def test_only_the_text_is_found_by_searching(page: NotebookPage) -> None:
    content = " ".join(fresh(page).body.stream_block.get_searchable_content(fresh(page).body))
    assert "The sea was calm." in content
    assert BRIEF not in content
    assert "house-style" not in content
    assert AILayoutBlock().get_searchable_content({"brief": BRIEF}) == []
    assert AITextBlock(search_index=False).get_searchable_content(AITextBlock().to_python(TEXT)) == []


def test_only_the_text_is_served_by_the_api(page: NotebookPage) -> None:
    body = fresh(page).body
    served = body.stream_block.get_api_representation(body, context={})
    assert served[0]["value"] == {"text": "<p>The sea was calm.</p>"}
    assert served[1]["value"] == {}
    assert BRIEF not in json.dumps(served)


# --- what an AI makes of it


def test_notes_to_the_ai_are_no_texts_of_the_page(page: NotebookPage) -> None:
    found = text_targets(NotebookPage, snapshot(page), user=None)
    assert [target.path for target in found if target.field == "body"] == ["body.t1.text", "body.m1.t2.text"]
    places = [name for name in places_of(NotebookPage, user=None) if "ai_" in name]
    assert places == ["body.margin.ai_text.text", "body.ai_text.text"]


def test_notes_to_the_ai_are_not_counted_among_the_words(page: NotebookPage) -> None:
    ai_writes(page, {"body.t1.text": f"<p>{WALK}</p>", "body.m1.t2.text": f"<p>{STORM}</p>"})
    found = draft_of(page)
    assert found.part("t1").kind == "ai"
    assert found.part("t1").of_text == 1.0
    assert found.part("t2").kind == "ai"
    assert found.part("l1").kind == "human"


def test_a_block_knows_its_provenance_in_templates(page: NotebookPage) -> None:
    version = ai_writes(page, {"body.t1.text": f"<p>{WALK}</p>"})
    publish(page)
    source = (
        "{% load wagtail_ai_content_tags %}{% for block in page.body %}"
        "{% ai_provenance block as mark %}{{ mark.disclosure }} {% endfor %}"
    )
    assert Template(source).render(Context({"page": fresh(page)})).split() == ["ai-generated", "none", "none"]
    part = provenance.of(fresh(page)).part("t1")
    assert part.generations[0].id == str(version.generation_id)


def test_the_brief_may_change_on_both_sides_like_any_value() -> None:
    shape: Any = content_shape(NotebookPage)["body"]
    assert type(shape.children["ai_text"].children["brief"]).__name__ == "Value"
    assert type(shape.children["ai_text"].children["text"]).__name__ == "RichText"


# --- what may happen to the page


def test_it_survives_copying_publishing_and_going_back(page: NotebookPage) -> None:
    first = page.save_revision()
    ai_writes(page, {"body.t1.text": f"<p>{WALK}</p>"})
    publish(page)
    copy = fresh(page).copy(update_attrs={"slug": "copy"})
    again = fresh(copy).body
    assert again[0].value["brief"] == BRIEF
    assert WALK in shown(fresh(copy))
    assert provenance.of(fresh(copy), draft=True).part("t1").kind == "ai"
    reverted = first.as_object()
    reverted.save_revision().publish()
    assert raw(fresh(page)) == BODY
    assert "The sea was calm." in shown(fresh(page))


def test_it_survives_translation_and_aliases(page: NotebookPage) -> None:
    german = Locale.objects.create(language_code="de")
    page.get_parent().copy_for_translation(german, copy_parents=True)
    translated = fresh(page).copy_for_translation(german)
    alias = fresh(page).create_alias(update_slug="alias")
    for other in (translated, alias):
        assert [block["value"] for block in raw(fresh(other))[:2]] == [TEXT, {"brief": BRIEF}]
        assert "The sea was calm." in shown(fresh(other))


@pytest.mark.parametrize(
    "options", [{"MODEL": "openai/gone", "PROVIDERS": {}}, {"MODEL": "builtin/extractive", "PROVIDERS": {}}, {}]
)
def test_it_needs_no_key_to_be_shown_and_saved(
    page: NotebookPage, settings: Any, options: dict[str, Any], client: Client, admin_user: Any
) -> None:
    settings.WAGTAIL_AI_CONTENT = options
    assert "The sea was calm." in shown(fresh(page))
    client.force_login(admin_user)
    assert client.get(f"/admin/pages/{page.pk}/edit/").status_code == 200
    answer = client.post(f"/admin/pages/{page.pk}/edit/", form(page))
    assert answer.status_code == 302
    assert [block["value"] for block in raw(latest(page))[:2]] == [
        {**TEXT, "text": '<p data-block-key="aaaaa">The sea was rough.</p>'},
        {"brief": "Another brief"},
    ]


def form(page: NotebookPage) -> dict[str, str]:
    """The edit form of the page with another text and another brief in it."""
    text = rich_text('<p data-block-key="aaaaa">The sea was rough.</p>', features=["bold"])
    blocks = [("ai_text", {**TEXT, "text": text}), ("ai_layout", {"brief": "Another brief"})]
    fields = {"title": page.title, "slug": page.slug, "body": streamfield(blocks), "comments": inline_formset([])}
    return {**nested_form_data(fields), "action-publish": "1"}


# --- migrations


def test_migrations_know_them_as_wagtails_own_blocks() -> None:
    assert "wagtail_ai_content" not in MIGRATION.read_text()
    output = StringIO()
    call_command("makemigrations", "pages", check=True, dry_run=True, stdout=output)
    assert "No changes" in output.getvalue()


def test_migrations_do_not_hold_words_that_a_person_reads() -> None:
    for block in (AITextBlock(), AILayoutBlock()):
        for child in block.child_blocks.values():
            _, _, options = child.deconstruct()
            assert {"label", "help_text", "group"}.isdisjoint(options)
        assert block.deconstruct()[0] == "wagtail.blocks.StructBlock"
        assert block.deconstruct()[2] == {}


def test_the_blocks_of_an_old_migration_still_read_the_data(page: NotebookPage) -> None:
    model = MigrationLoader(connection).project_state().apps.get_model("pages", "NotebookPage")
    old = model.objects.get(pk=page.pk)
    blocks = old.body.stream_block.child_blocks
    assert type(blocks["ai_text"]) is type(blocks["ai_layout"]) is StructBlock
    assert old.body[0].value["text"].source == "<p>The sea was calm.</p>"
    assert raw(old) == BODY
    blocks_of_now = fresh(page).body.stream_block.child_blocks
    assert blocks_of_now["ai_text"].get_prep_value(blocks_of_now["ai_text"].to_python(TEXT)) == TEXT


# --- as a site declares it


def test_features_are_given_as_an_argument_or_in_meta() -> None:
    class Ours(AITextBlock):
        class Meta:
            features = ["italic"]

    assert AITextBlock(features=["bold"]).child_blocks["text"].features == ["bold"]
    assert Ours().child_blocks["text"].features == ["italic"]
    assert AITextBlock().child_blocks["text"].features is None
    assert Ours(features=["h2"]).child_blocks["text"].features == ["h2"]


def test_a_site_may_add_parts_and_give_its_own_template() -> None:
    class Ours(AITextBlock):
        caption = CharBlock(required=False)

    assert list(Ours().child_blocks) == ["brief", "text", "prompt", "tone", "caption"]
    block = AITextBlock([("caption", TextBlock())], template="ours.html")
    assert "caption" in block.child_blocks
    assert block.get_template() == "ours.html"


def test_the_form_brings_script_and_style_only_where_such_a_block_may_stand() -> None:
    def media(*blocks: Any) -> str:
        context = JSContext()
        context.pack(StreamBlock([(str(number), block) for number, block in enumerate(blocks)]))
        return str(context.media)

    assert "blocks/text_block_controller" in media(AITextBlock())
    assert "blocks/layout_block_controller" not in media(AITextBlock())
    assert "css/blocks" in media(AILayoutBlock())
    assert "/blocks" not in media(RichTextBlock(), StructBlock()).replace("telepath/blocks", "")


def test_prompt_and_tone_are_kept_whatever_becomes_of_them() -> None:
    block = AITextBlock()
    value = block.to_python({**TEXT, "prompt": "deleted-long-ago", "tone": "no-such-tone"})
    assert block.clean(value)["prompt"] == "deleted-long-ago"
    assert block.get_form_state(block.clean(value))["tone"] == "no-such-tone"
