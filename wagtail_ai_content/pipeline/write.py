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

from django.utils import timezone
from wagtail.log_actions import LogContext, log

from wagtail_ai_content.core.engine.function import Parsed, Prepared, Saved, Task
from wagtail_ai_content.core.errors import Gone
from wagtail_ai_content.core.text import Text, gettext_noop
from wagtail_ai_content.core.versions import decisions, places
from wagtail_ai_content.core.versions.changes import Change, changes
from wagtail_ai_content.core.versions.merge import Merged, merge
from wagtail_ai_content.core.versions.shape import ContentShape
from wagtail_ai_content.records.jobs import api as jobs
from wagtail_ai_content.records.versions import api as versions

from . import drafts, invariants, quality
from .blocks import check_made
from .provenance import record
from .shapes import content_shape, label_of
from .targets import acting_user, find, snapshot

GENERATE_ACTION = "wagtail_ai_content.generate"
PROPOSE_ACTION = "wagtail_ai_content.propose"

WRITTEN = gettext_noop(
    "Written as a new draft of “%(page)s”. It is not published: look at it, change it, or discard it."
)
MERGED = gettext_noop(
    "Written as a new draft of “%(page)s”, together with what people edited meanwhile. It is not published: look at "
    "it, change it, or discard it."
)
UNCHANGED = gettext_noop("Nothing to change: the AI left “%(page)s” as it is.")
REASONS: Mapping[str, str] = {
    "conflict": gettext_noop(
        "“%(page)s” was edited in the same place while the AI was working. Nothing was written; both texts are kept "
        "for review."
    ),
    "locked_phrase": gettext_noop(
        "The AI changed words that are locked on “%(page)s”. Nothing was written; its version is kept for review."
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
    "embed": gettext_noop(
        "The AI wants to embed something in “%(page)s”. Nothing was written or fetched; its version is kept for review."
    ),
    "truncated": gettext_noop(
        "The AI's answer was cut off. Nothing was written to “%(page)s”; what arrived is kept for review."
    ),
}


ATTRIBUTED = (
    "function", "target_content_type_id", "target_object_id", "target_label", "base_digest", "model_used",
    "model_parameters", "params", "prompt_key", "prompt_version", "prompt_source", "confidence", "cost",
    "requested_by_id", "requested_by_name", "site_id",
)  # fmt: skip
"""What a version takes over from its job; the job's texts are large and known here already."""


def write_changes(task: Task, prepared: Prepared, parsed: Parsed) -> Saved:
    """Write ``parsed.changes`` as a draft revision of the task's page, or keep them as a pending version.

    What people changed since the AI read the page is kept: both are merged, and where they meet nothing is written.
    Raises: ``Gone`` when the page was deleted, ``NotAllowed`` when the user was deactivated, ``BlockNotAllowed``.
    """
    page = find(task.target, locked=True)
    user = acting_user(task)
    title = drafts.title_of(page)
    base: dict[str, Any] = dict(prepared.base or {})
    proposed = places.with_changes(base, parsed.changes)
    model: Any = type(page)
    shape = content_shape(model)
    checked = invariants.check(page, base, proposed, shape=shape)
    embeds = check_made(model, base, checked.proposed)
    current = drafts.latest(page)
    result = _Result(
        job=_job(task), user=user, base=base, checked=checked, embeds=embeds, parsed=parsed, shape=shape,
        now=snapshot(current),
    )  # fmt: skip
    if not result.changes or not result.merged.changed:
        return Saved(outcome="unchanged", message=Text(UNCHANGED, {"page": title}))
    reason = drafts.obstacle(current, user) or result.objection
    filled = None if reason else drafts.put(current, result.content, instead_of=result.now, digest=result.digest)
    if filled is None:
        reason = reason or "invalid"
        result.keep(page, revision=None, reason=reason)
        return Saved(outcome="proposal", reason=reason, message=Text(REASONS[reason], {"page": title}))
    result.keep(filled, revision=drafts.save(filled, user=user, digest=result.digest), reason="")
    return Saved(outcome="revision", message=Text(MERGED if result.is_merged else WRITTEN, {"page": title}))


@dataclass(frozen=True, kw_only=True)
class _Result:
    """What an AI made of a page, beside what people made of it meanwhile."""

    job: jobs.Job
    user: Any
    base: Mapping[str, Any]
    """The page's content as the AI saw it."""
    checked: invariants.Checked
    """The same with the AI's changes."""
    embeds: tuple[Text, ...]
    """What is to be said of each embed among them, which only a person may let in."""
    parsed: Parsed
    shape: ContentShape
    now: Mapping[str, Any]
    """The page's latest draft in this transaction."""

    @cached_property
    def is_merged(self) -> bool:
        """Whether somebody changed the page since."""
        return places.digest(self.now) != self.job.base_digest

    @cached_property
    def merged(self) -> Merged:
        return merge(self.base, self.checked.proposed, self.now, shape=self.shape)

    @property
    def content(self) -> Mapping[str, Any]:
        return self.merged.content

    @cached_property
    def digest(self) -> str:
        return places.digest(self.content)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        return changes(self.base, self.checked.proposed, shape=self.shape)

    @property
    def objection(self) -> str:
        """Why this must not be written, whoever asked; "" when nothing speaks against it."""
        if self.merged.conflicts:
            return "conflict"
        if self.checked.refused:
            return "locked_phrase"
        if self.embeds:
            return "embed"
        return "truncated" if self.parsed.truncated else ""

    def keep(self, page: Any, *, revision: Any, reason: str) -> None:
        """Store it as a version, and say so in the page's history."""
        version = versions.keep(
            self.job,
            versions.NewVersion(
                base=self.base,
                proposed=self.checked.proposed,
                changes=self.parsed.changes,
                touched=self._touched(type(page)),
                writes=[self._write()] if revision else [],
                merged=revision is not None and self.is_merged,
                conflicts=len(self.merged.conflicts),
                warnings=(*self.parsed.warnings, *self.checked.warnings, *self.embeds),
                invariants=[difference.as_json() for difference in self.checked.differences],
                alerts=self.checked.alerts,
                quality=self._quality(page),
                revision_id=revision.pk if revision else None,
                reason=reason,
            ),
        )
        if revision:
            record(version, page, before=self.now, after=self.content)
        with LogContext(user=self.user):
            log(
                instance=page,
                action=GENERATE_ACTION if revision else PROPOSE_ACTION,
                user=self.user,
                revision=revision,
                content_changed=revision is not None,
                data=versions.attribution(version),
            )

    def _quality(self, page: Any) -> dict[str, Any] | None:
        return quality.assess(
            self.base,
            self.checked.proposed,
            shape=self.shape,
            language=invariants.language_of(page),
            alerts=self.checked.alerts,
            instruction=str(self.job.params.get("instruction", "")),
        )

    def _touched(self, model: Any) -> list[dict[str, str]]:
        return [
            {
                "id": change.id,
                "path": change.path,
                "block": change.block,
                "label": label_of(model, self.checked.proposed, change.path),
                "kind": change.kind,
            }
            for change in self.changes
        ]

    def _write(self) -> dict[str, Any]:
        return decisions.write_entry(
            self.now,
            self.content,
            added=[change.id for change in self.changes],
            by=self.job.requested_by_name,
            at=timezone.now().isoformat(),
            saved=True,
        )


def _job(task: Task) -> jobs.Job:
    job = jobs.fetch(uuid.UUID(task.job_id), only=ATTRIBUTED)
    if job is None:
        raise Gone
    return job
