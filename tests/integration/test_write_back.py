"""Writing back: one draft revision, or a pending version; never a published page, never a lost word."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from wagtail.models import Comment, Page, PageLogEntry, Workflow, WorkflowTask

from wagtail_ai_content.api import Ask, Job, show_job, submit
from wagtail_ai_content.core.providers.base import Reply, Request
from wagtail_ai_content.interfaces.notices.mail import send_due
from wagtail_ai_content.models import AIVersion
from wagtail_ai_content.pipeline.run import JobRun
from wagtail_ai_content.records.jobs import api as jobs

pytestmark = pytest.mark.django_db(transaction=True)

ANSWER = '{"seo_title": "A walk at dawn", "search_description": "Where the walk begins.", "note": ""}'


class Halfway:
    """A job whose reply has just been stored: the moment at which things may go wrong."""

    def __init__(self, job: Job) -> None:
        (claim,) = jobs.claim("test", limit=1, lease=90, job_id=job.pk)
        self.run = JobRun(claim)
        self.request: Request = self.run.prepare()
        self.run.keep(Reply(text=ANSWER, model="test/model-7", finish_reason="stop"))

    def finish(self) -> Job:
        from wagtail_ai_content.core.errors import AIError

        try:
            parsed = self.run.parse()
            self.run.save(parsed)
        except AIError as error:
            self.run.give_up_or_wait(error)
        self.run.deliver()
        return show_job(self.run.claim.job_id)


@pytest.fixture
def halfway(plain_page: Page, editor: Any) -> Halfway:
    return Halfway(submit(Ask(function="meta", page=plain_page, user=editor)))


def fresh(page: Page) -> Any:
    return Page.objects.get(pk=page.pk).specific


def edited(page: Page, **fields: Any) -> Any:
    """The page as after an editor's save of a draft."""
    latest = fresh(page).get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(latest, name, value)
    return latest.save_revision()


def test_an_untouched_page_gets_one_draft_revision_and_is_not_published(
    halfway: Halfway, plain_page: Page, editor: Any
) -> None:
    job = halfway.finish()
    page = fresh(plain_page)
    draft = page.get_latest_revision_as_object()
    assert (job.status, job.outcome) == ("succeeded", "revision")
    assert (draft.seo_title, draft.search_description) == ("A walk at dawn", "Where the walk begins.")
    assert page.seo_title == ""
    assert page.has_unpublished_changes
    assert page.latest_revision.user == editor
    version = AIVersion.objects.get()
    assert (version.status, version.revision, version.model_used) == ("drafted", page.latest_revision, "test/model-7")


def test_a_page_without_history_keeps_its_first_state_as_a_revision(halfway: Halfway, plain_page: Page) -> None:
    assert fresh(plain_page).latest_revision is None
    halfway.finish()
    first, ai = fresh(plain_page).revisions.order_by("id")
    assert (first.content["seo_title"], ai.content["seo_title"]) == ("", "A walk at dawn")


def test_the_history_names_model_prompt_and_version(halfway: Halfway, plain_page: Page) -> None:
    halfway.finish()
    entry = PageLogEntry.objects.get(page=plain_page, action="wagtail_ai_content.generate")
    assert entry.message == "AI draft written by test/model-7"
    assert entry.comment == "Prompt “meta”, version 1 (built in)"
    assert entry.revision == fresh(plain_page).latest_revision
    assert entry.content_changed


def test_an_edit_made_meanwhile_elsewhere_is_kept_byte_for_byte_in_one_merged_draft(
    halfway: Halfway, plain_page: Page
) -> None:
    edited(plain_page, content="An editor wrote this while the model was thinking.  Two  spaces. é")
    before = fresh(plain_page).latest_revision
    job = halfway.finish()
    after = fresh(plain_page).latest_revision
    assert (job.outcome, job.outcome_reason) == ("revision", "")
    assert after.pk != before.pk
    assert after.content["content"] == before.content["content"]
    assert after.content["seo_title"] == "A walk at dawn"
    version = AIVersion.objects.get()
    assert (version.status, version.kind, version.conflicts) == ("drafted", "merged", 0)


def test_an_edit_made_meanwhile_in_the_same_place_is_a_conflict_and_nothing_is_written(
    halfway: Halfway, plain_page: Page
) -> None:
    edited(plain_page, seo_title="An editor's own title")
    before = fresh(plain_page).latest_revision
    job = halfway.finish()
    after = fresh(plain_page).latest_revision
    assert (job.outcome, job.outcome_reason) == ("proposal", "conflict")
    assert (after.pk, after.content, after.created_at) == (before.pk, before.content, before.created_at)
    version = AIVersion.objects.get()
    assert (version.status, version.revision, version.changes["seo_title"]) == ("pending", None, "A walk at dawn")
    assert (version.conflicts, len(version.touched)) == (1, 2)
    assert PageLogEntry.objects.filter(page=plain_page, action="wagtail_ai_content.propose").count() == 1


