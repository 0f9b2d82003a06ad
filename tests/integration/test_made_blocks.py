"""Which blocks an AI may make: what is offered to a model, what is refused of its answer, and embeds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.blocks import CharBlock, ListBlock, RawHTMLBlock, RichTextBlock, StreamBlock, StructBlock, TextBlock
from wagtail.embeds.blocks import EmbedBlock
from wagtail.embeds.finders import get_finders
from wagtail.embeds.models import Embed
from wagtail.embeds.oembed_providers import vimeo

from tests.support.network import network_watched
from tests.support.openai_answers import chat
from tests.support.openai_server import OpenAIServer
from tests.support.pages.models import DeepPage, NotebookPage
from tests.support.replies import answered
from wagtail_ai_content.api import Ask, Job, run_job, submit
from wagtail_ai_content.blocks import AITextBlock
from wagtail_ai_content.core.engine.function import Parsed, Prepared
from wagtail_ai_content.core.engine.reply import read_json
from wagtail_ai_content.core.errors import BlockNotAllowed
from wagtail_ai_content.features.layout.forms import offered
from wagtail_ai_content.features.writing.blocks import build
from wagtail_ai_content.features.writing.markup import NewBlock
from wagtail_ai_content.features.writing.meta import Meta
from wagtail_ai_content.features.writing.page_text import PageText
from wagtail_ai_content.models import AIVersion
from wagtail_ai_content.pipeline.blocks import check_made
from wagtail_ai_content.pipeline.functions import registry
from wagtail_ai_content.pipeline.review import open_review
from wagtail_ai_content.pipeline.rules import rules_for
from wagtail_ai_content.pipeline.shapes import content_shape

pytestmark = pytest.mark.django_db

VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
OTHER_VIDEO = "https://vimeo.com/76979871"
RAW = "<script>alert(1)</script>"
STANDING = [
    {"type": "paragraph", "value": "<p>It was a long day.</p>", "id": "p1"},
    {"type": "raw_html", "value": "<b>ours</b>", "id": "r1"},
    {"type": "video", "value": OTHER_VIDEO, "id": "v1"},
]


class Body(StreamBlock):
    """Texts beside what an AI must not make."""

    heading = CharBlock()
    paragraph = RichTextBlock(features=["bold", "link"])
    raw_html = RawHTMLBlock()
    video = EmbedBlock()
    card = StructBlock(
        [
            ("title", CharBlock()),
            ("clip", EmbedBlock(required=False)),
            ("html", RawHTMLBlock(required=False)),
            ("picks", ListBlock(RawHTMLBlock(required=False))),
        ]
    )
    box = StreamBlock([("note", TextBlock()), ("html", RawHTMLBlock()), ("aside", TextBlock())])
    legal = TextBlock(ai_create=False)
    hidden = TextBlock(ai=False)
    ai_text = AITextBlock()


@pytest.fixture(autouse=True)
def body(monkeypatch: pytest.MonkeyPatch) -> Iterator[StreamBlock]:
    block = Body()
    monkeypatch.setattr(DeepPage._meta.get_field("body"), "stream_block", block)
    content_shape.cache_clear()
    yield block
    content_shape.cache_clear()


@pytest.fixture
def only(settings: Any) -> Any:
    """``only("heading", …)``: what AI may make in the body of the page."""

    def say(*kinds: str) -> None:
        settings.WAGTAIL_AI_CONTENT = {
            **settings.WAGTAIL_AI_CONTENT, "FIELDS": {"pages.DeepPage": {"blocks": {"body": list(kinds)}}},
        }  # fmt: skip

    return say


def content(*more: Mapping[str, Any]) -> dict[str, Any]:
    return {"title": "Third day", "body": json.dumps([*STANDING, *more])}


def new(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value, "id": "n1"}


def card(**parts: Any) -> dict[str, Any]:
    return new("card", {"title": "A", "clip": "", "html": "", "picks": [], **parts})


# --- one place that says so


@pytest.mark.parametrize(
    "made",
    [
        new("heading", "A"),
        new("paragraph", "<p>A</p>"),
        card(),
        new("box", [{"type": "note", "value": "A", "id": "n2"}]),
    ],
    ids=lambda block: block["type"],
)
def test_anything_but_raw_html_and_embeds_may_be_made(made: dict[str, Any]) -> None:
    assert check_made(DeepPage, content(), content(made)) == ()


@pytest.mark.parametrize(
    "made",
    [
        new("raw_html", RAW),
        new("raw_html", ""),
        card(html=RAW),
        card(picks=[{"type": "item", "value": RAW, "id": "i1"}]),
        card(picks=[RAW]),
        card(html={"not": "a text"}),
        new("box", [{"type": "html", "value": RAW, "id": "n2"}]),
        new("legal", "A"),
        new("hidden", "A"),
        new("ai_text", {"brief": "", "text": "<p>A</p>"}),
        new("video", VIDEO),
        card(clip=VIDEO),
        {**STANDING[1], "value": RAW},
        {"type": "raw_html", "value": "<b>ours</b>"},
    ],
    ids=lambda block: f"{block['type']}-{json.dumps(block['value'])[:30]}",
)
def test_everything_else_is_refused(made: dict[str, Any], only: Any) -> None:
    with pytest.raises(BlockNotAllowed):
        check_made(DeepPage, content(), content(made))


@pytest.mark.parametrize("made", [new("raw_html", RAW), card(html=RAW), new("ai_text", {"text": "<p>A</p>"})])
def test_raw_html_is_refused_also_where_the_site_lists_it(made: dict[str, Any], only: Any) -> None:
    only("raw_html", "card", "html", "ai_text")
    with pytest.raises(BlockNotAllowed):
        check_made(DeepPage, content(), content(made))


def test_raw_html_that_stands_there_is_left_alone_and_may_be_moved() -> None:
    moved = {"title": "New", "body": json.dumps([STANDING[2], STANDING[1], STANDING[0]])}
    assert check_made(DeepPage, content(), moved) == ()
    with pytest.raises(BlockNotAllowed) as error:
        check_made(DeepPage, content(), {"body": json.dumps([{**STANDING[1], "value": RAW}])})
    assert "raw_html" in str(error.value)
    assert RAW not in str(error.value)


def test_the_list_of_a_field_holds_at_any_depth(only: Any) -> None:
    only("paragraph", "box", "note")
    note, aside = ({"type": kind, "value": "A", "id": "n2"} for kind in ("note", "aside"))
    assert check_made(DeepPage, content(), content(new("box", [note]))) == ()
    for refused in (new("heading", "A"), new("box", [aside])):
        with pytest.raises(BlockNotAllowed):
            check_made(DeepPage, content(), content(refused))


def test_the_nearest_list_of_a_field_counts(settings: Any) -> None:
    settings.WAGTAIL_AI_CONTENT = {
        "FIELDS": {
            "pages.DeepPage": {"blocks": {"body": ["heading"]}},
            "wagtailcore.Page": {"blocks": {"body": ["paragraph"], "aside": ["note"]}},
        }
    }
    rules = rules_for(DeepPage)
    assert (rules.allow_block("body", "heading"), rules.allow_block("body", "paragraph")) == (True, False)
    assert (rules.allow_block("aside", "note"), rules.allow_block("aside", "x")) == (True, False)
    assert rules.allow_block("other", "x")


# --- the same for what is offered


def names(place: str = "body") -> list[str]:
    return [form.name for form in offered("pages.deeppage", place, {}).children]


def test_a_layout_offers_what_may_be_made(only: Any) -> None:
    assert names() == ["heading", "paragraph", "card", "box"]
    assert names("body.box") == ["note", "aside"]
    only("paragraph", "box", "note", "raw_html", "video")
    assert names() == ["paragraph", "box"]
    assert names("body.box") == ["note"]


def test_the_text_of_a_page_is_made_of_what_may_be_made(only: Any) -> None:
    field = DeepPage._meta.get_field("body")
    text = [NewBlock(kind="heading", text="A"), NewBlock(kind="paragraph", text="B")]

    def kinds() -> list[str]:
        return [child["type"] for child in build(field, text, present="[]", rules=rules_for(DeepPage))]

    assert kinds() == ["heading", "paragraph"]
    only("paragraph")
    assert kinds() == ["paragraph"]
    only("heading")
    with pytest.raises(LookupError):
        kinds()


def test_the_brief_of_an_ai_block_is_no_place_for_the_text_of_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    field = NotebookPage._meta.get_field("body")
    part = StructBlock([("text", TextBlock())])
    monkeypatch.setattr(field, "stream_block", StreamBlock([("ai_text", AITextBlock()), ("part", part)]))
    text = [NewBlock(kind="paragraph", text="B")]
    assert [child["type"] for child in build(field, text, present="[]", rules=rules_for(NotebookPage))] == ["part"]


# --- embeds


@pytest.mark.parametrize("made", [new("video", VIDEO), card(clip=VIDEO)], ids=["block", "part"])
def test_an_embed_is_told_where_the_site_lists_its_block(made: dict[str, Any], only: Any) -> None:
    only("video", "card")
    with network_watched() as seen:
        (told,) = check_made(DeepPage, content(), content(made))
    assert f"embed {VIDEO}." in str(told)
    assert seen == []


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/watch?v=1",
        "https://www.youtube.com.evil.example/watch?v=1",
        "https://www.youtube.com@evil.example/watch?v=1",
        "https://evil.example/https://www.youtube.com/watch?v=1",
        "http://127.0.0.1/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        f" {VIDEO}",
        f"{VIDEO}\n",
        f"{VIDEO} x",
        "https://www.youtube.com\\@evil.example/watch?v=1",
        ["not", "a", "text"],
    ],
)
def test_embeds_of_no_configured_provider_are_refused(address: Any, only: Any) -> None:
    only("video", "card")
    for made in (new("video", address), card(clip=address)):
        with network_watched() as seen, pytest.raises(BlockNotAllowed):
            check_made(DeepPage, content(), content(made))
        assert seen == []


def test_only_the_providers_of_the_site_count(only: Any, settings: Any) -> None:
    only("video")
    settings.WAGTAILEMBEDS_FINDERS = [{"class": "wagtail.embeds.finders.oembed", "providers": [vimeo]}]
    get_finders.cache_clear()
    try:
        assert len(check_made(DeepPage, content(), content(new("video", "https://vimeo.com/1")))) == 1
        with pytest.raises(BlockNotAllowed):
            check_made(DeepPage, content(), content(new("video", VIDEO)))
    finally:
        get_finders.cache_clear()


# --- the whole trip


class Probe(Meta):
    """A site's own function, which puts the blocks of an answer into the page as they are."""

    name, prompt = "blocks_probe", "meta"

    def reply_schema(self, prepared: Prepared) -> None:
        return None

    def parse_response(self, text: str, prepared: Prepared) -> Parsed:
        return Parsed(changes={"body": [*STANDING, *read_json(text)["blocks"]]})


