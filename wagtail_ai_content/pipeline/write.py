"""Writing back: the one place where what AI wrote may become a draft revision of a page.

Always inside the SAVE transaction of a job, on a page and a user read in that transaction. Whatever stands in the way
(somebody changed the content, rights, a lock, a workflow, a schedule) nothing is written: the result is kept as a
pending version for a person to decide. Nothing is ever published.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from wagtail.actions.edit_page import EditPageAction
from wagtail.fields import StreamField
from wagtail.log_actions import LogContext, log

from wagtail_ai_content.core.engine.function import Parsed, Prepared, Saved, Task
from wagtail_ai_content.core.errors import AIError, Gone
from wagtail_ai_content.core.text import Text, gettext_noop
from wagtail_ai_content.core.versions import places
from wagtail_ai_content.records.jobs import api as jobs
from wagtail_ai_content.records.versions import api as versions

from .targets import acting_user, base_page_model, snapshot

GENERATE_ACTION = "wagtail_ai_content.generate"
PROPOSE_ACTION = "wagtail_ai_content.propose"

WRITTEN = gettext_noop(
    "Written as a new draft of “%(page)s”. It is not published: look at it, change it, or discard it."
)
UNCHANGED = gettext_noop("Nothing to change: the AI left “%(page)s” as it is.")
REASONS: Mapping[str, str] = {
    "changed": gettext_noop(
        "“%(page)s” was edited while the AI was working. Nothing was written; the AI's version is kept for review."
    ),
    "not_allowed": gettext_noop(
        "You may not edit “%(page)s” any more. Nothing was written; the AI's version is kept for review."
    ),
    "locked": gettext_noop("“%(page)s” is locked. Nothing was written; the AI's version is kept for review."),
    "scheduled": gettext_noop(
        "“%(page)s” is scheduled for publication. Nothing was written; the AI's version is kept for review."
    ),
    "workflow": gettext_noop("“%(page)s” is in moderation. Nothing was written; the AI's version is kept for review."),
    "invalid": gettext_noop(
        "The AI's version does not fit the fields of “%(page)s”. Nothing was written; it is kept for review."
    ),
    "truncated": gettext_noop(
        "The AI's answer was cut off. Nothing was written to “%(page)s”; what arrived is kept for review."
    ),
}


ATTRIBUTED = (
    "function", "target_content_type_id", "target_object_id", "target_label", "base_digest", "model_used",
    "model_parameters", "prompt_key", "prompt_version", "prompt_source", "confidence", "requested_by_name",
)  # fmt: skip
"""What a version takes over from its job; the job's texts are large and known here already."""


class ReadBackError(AIError):
    """The stored revision is not what was meant to be written."""

    code = "read_back"
    message = gettext_noop(
        "Wagtail stored something else than the AI wrote, so nothing was kept. Tell your developers."
    )


def write_changes(task: Task, prepared: Prepared, parsed: Parsed) -> Saved:
    """Write ``parsed.changes`` as a draft revision of the task's page, or keep them as a pending version.

    Raises: ``Gone`` when the page was deleted, ``NotAllowed`` when the user was deactivated.
    """
    page = _locked_page(task)
    user = acting_user(task)
    title = page.get_admin_display_title()
    if not parsed.changes:
        return Saved(outcome="unchanged", message=Text(UNCHANGED, {"page": title}))
    base: dict[str, Any] = dict(prepared.base or {})
    result = _Result(job=_job(task), base=base, proposed=places.with_changes(base, parsed.changes), parsed=parsed)
    current = page.get_latest_revision_as_object()
    reason = _obstacle(current, user, result=result) or _put(current, result)
    if reason:
        result.keep(page, user=user, revision=None, reason=reason)
        return Saved(outcome="proposal", reason=reason, message=Text(REASONS[reason], {"page": title}))
    result.keep(current, user=user, revision=_save(current, user=user, result=result), reason="")
    return Saved(outcome="revision", message=Text(WRITTEN, {"page": title}))