def test_a_person_who_wrote_the_very_same_meanwhile_gets_no_second_draft(halfway: Halfway, plain_page: Page) -> None:
    edited(plain_page, seo_title="A walk at dawn", search_description="Where the walk begins.")
    assert halfway.finish().outcome == "unchanged"


def test_a_save_that_changes_nothing_is_no_edit(halfway: Halfway, plain_page: Page) -> None:
    edited(plain_page)
    assert halfway.finish().outcome == "revision"


def test_comments_made_meanwhile_survive(halfway: Halfway, plain_page: Page, lead: Any) -> None:
    Comment.objects.create(page=plain_page, user=lead, text="Is this still true?", contentpath="content")
    halfway.finish()
    assert Comment.objects.get().text == "Is this still true?"


def lose_right(page: Page, user: Any) -> None:
    user.groups.get().page_permissions.all().delete()


def lock(page: Page, user: Any) -> None:
    Page.objects.filter(pk=page.pk).update(locked=True, locked_at=timezone.now())


def schedule(page: Page, user: Any) -> None:
    fresh(page).save_revision(approved_go_live_at=timezone.now() + timedelta(days=1), changed=False)


def begin_workflow(page: Page, user: Any) -> None:
    from django.contrib.auth.models import Group
    from wagtail.models import GroupApprovalTask

    task = GroupApprovalTask.objects.create(name="Look at it")
    task.groups.add(Group.objects.get(name="editors"))
    workflow = Workflow.objects.create(name="Moderation")
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    fresh(page).save_revision(changed=False)
    workflow.start(fresh(page), user)


@pytest.mark.parametrize(
    ("happens", "reason"),
    [(lose_right, "not_allowed"), (lock, "locked"), (schedule, "scheduled"), (begin_workflow, "workflow")],
)
def test_whatever_stands_in_the_way_the_page_is_left_alone_and_the_result_waits(
    halfway: Halfway, plain_page: Page, editor: Any, happens: Callable[[Page, Any], None], reason: str
) -> None:
    happens(plain_page, editor)
    before = fresh(plain_page).latest_revision_id
    job = halfway.finish()
    assert (job.status, job.outcome, job.outcome_reason) == ("succeeded", "proposal", reason)
    assert fresh(plain_page).latest_revision_id == before
    assert AIVersion.objects.get().status == "pending"
    send_due(after=0)
    assert mail.outbox[-1].to == [editor.email]
    assert "kept for review" in mail.outbox[-1].body


def test_a_user_deactivated_meanwhile_gets_nothing_written(
    halfway: Halfway, plain_page: Page, editor: Any, django_user_model: Any
) -> None:
    django_user_model.objects.filter(pk=editor.pk).update(is_active=False)
    job = halfway.finish()
    assert (job.status, job.error_code) == ("failed", "not_allowed")
    assert job.reply is not None
    assert not fresh(plain_page).revisions.exists()


def test_a_page_deleted_meanwhile_ends_the_job_readably(halfway: Halfway, plain_page: Page) -> None:
    fresh(plain_page).delete()
    job = halfway.finish()
    assert (job.status, job.error_code, job.target_label) == ("cancelled", "gone", "First day")


def test_user_site_and_prompt_may_be_deleted_and_job_and_version_stay_readable(
    halfway: Halfway, plain_page: Page, editor: Any
) -> None:
    halfway.finish()
    editor.delete()
    job = Job.objects.get()
    assert (job.requested_by, job.requested_by_name) == (None, "editor")
    Job.objects.all().delete()
    version = AIVersion.objects.get()
    assert (version.job, version.prompt_key, version.requested_by_name) == (None, "meta", "editor")


def test_a_moved_page_is_found_by_its_number(halfway: Halfway, plain_page: Page, root: Page, add_page: Any) -> None:
    from tests.support.pages.models import SectionPage

    other = add_page(SectionPage, root, title="Elsewhere", slug="elsewhere")
    fresh(plain_page).move(other, pos="last-child")
    assert halfway.finish().outcome == "revision"
    assert fresh(plain_page).get_parent().slug == "elsewhere"


def test_an_unpublished_page_stays_unpublished(halfway: Halfway, plain_page: Page) -> None:
    fresh(plain_page).unpublish()
    assert halfway.finish().outcome == "revision"
    assert not fresh(plain_page).live


def test_a_cut_answer_is_never_applied_by_itself(plain_page: Page, editor: Any) -> None:
    half = Halfway(submit(Ask(function="meta", page=plain_page, user=editor)))
    parsed = dataclasses.replace(half.run.parse(), truncated=True)
    half.run.save(parsed)
    job = show_job(half.run.claim.job_id)
    assert (job.outcome, job.outcome_reason) == ("proposal", "truncated")