@pytest.fixture
def page(section: Any, add_page: Any) -> DeepPage:
    return add_page(DeepPage, section, title="Third day", body=STANDING, slug="third")  # type: ignore[no-any-return]


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, settings: Any, openai_server: OpenAIServer, page: DeepPage, editor: Any
) -> Any:
    """``run(block, …)``: a job whose model answers with these blocks; no other address is asked."""
    settings.WAGTAIL_AI_CONTENT = {
        "MODEL": "openai/test-model",
        "PROVIDERS": {"openai": {"API_KEY": "k", "API_BASE": openai_server.url}},
        "CACHE_ALIAS": None,
    }
    real = registry.get
    monkeypatch.setattr(registry, "get", lambda name: Probe() if name == Probe.name else real(name))

    def go(*made: Any, function: str = Probe.name) -> Job:
        openai_server.script({"body": json.dumps(chat({"model": "test-model"}, text=json.dumps({"blocks": made})))})
        with network_watched() as seen:
            job = run_job(submit(Ask(function=function, page=page, user=editor)))
        port = openai_server.url.split(":")[2].split("/")[0]
        assert [each for each in seen if port not in each] == []
        return job

    return go


def latest(page: DeepPage) -> list[Any]:
    return list(DeepPage.objects.get(pk=page.pk).get_latest_revision_as_object().body.raw_data)