@dataclass(frozen=True, kw_only=True)
class _Result:
    """What an AI made of a page."""

    job: jobs.Job
    base: Mapping[str, Any]
    """The page's content as the AI saw it."""
    proposed: Mapping[str, Any]
    """The same with the AI's changes."""
    parsed: Parsed

    @cached_property
    def proposed_digest(self) -> str:
        return places.digest(self.proposed)

    def keep(self, page: Any, *, user: Any, revision: Any, reason: str) -> None:
        """Store it as a version, and say so in the page's history."""
        version = versions.keep(
            self.job,
            base=self.base,
            proposed=self.proposed,
            changes=self.parsed.changes,
            warnings=self.parsed.warnings,
            revision_id=revision.pk if revision else None,
            reason=reason,
        )
        with LogContext(user=user):
            log(
                instance=page,
                action=GENERATE_ACTION if revision else PROPOSE_ACTION,
                user=user,
                revision=revision,
                content_changed=revision is not None,
                data=_attribution(self.job, version_id=str(version.pk), reason=reason),
            )


def _job(task: Task) -> jobs.Job:
    job = jobs.fetch(uuid.UUID(task.job_id), only=ATTRIBUTED)
    if job is None:
        raise Gone
    return job


def _locked_page(task: Task) -> Any:
    """The page as stored, its row locked until the transaction ends (SQLite locks the whole database)."""
    target = task.target
    rows = base_page_model()._default_manager.select_for_update()
    page = rows.filter(pk=target.object_id).first() if target else None
    if page is None:
        raise Gone
    return page.specific


def _obstacle(current: Any, user: Any, *, result: _Result) -> str:
    """Why nothing may be written now; "" when nothing is in the way."""
    if not current.permissions_for_user(user).can_edit() or current.alias_of_id:
        return "not_allowed"
    if current.approved_schedule:
        return "scheduled"
    if current.workflow_in_progress:
        return "workflow"
    lock = current.get_lock()
    if lock is not None and lock.for_user(user):
        return "locked"
    if places.digest(snapshot(current)) != result.job.base_digest:
        return "changed"
    return "truncated" if result.parsed.truncated else ""


def _put(current: Any, result: _Result) -> str:
    """Set the changed fields of ``current``; "invalid" when the model would not hold them as they are."""
    for name, value in result.proposed.items():
        if value == result.base.get(name):
            continue
        field = current._meta.get_field(name)
        try:
            setattr(current, name, _python_value(field, value, current))
        except ValidationError:
            return "invalid"
    return "" if places.digest(snapshot(current)) == result.proposed_digest else "invalid"


def _python_value(field: Any, value: Any, page: Any) -> Any:
    if isinstance(field, StreamField):
        return field.to_python(value)
    return value if value == "" else field.clean(value, page)


def _save(current: Any, *, user: Any, result: _Result) -> Any:
    """One new draft revision, through Wagtail's action layer. Rights and locks were checked in this transaction."""
    if current.latest_revision_id is None:
        current.latest_revision = _keep_first_state(current.pk)
    action = EditPageAction(current, user=user, log_action=False, clean=False)
    action.execute(skip_permission_checks=True)
    revision = action.revision
    revision.refresh_from_db(fields=["content"])
    if places.digest(revision.content) != result.proposed_digest:
        raise ReadBackError
    return revision


def _keep_first_state(page_id: Any) -> Any:
    """Give a page that has no revision yet one with what stands there now, to compare with and go back to."""
    page = base_page_model()._default_manager.get(pk=page_id).specific
    return page.save_revision(user=None, changed=False, clean=False, log_action=False)


def _attribution(job: jobs.Job, *, version_id: str, reason: str) -> dict[str, Any]:
    """What the page's history keeps of an AI change, also when job and version are gone."""
    return {
        "job": str(job.pk),
        "version": version_id,
        "function": job.function,
        "model": job.model_used,
        "prompt": job.prompt_key,
        "prompt_version": job.prompt_version,
        "prompt_source": job.prompt_source,
        "reason": reason,
    }
