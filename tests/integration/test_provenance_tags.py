"""What templates tell readers and machines of an AI's part."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.template import Context, Template
from django.test import RequestFactory, override_settings
from django.utils import translation

from tests.support.ai_words import COUNCIL, STORM, WALK, ai_writes, fresh, publish, save
from tests.support.pages.models import Bulletin, DeepPage, PlainPage

META = "{% load wagtail_ai_content_tags %}{% ai_meta %}"
HOSTILE = "</script><script>alert(1)</script><!--'\"&\u2028"


def render(template: str, page: Any, **context: Any) -> str:
    request = RequestFactory().get("/")
    return Template("{% load wagtail_ai_content_tags %}" + template).render(
        Context({"page": page, "request": request, **context})
    )


class Scripts(HTMLParser):
    """The scripts of a page, as a browser would find them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[dict[str, str | None], str]] = []
        self._open: dict[str, str | None] | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            self._open = dict(attrs)

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self.found.append((self._open, data))

    def handle_endtag(self, tag: str) -> None:
        self._open = None


def linked_data(html: str) -> dict[str, Any]:
    ((attributes, text),) = Scripts(html).found
    assert attributes == {"type": "application/ld+json"}
    data: dict[str, Any] = json.loads(text)
    return data


@pytest.fixture
def ai_page(plain_page: PlainPage) -> PlainPage:
    """Nearly all of it is an AI's."""
    ai_writes(plain_page, {"content": f"{WALK} {STORM}"})
    publish(plain_page)
    return fresh(plain_page)


def test_machines_are_told_that_an_ai_wrote_the_page(ai_page: PlainPage) -> None:
    html = render("{% ai_meta %}", ai_page)

    assert '<meta name="ai-disclosure" content="ai-generated">' in html
    assert linked_data(html) == {
        "@context": "https://schema.org",
        "@type": "WebPage",
        "name": "First day",
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        "url": ai_page.get_full_url(),
    }


def test_a_page_of_both_is_told_as_a_composite(ai_page: PlainPage) -> None:
    save(ai_page, content=f"{WALK} {COUNCIL}")
    publish(ai_page)

    html = render("{% ai_meta %}", fresh(ai_page))

    assert 'content="ai-assisted"' in html
    assert linked_data(html)["digitalSourceType"].endswith("/compositeWithTrainedAlgorithmicMedia")


def test_nothing_is_told_of_a_page_no_ai_wrote_or_where_nothing_is_known(plain_page: PlainPage) -> None:
    assert render("{% ai_meta %}{% ai_provenance %}", plain_page) == ""
    assert render("{% ai_meta %}{% ai_provenance %}", None) == ""
    assert render("{% ai_meta %}{% ai_provenance %}", "a search") == ""


@override_settings(WAGTAIL_AI_CONTENT={"DISCLOSE": False})
def test_a_site_may_leave_the_metadata_out_and_still_label(ai_page: PlainPage) -> None:
    assert render("{% ai_meta %}", ai_page) == ""
    assert render("{% ai_provenance %}", ai_page) == "AI-generated"


def test_a_hostile_title_stays_text(ai_page: PlainPage) -> None:
    save(ai_page, title=HOSTILE)
    publish(ai_page)

    html = render("{% ai_meta %}", fresh(ai_page))

    assert linked_data(html)["name"] == HOSTILE
    assert html.count("<script") == html.count("</script") == 1
    assert not re.search("<!--|\u2028", html)


def test_blocks_fields_and_pages_have_their_own_label(deep_page: DeepPage) -> None:
    ai_writes(deep_page, {"body.b2": f"<p>{WALK}</p>", "body.b4.text": f"<p>{STORM}</p>"})
    publish(deep_page)
    template = (
        "{% for block in page.body %}{% ai_provenance block as mark %}"
        "{% if mark.kind != 'human' %}{{ block.block_type }} {{ mark.disclosure }} {{ mark }} "
        "{{ mark.generations.0.model }}|{% endif %}{% endfor %}"
        "{% ai_provenance page %}|{% ai_provenance page 'title' %}|{% ai_provenance 'body.b4.text' %}|"
        "{% ai_provenance 'body' %}"
    )

    told = render(template, fresh(deep_page))

    assert told == (
        "paragraph ai-generated AI-generated openai/gpt-test|section ai-assisted AI-assisted openai/gpt-test|"
        "AI-assisted||AI-generated|AI-assisted"
    )


def test_a_page_with_many_labels_asks_once(deep_page: DeepPage, django_assert_num_queries: Any) -> None:
    page = fresh(deep_page)

    with django_assert_num_queries(1):
        render(
            "{% for block in page.body %}{% ai_provenance block %}{% endfor %}{% ai_provenance %}{% ai_meta %}", page
        )


def test_a_preview_tells_of_what_is_previewed(ai_page: PlainPage) -> None:
    page = fresh(ai_page)
    page.content = COUNCIL
    request = RequestFactory().get("/")
    request.is_preview = True  # type: ignore[attr-defined]

    assert render("{% ai_provenance %}", page, request=request) == ""

    page = fresh(ai_page)
    page.content = f"{WALK} {COUNCIL}"
    assert render("{% ai_provenance %}", page, request=request) == "AI-assisted"


def test_snippets_are_told_too(root: Any) -> None:
    bulletin = Bulletin.objects.create(title="Ferry", text="Soon.")
    ai_writes(bulletin, {"text": WALK})
    publish(bulletin)

    html = render("{% ai_provenance bulletin %}{% ai_meta bulletin %}", None, bulletin=fresh(bulletin))

    assert html.startswith("AI-generated")
    assert linked_data(html)["@type"] == "CreativeWork"


def test_labels_are_translatable(ai_page: PlainPage) -> None:
    with translation.override("de"):
        assert render("{% ai_provenance %}", ai_page) == translation.gettext("AI-generated")