@pytest.mark.parametrize("made", [new("raw_html", RAW), card(html=RAW), new("video", VIDEO)])
def test_a_job_that_made_what_it_may_not_fails_and_says_so(made: Any, run: Any, page: DeepPage) -> None:
    job = run(made)
    assert (job.status, job.error_code) == ("failed", "block_not_allowed")
    assert job.error["params"] == {"block": made["type"]}
    page.refresh_from_db()
    assert (page.latest_revision_id, AIVersion.objects.count()) == (None, 0)


def test_a_job_that_made_what_it_may_writes_a_draft(run: Any, page: DeepPage) -> None:
    assert run(new("heading", "A")).outcome == "revision"


def test_an_embed_waits_for_a_person_and_nothing_is_fetched_until_then(
    run: Any, page: DeepPage, only: Any, editor: Any, client: Client
) -> None:
    only("video", "heading")
    job = run({"type": "heading", "value": "A", "id": "n2"}, new("video", VIDEO))
    assert (job.outcome, job.outcome_reason) == ("proposal", "embed")
    page.refresh_from_db()
    assert page.latest_revision_id is None
    version = AIVersion.objects.get()
    assert [warning["params"] for warning in version.warnings] == [{"address": VIDEO}]

    client.force_login(editor)
    url = reverse("wagtail_ai_content_review:review", args=[version.pk])
    with network_watched() as seen:
        shown = client.get(url).content.decode()
        assert f"embed {VIDEO}." in shown
        assert f'href="{VIDEO}"' not in shown
        client.get(reverse("wagtail_ai_content_review:index"))
        client.post(url, {"action": "accept_clean"}, follow=True)
        assert [block["type"] for block in latest(page)][-2:] == ["video", "heading"]
        change = next(item.change.id for item in open_review(version.pk, editor).items if "n1" in item.change.path)
        client.post(url, {f"decision-{change}": "accept"}, follow=True)
    assert latest(page)[-1]["value"] == VIDEO
    assert (seen, Embed.objects.count()) == ([], 0)


def test_the_text_of_a_page_with_an_embed_is_written_without_asking_for_it(
    prepare: Any, section: Any, add_page: Any
) -> None:
    page = add_page(DeepPage, section, title="Blank", body=[STANDING[2]], slug="blank")
    with network_watched() as seen:
        parsed = answered(PageText(), prepare(PageText(), page), blocks=[{"kind": "paragraph", "text": "New."}])
    assert [child["type"] for child in parsed.changes["body"]] == ["video", "paragraph"]
    assert (seen, parsed.warnings, Embed.objects.count()) == ([], (), 0)
