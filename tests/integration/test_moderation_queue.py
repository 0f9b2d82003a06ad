"""Reports → AI moderation: who sees what, what is shown of a text, and what a decision brings about."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from wagtail.models import Page

from tests.support.job_rows import add_job
from tests.support.moderation import add_decision, hold
from tests.support.usage import grant
from wagtail_ai_content.api import Ask, run_job, submit
from wagtail_ai_content.core.text import storable
from wagtail_ai_content.models import Job, ModerationDecision
from wagtail_ai_content.pipeline.drain import drain_until_empty
from wagtail_ai_content.testing import FakeProvider, answered_by

pytestmark = pytest.mark.django_db
real = pytest.mark.django_db(transaction=True)

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpora" / "xss.dev.jsonl"
INDEX = "ai_moderation:index"
SUMMARY = '{"summary": "A miracle cure for every walker.", "note": ""}'


def address(decision: ModerationDecision) -> str:
    return reverse("ai_moderation:decision", args=[decision.pk])


def allow(person: Any, *codenames: str) -> None:
    person.groups.get().permissions.add(*Permission.objects.filter(codename__in=codenames))


def listed(client: Client, **chosen: Any) -> list[str]:
    answer = client.get(reverse(INDEX), chosen)
    assert answer.status_code == 200
    return [row.category for row in answer.context["object_list"]]


def shown(client: Client, decision: ModerationDecision) -> str:
    answer = client.get(address(decision))
    assert answer.status_code == 200
    return answer.content.decode()


def decide(client: Client, decision: ModerationDecision, choice: str, note: str = "") -> str:
    """The page to which it leads, with its messages."""
    return client.post(address(decision), {"decision": choice, "note": note}, follow=True).content.decode()


@pytest.fixture
def admin(client: Client, django_user_model: Any) -> Client:
    client.force_login(django_user_model.objects.create_superuser("boss", "boss@example.com", "secret"))
    return client


@pytest.fixture
def moderator(lead: Any) -> Client:
    """A content lead who may decide, and see no job but their own."""
    allow(lead, "view_moderationdecision", "change_moderationdecision")
    client = Client()
    client.force_login(lead)
    return client


def ask(page: Page, editor: Any, *answers: str) -> Job:
    with answered_by(FakeProvider(list(answers))):
        return run_job(submit(Ask(function="summarise", page=page, user=editor)))


# --- who sees it


def test_it_is_for_those_with_the_right(client: Client, editor: Any) -> None:
    decision = add_decision(category="Canary")
    client.force_login(editor)
    for page in (reverse(INDEX), reverse("ai_moderation:results"), address(decision), f"{reverse(INDEX)}?export=csv"):
        answer = client.get(page, follow=True)
        assert answer.redirect_chain[0][0] == reverse("wagtailadmin_home")
        assert "Canary" not in answer.content.decode()
    assert "reports/ai-moderation" not in client.get(reverse("wagtailadmin_home")).content.decode()
    allow(editor, "view_moderationdecision")
    assert listed(client) == ["Canary"]
    assert "reports/ai-moderation" in client.get(reverse("wagtailadmin_home")).content.decode()


def test_who_may_only_look_is_shown_no_buttons_and_refused(client: Client, editor: Any) -> None:
    decision = add_decision()
    allow(editor, "view_moderationdecision")
    client.force_login(editor)
    assert "Your decision" not in shown(client, decision)
    assert "do not have permission" in decide(client, decision, "approve")
    decision.refresh_from_db()
    assert (decision.status, decision.reviewed) == ("flagged", None)


def test_a_decision_needs_the_token_of_its_form(lead: Any) -> None:
    decision = add_decision()
    allow(lead, "change_moderationdecision")
    client = Client(enforce_csrf_checks=True)
    client.force_login(lead)
    assert client.post(address(decision), {"decision": "approve"}).status_code == 403
    decision.refresh_from_db()
    assert decision.reviewed is None


@pytest.mark.parametrize("codename", ["view_moderationdecision", "change_moderationdecision"])
def test_the_form_of_a_group_offers_the_permissions(admin: Client, lead: Any, codename: str) -> None:
    permission = Permission.objects.get(codename=codename)
    page = admin.get(reverse("wagtailusers_groups:edit", args=[lead.groups.get().pk])).content.decode()
    assert f'value="{permission.pk}"' in page


def test_the_dashboard_tells_those_who_may_decide(client: Client, moderator: Client, editor: Any) -> None:
    home = reverse("wagtailadmin_home")
    assert "for a reviewer" not in moderator.get(home).content.decode()
    for number in range(6):
        add_decision(category=f"kind {number}", age=number)
    add_decision(status="rejected")
    page = moderator.get(home).content.decode()
    assert "6 texts wait for a reviewer" in page
    assert ("kind 0" in page, "kind 5" in page, "See all of them" in page) == (True, False, True)
    allow(editor, "view_moderationdecision")
    client.force_login(editor)
    assert "for a reviewer" not in client.get(home).content.decode()


# --- one text


@real
def test_the_whole_answer_is_shown_with_the_place_marked(moderator: Client, plain_page: Page, editor: Any) -> None:
    hold("miracle cure")
    job = ask(plain_page, editor, SUMMARY)
    assert job.error_code == "held"
    page = shown(moderator, ModerationDecision.objects.get())
    assert "<mark>A miracle cure for every walker.</mark>" in page
    wanted = ("Held for a reviewer", "a medical claim", "House rules", "From a model", "First day", "editor")
    assert [text for text in wanted if text not in page] == []


@real
def test_the_whole_request_is_shown(moderator: Client, plain_page: Page, editor: Any) -> None:
    hold("at dawn", stage="request", action="block")
    job = ask(plain_page, editor)
    assert job.error_code == "blocked"
    page = shown(moderator, ModerationDecision.objects.get())
    assert "We set out at dawn" in page.replace("<mark>", "").replace("</mark>", "")
    assert ("<mark>" in page, "Message 1" in page, "Message 2" in page) == (True, True, True)
    assert page.count("<details") - page.count("open>\n            <summary>Message") == 1, "the rest can be opened"


@real
def test_what_had_been_taken_out_of_a_request_is_shown_as_it_was_judged(
    settings: Any, moderator: Client, plain_page: Page, editor: Any
) -> None:
    settings.WAGTAIL_AI_CONTENT = {"MODEL": "test/model"}
    plain_page.content = "Write to keeper@lighthouse.example before noon."
    plain_page.save()
    hold("keeper@lighthouse.example", stage="reply")
    ask(plain_page, editor, '{"summary": "Write to [[EMAIL_1]].", "note": ""}')
    assert "keeper@lighthouse.example" in shown(moderator, ModerationDecision.objects.get())


@real
def test_without_its_jobs_only_the_places_are_left(moderator: Client, plain_page: Page, editor: Any) -> None:
    hold("miracle cure")
    ask(plain_page, editor, SUMMARY)
    Job.objects.all().delete()
    page = shown(moderator, ModerationDecision.objects.get())
    assert "The text itself is gone" in page
    assert "A miracle cure for every walker." in page
    assert "It is let through. No job waited for it." in decide(moderator, ModerationDecision.objects.get(), "approve")


def test_a_text_that_a_job_does_not_hold_any_more_is_not_mistaken_for_another(admin: Client) -> None:
    job = add_job(reply={"text": "Something else"}, prepared={"redacted": {}})
    page = shown(admin, add_decision(job=job))
    assert "The text itself is gone" in page
    assert "Something else" not in page


def test_jobs_and_pages_are_linked_for_those_who_may_open_them(
    moderator: Client, client: Client, plain_page: Page, editor: Any, stranger: Any, lead: Any
) -> None:
    kind = plain_page.cached_content_type
    job = add_job(user=editor, target_content_type=kind, target_object_id=str(plain_page.pk))
    decision = add_decision(job=job)
    log, page = reverse("ai_jobs:job", args=[job.pk]), reverse("wagtailadmin_pages:edit", args=[plain_page.pk])
    told = shown(moderator, decision)
    assert (log in told, page in told) == (False, True)
    allow(lead, "change_job")
    assert log in shown(moderator, decision)
    allow(stranger, "view_moderationdecision")
    client.force_login(stranger)
    told = shown(client, decision)
    assert (log in told, page in told, "First day" in told) == (False, False, True)


def test_a_job_leads_to_what_was_found_for_those_who_may_see_it(client: Client, editor: Any) -> None:
    job = add_job(user=editor, status="failed", outcome="", error_code="held", error={"template": "It waits."})
    decision = add_decision(job=job)
    client.force_login(editor)
    log = reverse("ai_jobs:job", args=[job.pk])
    assert "See what was found" not in client.get(log).content.decode()
    allow(editor, "view_moderationdecision")
    page = client.get(log).content.decode()
    assert "See what was found" in page
    assert address(decision) in page
    assert ("Held for a decision" in page, "Failed" in page) == (True, False)
    Job.objects.filter(pk=job.pk).update(error_code="timed_out")
    assert "See what was found" not in client.get(log).content.decode()


# --- deciding


@real
def test_what_is_let_through_goes_on_and_is_not_asked_for_again(
    moderator: Client, plain_page: Page, editor: Any, lead: Any
) -> None:
    hold("miracle cure")
    job = ask(plain_page, editor, SUMMARY)
    decision = ModerationDecision.objects.get()
    page = decide(moderator, decision, "approve", "Checked with the author")
    assert "It is let through. 1 job goes on." in page
    fake = FakeProvider([])
    with answered_by(fake):
        drain_until_empty()
    job.refresh_from_db()
    assert (job.status, job.parsed["value"], fake.calls) == ("succeeded", "A miracle cure for every walker.", [])
    decision.refresh_from_db()
    assert (decision.status, decision.reviewer, decision.note) == ("approved", lead, "Checked with the author")
    page = shown(moderator, decision)
    assert [text for text in ("Let through", "Checked with the author", "lead") if text not in page] == []
    assert "Your decision" not in page


@real
def test_what_is_rejected_stays_and_whoever_asked_is_told_why(moderator: Client, plain_page: Page, editor: Any) -> None:
    hold("miracle cure")
    job = ask(plain_page, editor, SUMMARY)
    decision = ModerationDecision.objects.get()
    assert "It is rejected." in decide(moderator, decision, "reject", "We sell no medicine")
    job.refresh_from_db()
    assert (job.status, job.error_code) == ("failed", "blocked")
    assert "We sell no medicine" in json.dumps(job.error)
    assert "Your decision" not in shown(moderator, decision)


@real
def test_what_was_blocked_can_be_let_through(moderator: Client, plain_page: Page, editor: Any) -> None:
    hold("miracle cure", action="block")
    job = ask(plain_page, editor, SUMMARY)
    decision = ModerationDecision.objects.get()
    assert "Blocked by a rule" in shown(moderator, decision)
    assert "1 job goes on" in decide(moderator, decision, "approve")
    drain_until_empty()
    job.refresh_from_db()
    assert job.status == "succeeded"


def test_the_second_to_decide_is_told_so_and_changes_nothing(moderator: Client, admin: Client) -> None:
    decision = add_decision()
    decide(moderator, decision, "reject", "First")
    assert "Somebody else has decided about this text already." in decide(admin, decision, "approve", "Second")
    decision.refresh_from_db()
    assert (decision.status, decision.note, decision.reviewer_name) == ("rejected", "First", "lead")


def test_a_job_that_cannot_go_on_is_told_of(moderator: Client, editor: Any) -> None:
    grant("nothing", user=editor, requests_per_day=0)
    job = add_job(user=editor, status="failed", outcome="", error_code="held")
    page = decide(moderator, add_decision(stage="request", job=job), "approve")
    assert "It is let through. No job waited for it." not in page
    assert "A job cannot go on: " in page
    assert "0 requests a day" in page


@pytest.mark.parametrize("sent", [{}, {"decision": "maybe"}, {"decision": "approve", "note": "x" * 256}])
def test_what_cannot_be_a_decision_changes_nothing_and_loses_nothing(moderator: Client, sent: dict[str, str]) -> None:
    decision = add_decision()
    answer = moderator.post(address(decision), {"note": "My note", **sent})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Nothing is decided yet" in page
    assert sent.get("note", "My note") in page
    decision.refresh_from_db()
    assert decision.reviewed is None


def test_what_is_not_there_is_not_found(admin: Client) -> None:
    assert admin.get(reverse("ai_moderation:decision", args=[10**12])).status_code == 404


# --- hostile texts


def test_hostile_texts_are_text_everywhere(admin: Client) -> None:
    if not CORPUS.exists():
        pytest.skip("The corpora are not beside this checkout.")
    kinds = [json.loads(line) for line in CORPUS.read_text().splitlines()]
    payloads = [storable(row["payload"]) for row in kinds if "<" in row.get("payload", "")]
    assert payloads
    for payload in payloads:
        job = add_job(request={"messages": [{"role": "user", "content": payload}]}, target_label=payload[:255])
        short = payload[:100]
        made = add_decision(
            category=short, excerpt=payload[:200], check_name=short, note=payload[:255], stage="request", job=job
        )
        ModerationDecision.objects.filter(pk=made.pk).update(content_hash=_hash(payload))
        pages = (address(made), reverse(INDEX), reverse("wagtailadmin_home"))
        for page in pages:
            text = admin.get(page).content.decode()
            assert short not in text, (page, payload)
        ModerationDecision.objects.all().delete()


def _hash(text: str) -> str:
    from wagtail_ai_content.pipeline.moderation import hash_of, of_request

    return hash_of(of_request([text], function="summarise"))
