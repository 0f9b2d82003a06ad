"""Who is told what, once, by e-mail and on the dashboard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, Workflow, WorkflowTask
from wagtail.users.models import UserProfile

from tests.support.ai_history import a_version, decide
from wagtail_ai_content.core.text import Text
from wagtail_ai_content.pipeline.recover import announce, recover
from wagtail_ai_content.records.jobs.api import Job, Outcome, Status
from wagtail_ai_content.records.notices.api import Notice, NoticePreference
from wagtail_ai_content.records.versions.api import AIVersion
from wagtail_ai_content.records.workflow.api import AIReviewTask
from wagtail_ai_content.signals import proposal_waiting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_delay(settings: Any) -> None:
    settings.WAGTAIL_AI_CONTENT = {**settings.WAGTAIL_AI_CONTENT, "NOTIFY_AFTER_SECONDS": 0}


@pytest.fixture
def proposal(plain_page: Page, editor: Any) -> AIVersion:
    return a_version(plain_page, editor)


def ended(page: Page, user: Any, **fields: Any) -> Job:
    """A job of ``user`` about ``page`` that has come to its end, and was announced."""
    now = timezone.now()
    given = {
        "function": "title",
        "status": Status.SUCCEEDED,
        "outcome": Outcome.REVISION,
        "message": Text("Written as a new draft of “%(page)s”.", {"page": page.title}).as_json(),
        "requested_by": user,
        "target_content_type": page.cached_content_type,
        "target_object_id": str(page.pk),
        "target_label": page.title,
        "next_attempt": now,
        "created": now,
        "completed": now,
        **fields,
    }
    job = Job.objects.create(**given)
    announce(job.pk)
    return job


def wait(version: AIVersion) -> None:
    proposal_waiting.send(sender=AIVersion, version=version)


def told() -> list[str]:
    """The addresses of those who were told by this sweep, in order."""
    before = len(mail.outbox)
    recover()
    return sorted(address for message in mail.outbox[before:] for address in message.to)


def test_reviewers_are_told_about_a_proposal_once(proposal: AIVersion, editor: Any, lead: Any) -> None:
    wait(proposal)
    wait(proposal)
    assert told() == [editor.email, lead.email]
    assert told() == []
    wait(proposal)
    assert told() == []
    message = mail.outbox[0]
    assert message.subject == "An AI proposal waits for your review: “First day” (asked for by editor)"
    assert f"http://testserver/admin/ai-review/{proposal.pk}/" in message.body
    assert "Edit your notification preferences here: http://testserver/admin/account/#tab-notifications" in message.body


def test_the_requester_is_told_of_a_proposal_by_the_end_of_the_job_only(
    plain_page: Page, editor: Any, lead: Any
) -> None:
    said = Text(
        "“%(page)s” is locked. Nothing was written; the AI's version is kept for review.", {"page": "First day"}
    )
    version = a_version(plain_page, editor)
    job = ended(plain_page, editor, outcome=Outcome.PROPOSAL, message=said.as_json(), delivered=timezone.now())
    AIVersion.objects.filter(pk=version.pk).update(job=job)
    Job.objects.update(delivered=None)
    announce(job.pk)
    assert told() == [editor.email, lead.email]
    subjects = {message.to[0]: message.subject for message in mail.outbox}
    assert subjects[editor.email] == str(said)
    assert subjects[lead.email].startswith("An AI proposal waits for your review")


@pytest.mark.parametrize(
    ("fields", "is_told"),
    [
        ({"outcome": Outcome.REVISION}, True),
        ({"outcome": Outcome.UNCHANGED}, True),
        ({"status": Status.FAILED, "outcome": Outcome.NONE}, True),
        ({"status": Status.CANCELLED, "outcome": Outcome.NONE}, False),
        ({"outcome": Outcome.VALUE}, False),
    ],
)
def test_the_requester_is_told_how_a_job_ended(
    plain_page: Page, editor: Any, lead: Any, fields: dict[str, Any], is_told: bool
) -> None:
    ended(plain_page, editor, **fields)
    assert told() == ([editor.email] if is_told else [])
    if is_told:
        assert mail.outbox[0].subject == "Written as a new draft of “First day”."
        assert f"http://testserver/admin/pages/{plain_page.pk}/history/" in mail.outbox[0].body


def test_a_flood_is_one_mail(plain_page: Page, editor: Any, lead: Any) -> None:
    for _ in range(50):
        wait(a_version(plain_page, editor))
        ended(plain_page, editor)
    assert told() == [editor.email, lead.email]
    subjects = {message.to[0]: message.subject for message in mail.outbox}
    assert subjects[lead.email] == "50 AI proposals wait for your review"
    assert subjects[editor.email] == "50 AI proposals wait for your review, and requests of yours have ended"
    body = next(message.body for message in mail.outbox if message.to == [lead.email])
    assert body.count("“First day”") == 30
    assert "and 20 more" in body


def test_notices_are_gathered_for_a_while(proposal: AIVersion, lead: Any, settings: Any) -> None:
    settings.WAGTAIL_AI_CONTENT = {**settings.WAGTAIL_AI_CONTENT, "NOTIFY_AFTER_SECONDS": 60}
    wait(proposal)
    assert told() == []
    Notice.objects.update(created=timezone.now() - timedelta(seconds=61))
    wait(a_version(Page.objects.get(pk=proposal.target_object_id).specific, lead))
    assert len(told()) == 2
    assert mail.outbox[-1].subject == "2 AI proposals wait for your review"


def test_a_proposal_decided_meanwhile_is_not_told(proposal: AIVersion, lead: Any) -> None:
    wait(proposal)
    decide(proposal, "rejected", by=lead)
    assert told() == []


def test_who_may_not_edit_the_page_is_not_told(
    proposal: AIVersion, lead: Any, editor: Any, django_user_model: Any
) -> None:
    django_user_model.objects.create_user("stranger", "stranger@example.com")
    django_user_model.objects.filter(pk=lead.pk).update(is_active=False)
    wait(proposal)
    assert told() == [editor.email]


def test_superusers_are_told_as_wagtail_tells_them(proposal: AIVersion, settings: Any, django_user_model: Any) -> None:
    boss = django_user_model.objects.create_superuser("boss", "boss@example.com")
    settings.WAGTAILADMIN_NOTIFICATION_INCLUDE_SUPERUSERS = False
    wait(proposal)
    assert boss.email not in told()
    settings.WAGTAILADMIN_NOTIFICATION_INCLUDE_SUPERUSERS = True
    wait(proposal)
    assert told() == [boss.email]


def test_where_a_workflow_has_an_ai_review_its_groups_are_told(
    proposal: AIVersion, plain_page: Page, lead: Any, editor: Any
) -> None:
    task = AIReviewTask.objects.create(name="AI review")
    task.groups.add(Group.objects.get(name="leads"))
    workflow = Workflow.objects.create(name="With AI review")
    WorkflowTask.objects.create(workflow=workflow, task=task)
    workflow.workflow_pages.create(page=plain_page)
    wait(proposal)
    assert told() == [lead.email]


@pytest.mark.parametrize("kind", ["waiting", "finished"])
def test_people_switch_off_what_they_do_not_want(
    proposal: AIVersion, plain_page: Page, editor: Any, lead: Any, client: Client, kind: str
) -> None:
    client.force_login(editor)
    path = reverse("wagtailadmin_account")
    html = client.get(path).content.decode()
    assert "AI proposals waiting" in html
    fields = {
        "name_email-first_name": "Ed", "name_email-last_name": "Itor", "name_email-email": editor.email,
        "theme-theme": "system", "theme-contrast": "system", "theme-density": "default",
        "locale-preferred_language": "", "locale-current_time_zone": "",
        "ai_notices-waiting": "on", "ai_notices-finished": "on",
    }  # fmt: skip
    del fields[f"ai_notices-{kind}"]
    assert client.post(path, fields).status_code == 302
    wants = NoticePreference.objects.get(user=editor)
    assert (wants.waiting, wants.finished) == (kind != "waiting", kind != "finished")
    wait(proposal)
    ended(plain_page, editor)
    assert told() == [editor.email, lead.email]
    body = next(message.body for message in mail.outbox if message.to == [editor.email])
    assert ("AI proposals that wait" in body) is (kind != "waiting")
    assert ("What became of your AI requests" in body) is (kind != "finished")


def test_the_switches_are_shown_to_those_who_edit(client: Client, django_user_model: Any, lead: Any) -> None:
    from django.contrib.auth.models import Permission

    viewer = django_user_model.objects.create_user("viewer")
    viewer.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(viewer)
    assert "AI notifications" not in client.get(reverse("wagtailadmin_account")).content.decode()
    client.force_login(lead)
    assert "AI notifications" in client.get(reverse("wagtailadmin_account")).content.decode()


def test_no_mail_is_sent_where_the_site_wants_none(
    proposal: AIVersion, plain_page: Page, editor: Any, settings: Any
) -> None:
    settings.WAGTAIL_AI_CONTENT = {**settings.WAGTAIL_AI_CONTENT, "NOTIFY_BY_EMAIL": False}
    wait(proposal)
    ended(plain_page, editor)
    assert told() == []
    assert not Notice.objects.exists()


def test_a_mail_is_in_the_language_of_who_reads_it(plain_page: Page, editor: Any, settings: Any, tmp_path: Any) -> None:
    UserProfile.objects.create(user=editor, preferred_language="de")
    ended(plain_page, editor)
    recover()
    assert "Hallo" in mail.outbox[0].body


def test_a_mail_has_html_where_the_site_wants_it(plain_page: Page, editor: Any, settings: Any) -> None:
    settings.WAGTAILADMIN_NOTIFICATION_USE_HTML = True
    hostile = Text("Written as a new draft of “%(page)s”.", {"page": "<script>x</script>\nBcc: a@b.example"})
    ended(plain_page, editor, message=hostile.as_json())
    recover()
    (message,) = mail.outbox
    html = message.alternatives[0][0]
    assert "&lt;script&gt;x" in html
    assert "<script>x" not in html
    assert f'href="http://testserver/admin/pages/{plain_page.pk}/history/"' in html
    assert "\n" not in message.subject
    assert message.recipients() == [editor.email]


class Postbox:
    """An e-mail backend that is out of order for as long as ``broken``."""

    broken = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.inner = mail.get_connection("django.core.mail.backends.locmem.EmailBackend")

    def __enter__(self) -> Postbox:
        return self

    def __exit__(self, *args: Any) -> None:
        return

    def send_messages(self, messages: Any) -> int:
        if Postbox.broken:
            raise SMTPServerDisconnected
        return int(self.inner.send_messages(messages))


@pytest.fixture
def broken_mail(settings: Any) -> Callable[[], None]:
    settings.EMAIL_BACKEND = f"{Postbox.__module__}.Postbox"
    Postbox.broken = True

    def mend() -> None:
        Postbox.broken = False

    return mend


def test_a_mail_that_could_not_be_sent_is_sent_by_a_later_sweep(
    plain_page: Page, editor: Any, broken_mail: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    ended(plain_page, editor)
    assert told() == []
    assert "could not be told by e-mail: SMTPServerDisconnected" in caplog.text
    broken_mail()
    assert told() == [editor.email]


def test_a_mail_is_given_up_after_some_tries(plain_page: Page, editor: Any, broken_mail: Callable[[], None]) -> None:
    ended(plain_page, editor)
    for _ in range(6):
        told()
    broken_mail()
    assert told() == []


def test_what_was_sent_is_forgotten_after_a_month(plain_page: Page, editor: Any) -> None:
    ended(plain_page, editor)
    recover()
    recover()
    assert Notice.objects.count() == 1
    Notice.objects.update(sent=timezone.now() - timedelta(days=31))
    recover()
    assert not Notice.objects.exists()


# --- the dashboard


def dashboard(client: Client, user: Any) -> str:
    client.force_login(user)
    return client.get(reverse("wagtailadmin_home")).content.decode()


def test_the_dashboard_shows_what_waits_and_what_was_asked(
    proposal: AIVersion, plain_page: Page, editor: Any, lead: Any, client: Client
) -> None:
    ended(plain_page, editor)
    html = dashboard(client, editor)
    assert "AI proposals waiting for review" in html
    assert "Your AI requests" in html
    assert "Written as a new draft of “First day”." in html
    html = dashboard(client, lead)
    assert "AI proposals waiting for review" in html
    assert "Your AI requests" not in html


def test_the_dashboard_shows_nothing_to_whom_it_does_not_concern(
    proposal: AIVersion, client: Client, django_user_model: Any
) -> None:
    from django.contrib.auth.models import Permission

    viewer = django_user_model.objects.create_user("viewer")
    viewer.user_permissions.add(Permission.objects.get(codename="access_admin"))
    html = dashboard(client, viewer)
    assert "First day" not in html
    assert "AI proposals" not in html


def test_the_dashboard_costs_the_same_however_much_waits(
    plain_page: Page, lead: Any, client: Client, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    a_version(plain_page, lead)
    ended(plain_page, lead)
    dashboard(client, lead)
    with django_assert_max_num_queries(100) as few:
        client.get(reverse("wagtailadmin_home"))
    for _ in range(20):
        a_version(plain_page, lead)
        ended(plain_page, lead)
    with django_assert_num_queries(len(few)):
        client.get(reverse("wagtailadmin_home"))
