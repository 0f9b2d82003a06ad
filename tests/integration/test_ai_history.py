"""What was AI in the history of pages and snippets: the column, the filter, the banner over a comparison."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page

from tests.support.ai_history import a_version, ai_draft, human_edit
from tests.support.pages.models import Bulletin
from wagtail_ai_content.records.versions.api import AIVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(django_user_model: Any) -> Any:
    return django_user_model.objects.create_superuser("boss", "boss@example.com", "secret")


@pytest.fixture
def admin(client: Client, boss: Any) -> Client:
    client.force_login(boss)
    return client


def history(client: Client, target: Any, **query: str) -> str:
    """The listing without the furniture around it."""
    name = "wagtailadmin_pages" if isinstance(target, Page) else "wagtailsnippets_pages_bulletin"
    answer = client.get(reverse(f"{name}:history_results", args=[target.pk]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def comparison(client: Client, target: Any, *ends: Any) -> str:
    name = "wagtailadmin_pages" if isinstance(target, Page) else "wagtailsnippets_pages_bulletin"
    answer = client.get(reverse(f"{name}:revisions_compare", args=[target.pk, *ends]))
    assert answer.status_code == 200
    return answer.content.decode()


def rows(html: str) -> list[str]:
    body = html.split("<tbody>", 1)[1].split("</tbody>", 1)[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in body.split("<tr>")[1:]]


@pytest.fixture(params=["page", "snippet"])
def target(request: pytest.FixtureRequest, plain_page: Page, editor: Any) -> Any:
    """A page or snippet with a person's draft, an AI's, and a person's again."""
    made = plain_page if request.param == "page" else Bulletin.objects.create(title="Ferry times", text="At nine.")
    human_edit(made, editor, title="By hand")
    ai_draft(made, editor, title="By AI")
    human_edit(made, editor, title="By hand again")
    return made


def test_the_column_marks_what_an_ai_wrote_with_its_model_and_prompt(target: Any, admin: Client) -> None:
    html = history(admin, target)
    marked = [row for row in rows(html) if "test/model-7" in row]
    assert len(marked) == 1
    assert "AI draft written by test/model-7" in marked[0]
    assert marked[0].count("Prompt “rewrite”, version 3 (built in)") == 1
    assert len(rows(html)) >= 3
    assert f'href="/admin/ai-review/{AIVersion.objects.get().pk}/"' in html


def test_a_revision_an_ai_wrote_is_marked_in_the_lines_of_others_too(target: Any, admin: Client, boss: Any) -> None:
    AIVersion.objects.get().revision.publish(user=boss)
    published = [row for row in rows(history(admin, target)) if "ublished" in row]
    assert any("test/model-7" in row for row in published)


@pytest.mark.parametrize(("wanted", "others"), [("true", "false"), ("false", "true")])
def test_the_filter_tells_ai_from_people(target: Any, admin: Client, wanted: str, others: str) -> None:
    shown = rows(history(admin, target, ai=wanted))
    hidden = rows(history(admin, target, ai=others))
    assert shown
    assert all(("test/model-7" in row) is (wanted == "true") for row in shown)
    assert len(shown) + len(hidden) == len(rows(history(admin, target)))


def test_a_line_without_its_version_still_says_what_was_ai(target: Any, admin: Client) -> None:
    AIVersion.objects.all().delete()
    html = history(admin, target, ai="true")
    assert any("test/model-7" in row for row in rows(html))
    assert "/admin/ai-review/" not in html + comparison(admin, target, "earliest", "latest").split("<main")[-1]


