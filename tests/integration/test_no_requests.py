"""What a model writes makes this site neither ask for an address nor open an image: two corpora, row by row."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Callable
from html import escape
from typing import Any

import pytest
from wagtail.blocks import StreamBlock
from wagtail.embeds.models import Embed
from wagtail.images import get_image_model
from wagtail.models import Site

from tests.support.corpora import rows
from tests.support.layouts import FlexibleBody, parsed
from tests.support.network import network_watched
from tests.support.openai_answers import chat
from tests.support.openai_server import OpenAIServer
from tests.support.pages.models import DeepPage
from tests.support.replies import answered, edit
from wagtail_ai_content.api import Ask, Job, run_job, submit
from wagtail_ai_content.checks import check_options
from wagtail_ai_content.features.writing.page_text import PageText
from wagtail_ai_content.models import AIVersion
from wagtail_ai_content.pipeline.gate import Field, gated, shown

pytestmark = pytest.mark.django_db

LOADING = ("<a ", "<img", "<embed", "<svg", "<iframe", "<picture", "<object", "src=", "style=")


def addressed(address: str) -> str:
    """A paragraph that asks a reader's browser, or whoever reads it, for the address in every way there is."""
    url = escape(address, quote=True)
    return (
        f'See <a href="{url}">it</a>. <img src="{url}"/><embed embedtype="media" url="{url}"/><iframe src="{url}">'
        f'</iframe><picture><source srcset="{url}"/></picture><object data="{url}"></object><b style="background:'
        f'url({url})">Bold</b> [it]({address}) ![it]({address})'
    )


def pictured(row: dict[str, Any]) -> str:
    """The image of a row as an answer may hold one: as an address of itself, and as the text that it is."""
    data = row["payload_b64"]
    return f'See <img src="data:image/png;base64,{data}"/> {base64.b64decode(data).decode("utf-8", "replace")} here.'


@pytest.fixture(autouse=True)
def host(root: Any) -> None:
    """The site's own host, to which anybody may link, is none of the corpus."""
    Site.objects.update(hostname="site.example")


@pytest.fixture
def ask(settings: Any, openai_server: OpenAIServer, section: Any, add_page: Any, editor: Any) -> Callable[[str], Job]:
    """A job that writes a blank page with this paragraph; nobody but the model is asked for anything."""
    settings.WAGTAIL_AI_CONTENT = {
        "MODEL": "openai/test-model",
        "PROVIDERS": {"openai": {"API_KEY": "k", "API_BASE": openai_server.url}},
        "CACHE_ALIAS": None,
        "MAX_CALLS": 1,
    }
    page = add_page(DeepPage, section, title="Blank", body=[], slug="blank")
    port = openai_server.url.rpartition(":")[2].partition("/")[0]

    def go(paragraph: str) -> Job:
        reply = json.dumps({"blocks": [{"kind": "paragraph", "text": paragraph}], "note": paragraph})
        openai_server.script({"body": json.dumps(chat({"model": "test-model"}, text=reply))})
        with network_watched() as seen:
            job = run_job(submit(Ask(function="page_text", page=page, user=editor)))
        assert [each for each in seen if port not in each] == []
        return job

    return go


@pytest.fixture
def body(monkeypatch: pytest.MonkeyPatch) -> StreamBlock:
    block = FlexibleBody()
    monkeypatch.setattr(DeepPage._meta.get_field("body"), "stream_block", block)
    return block


def nothing_that_loads(text: str) -> bool:
    return not [each for each in LOADING if each in text] and not Embed.objects.exists()


def test_the_watch_sees_what_is_asked_for() -> None:
    with network_watched() as seen:
        socket.getaddrinfo("127.0.0.1", 80)
    assert seen == ["socket.getaddrinfo ('127.0.0.1', 80)"]


@pytest.mark.parametrize("row", rows("ssrf"))
def test_an_address_in_a_reply_is_neither_asked_for_nor_linked(row: dict[str, Any], ask: Callable[[str], Job]) -> None:
    job = ask(addressed(row["payload"]))
    assert (job.status, job.outcome) == ("succeeded", "revision")
    stored = AIVersion.objects.get().proposed["body"]
    assert "See it." in stored
    assert nothing_that_loads(stored)


@pytest.mark.parametrize("row", rows("ssrf"))
def test_nor_in_any_other_function(row: dict[str, Any], prepare: Any, rich_page: Any, body: StreamBlock) -> None:
    paragraph = addressed(row["payload"])
    with network_watched() as seen:
        prepared = prepare(PageText(), rich_page)
        revised = answered(PageText(), prepared, edits=[edit(prepared, "Nobody spoke", f"<p>{paragraph}</p>")])
        arranged = parsed([{"type": "paragraph", "value": paragraph}, {"type": "html", "value": paragraph}])
        into = Field(kind="rich", features=("bold", "link", "image", "embed"))
        assisted = gated(paragraph, into=into, source="", protected=shown("", into=into), whole=False)
    assert seen == []
    assert "See it." in assisted.text
    assert nothing_that_loads(assisted.text)
    assert nothing_that_loads(json.dumps(arranged.value))
    written = rich_page.body.replace('<p data-block-key="p3">Nobody spoke.</p>', "")
    assert nothing_that_loads(str(revised.changes["body"]).replace(written, ""))


@pytest.mark.parametrize("row", [row for row in rows("ssrf") if row.values[0] and row.values[0]["expect"] == "allowed"])
def test_a_host_that_the_site_lists_is_linked_and_still_not_asked_for(
    row: dict[str, Any], ask: Callable[[str], Job], settings: Any
) -> None:
    host = row["payload"].split("/")[2]
    settings.WAGTAIL_AI_CONTENT = {**settings.WAGTAIL_AI_CONTENT, "ALLOWED_LINK_HOSTS": [host]}
    ask(addressed(row["payload"]))
    (block,) = json.loads(AIVersion.objects.get().proposed["body"])
    assert f'<a href="{row["payload"]}">it</a>' in block["value"]


@pytest.mark.parametrize("row", rows("images"))
def test_an_image_in_a_reply_is_neither_opened_nor_stored(row: dict[str, Any], ask: Callable[[str], Job]) -> None:
    job = ask(pictured(row))
    assert job.status == "succeeded" or job.error_code in ("malformed_reply", "cut_reply", "too_many_calls")
    stored = json.dumps([version.proposed["body"] for version in AIVersion.objects.all()])
    assert nothing_that_loads(stored)
    assert not get_image_model().objects.exists()


@pytest.mark.parametrize(
    "row", [row for row in rows("ssrf") if not row.values[0] or row.values[0]["category"] == "parser"]
)
def test_an_api_base_that_could_be_misread_is_told_of(row: dict[str, Any], settings: Any) -> None:
    allowed = row.get("policy", "").partition("api_base_allowlist:")[2]
    hosts = {"API_HOSTS": [allowed]} if allowed else {}
    settings.WAGTAIL_AI_CONTENT = {"PROVIDERS": {"openai": {"API_BASE": row["payload"]}}, **hosts}
    found = check_options(None)
    # Plain HTTP to this machine is how a model of one's own is asked.
    assert len(found) == (row["payload"] != "HTTP://127.0.0.1")
    assert row["payload"] not in str(found)