def test_a_second_worker_writes_nothing(halfway: Halfway, plain_page: Page) -> None:
    parsed = halfway.run.parse()
    halfway.run.save(parsed)
    with pytest.raises(jobs.LeaseLost):
        halfway.run.save(parsed)
    assert AIVersion.objects.count() == 1


def test_what_is_kept_of_a_request_is_what_was_sent_and_nothing_private(deep_page: Page, editor: Any) -> None:
    half = Halfway(submit(Ask(function="summarise", page=deep_page, user=editor)))
    sent = "".join(message.content for message in half.request.messages)
    stored = show_job(half.run.claim.job_id).request
    assert stored is not None
    assert "".join(part["content"] for part in stored["messages"]) == sent
    assert "A warm coat" in sent
    assert "555 0199" not in sent
    assert "the shop is cheap" not in sent


def test_a_receiver_that_fails_does_not_keep_others_from_hearing(
    halfway: Halfway, caplog: pytest.LogCaptureFixture
) -> None:
    from wagtail_ai_content.signals import job_finished

    heard: list[str] = []

    def broken(**kwargs: Any) -> None:
        raise RuntimeError("deaf")

    def hears(event_id: str, **kwargs: Any) -> None:
        heard.append(event_id)

    job_finished.connect(broken)
    job_finished.connect(hears)
    try:
        job = halfway.finish()
    finally:
        job_finished.disconnect(broken)
        job_finished.disconnect(hears)
    assert heard == [str(job.pk)]
    assert "A receiver of job_finished failed" in caplog.text
    assert job.delivered


def test_receivers_get_the_row_as_it_is_without_its_being_read_again(halfway: Halfway) -> None:
    from wagtail_ai_content.signals import job_finished

    heard: list[dict[str, Any]] = []

    def hears(job: Job, **kwargs: Any) -> None:
        stored = show_job(job.pk)
        names = [field.attname for field in Job._meta.concrete_fields]
        heard.append({name: (getattr(job, name), getattr(stored, name)) for name in names})

    job_finished.connect(hears)
    try:
        halfway.finish()
    finally:
        job_finished.disconnect(hears)
    (found,) = heard
    assert {name: pair for name, pair in found.items() if pair[0] != pair[1]} == {}
    assert found["completed"][0] is not None


def test_others_see_where_a_job_is_while_it_runs(plain_page: Page, editor: Any) -> None:
    job = submit(Ask(function="meta", page=plain_page, user=editor))
    seen: list[tuple[str, int, str]] = []

    class Watching(JobRun):
        def _open(self) -> None:
            seen.append(where(job))
            super()._open()

    (claim,) = jobs.claim("test", limit=1, lease=90, job_id=job.pk)
    run = Watching(claim)
    run.prepare()
    seen.append(where(job))
    run.keep(Reply(text=ANSWER, model="test/model-7", finish_reason="stop"))
    run.parse()
    assert seen == [
        ("PREP", 10, "Reading the page"),
        ("AI_CALL", 25, "%(model)s is describing the page"),
        ("PARSE", 70, "Checking the lengths"),
    ]


def where(job: Job) -> tuple[str, int, str]:
    row = show_job(job.pk)
    return row.phase, row.progress, row.message["template"]


def test_an_end_that_was_not_announced_is_announced_by_the_sweeper_once(halfway: Halfway) -> None:
    from wagtail_ai_content.pipeline.recover import recover

    halfway.run.save(halfway.run.parse())
    assert recover().announced == 1
    assert recover().announced == 0


def test_a_job_begun_by_another_version_is_not_misread(halfway: Halfway, plain_page: Page) -> None:
    Job.objects.update(function_version="0")
    claim = halfway.run.claim
    again = JobRun(dataclasses.replace(claim, job=show_job(claim.job_id)))
    assert again.replied
    halfway.run = again
    job = halfway.finish()
    assert (job.status, job.error_code) == ("failed", "other_version")
    assert not fresh(plain_page).revisions.exists()


def without_ids(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: without_ids(value) for key, value in data.items() if key != "id"}
    return [without_ids(item) for item in data] if isinstance(data, list) else data


def test_blocks_stored_without_ids_do_not_look_edited(deep_page: Page, editor: Any) -> None:
    import json

    from django.db import connection

    from tests.integration.conftest import DEEP_BODY

    with connection.cursor() as cursor:
        table = type(deep_page)._meta.db_table
        cursor.execute(
            f"UPDATE {table} SET body = %s WHERE page_ptr_id = %s", [json.dumps(without_ids(DEEP_BODY)), deep_page.pk]
        )
    job = Halfway(submit(Ask(function="meta", page=deep_page, user=editor))).finish()
    assert (job.outcome, job.outcome_reason) == ("revision", "")
    draft = fresh(deep_page).get_latest_revision_as_object()
    assert draft.body[0].value == "The third day"
    assert len(draft.body) == len(DEEP_BODY)