def test_the_history_costs_the_same_number_of_queries_however_much_was_ai(
    target: Any, admin: Client, editor: Any, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    history(admin, target)
    with django_assert_max_num_queries(100) as few:
        history(admin, target)
    for number in range(8):
        ai_draft(target, editor, title=f"AI {number}")
    with django_assert_num_queries(len(few)):
        history(admin, target)


def test_a_comparison_tells_which_ai_versions_lie_between(target: Any, admin: Client) -> None:
    html = comparison(admin, target, "earliest", "latest")
    assert "AI wrote part of what differs here." in html
    assert "AI draft written by test/model-7" in html
    assert "Prompt “rewrite”, version 3 (built in)" in html
    assert "Asked for by editor." in html
    assert f'href="/admin/ai-review/{AIVersion.objects.get().pk}/"' in html
    newest, oldest = target.revisions.latest("pk"), target.revisions.earliest("pk")
    assert comparison(admin, target, newest.pk, oldest.pk).count("AI draft written by") == 1


def test_a_comparison_of_what_people_wrote_has_no_banner(target: Any, admin: Client) -> None:
    ai = AIVersion.objects.get().revision_id
    assert "AI wrote part" not in comparison(admin, target, ai, "latest")
    assert "AI wrote part" in comparison(admin, target, "earliest", ai)


def test_a_comparison_with_the_published_version_counts_from_there(target: Any, admin: Client, boss: Any) -> None:
    target.revisions.order_by("created_at").first().publish(user=boss)
    assert "AI wrote part" in comparison(admin, target, "live", "latest")
    target.refresh_from_db()
    target.get_latest_revision().publish(user=boss)
    assert "AI wrote part" not in comparison(admin, target, "live", "latest")


def test_a_comparison_with_a_live_version_that_has_no_revision_is_shown(
    admin: Client, plain_page: Page, boss: Any
) -> None:
    human_edit(plain_page, boss, title="By hand")
    assert "AI wrote part" not in comparison(admin, plain_page, "live", "latest")


def test_a_comparison_costs_the_same_number_of_queries_however_much_was_ai(
    target: Any, admin: Client, editor: Any, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    comparison(admin, target, "earliest", "latest")
    with django_assert_max_num_queries(100) as few:
        comparison(admin, target, "earliest", "latest")
    for number in range(15):
        ai_draft(target, editor, title=f"AI {number}")
    with django_assert_num_queries(len(few)):
        html = comparison(admin, target, "earliest", "latest")
    assert html.count("AI draft written by") == 10
    assert "Older ones are in the history." in html


def test_a_proposal_that_was_never_written_is_no_part_of_a_comparison(
    admin: Client, plain_page: Page, editor: Any
) -> None:
    human_edit(plain_page, editor, title="One")
    a_version(plain_page, editor)
    human_edit(plain_page, editor, title="Two")
    assert "AI wrote part" not in comparison(admin, plain_page, "earliest", "latest")


def test_names_and_models_are_shown_as_text(target: Any, admin: Client) -> None:
    from wagtail.models import ModelLogEntry, PageLogEntry

    hostile = "<script>alert(1)</script>"
    AIVersion.objects.update(model_used=hostile, prompt_key=hostile, requested_by_name=hostile)
    for entries in (PageLogEntry, ModelLogEntry):
        for entry in entries.objects.filter(action="wagtail_ai_content.generate"):
            entry.data = {**entry.data, "model": hostile, "prompt": hostile}
            entry.save()
    for html in (history(admin, target), comparison(admin, target, "earliest", "latest")):
        assert "&lt;script&gt;alert(1)" in html
        assert hostile not in html


def test_who_may_not_edit_sees_no_history(client: Client, plain_page: Page, django_user_model: Any) -> None:
    path = reverse("wagtailadmin_pages:history", args=[plain_page.pk])
    assert client.get(path).url.startswith("/admin/login/")
    client.force_login(django_user_model.objects.create_user("stranger"))
    answer = client.get(path)
    assert answer.status_code == 302
    assert plain_page.title not in answer.content.decode()


def test_the_banner_names_the_facts_that_an_ai_changed(client: Any, plain_page: Page, lead: Any) -> None:
    first = human_edit(plain_page, lead, seo_title="Up 12 %")
    version = ai_draft(plain_page, lead, seo_title="Up 15 %")
    version.invariants = [
        {"kind": "number", "change": "changed", "before": "12 % <b>", "after": "15 %", "path": "seo_title"},
        {"kind": "number", "change": "added", "before": "", "after": "99", "path": "seo_title"},
    ]
    version.save()
    client.force_login(lead)
    ends = [plain_page.pk, first.pk, version.revision_id]
    page = client.get(reverse("wagtailadmin_pages:revisions_compare", args=ends)).content.decode()
    assert "<bdi><del>12 % &lt;b&gt;</del></bdi> became <bdi><ins>15 %</ins></bdi>" in page
    assert "<ins>99</ins>" not in page
