"""An AI version and the object it is about, as they are in this moment, for one person."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wagtail.log_actions import LogContext, log

from wagtail_ai_content.core.errors import Gone, NotAllowed
from wagtail_ai_content.core.text import Text, gettext_noop
from wagtail_ai_content.core.versions import changes as changing
from wagtail_ai_content.core.versions import decisions as deciding
from wagtail_ai_content.core.versions.changes import Change
from wagtail_ai_content.core.versions.merge import Conflict, Merged, Side, merge
from wagtail_ai_content.core.versions.places import overlap
from wagtail_ai_content.core.versions.shape import ContentShape
from wagtail_ai_content.records.versions import api as versions
from wagtail_ai_content.records.versions.api import AIVersion
from wagtail_ai_content.signals import version_decided

from . import drafts
from .shapes import content_shape
from .targets import snapshot

GONE = gettext_noop("“%(title)s” was deleted or its type was removed. Its text can be read here, but not be taken.")
OBSTACLES: Mapping[str, str] = {
    "not_allowed": gettext_noop("You may not edit “%(title)s”, so you cannot decide about it."),
    "no_drafts": gettext_noop("“%(title)s” has no drafts: this would be published at once. Copy the text instead."),
    "scheduled": gettext_noop("“%(title)s” is scheduled for publication. Cancel the schedule first, then decide."),
    "workflow": gettext_noop("“%(title)s” is in moderation. Nothing can be taken until its workflow has ended."),
    "locked": gettext_noop("“%(title)s” is locked. Unlock it first, then decide."),
    "invalid": gettext_noop("“%(title)s” cannot hold this any more, its fields have changed. Copy the text instead."),
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A version, its target, and who looks at it."""

    version: AIVersion
    user: Any
    target: Any | None
    """As published; None when it or its model is gone."""

    @cached_property
    def current(self) -> Any | None:
        """The target with its latest draft."""
        return drafts.latest(self.target) if self.target is not None else None

    @cached_property
    def now(self) -> dict[str, Any]:
        return snapshot(self.current) if self.current is not None else dict(self.version.base)

    @cached_property
    def model(self) -> Any:
        """The target's class, also when the target was deleted; None when the class is gone too."""
        if self.target is not None:
            return type(self.target)
        kind = self.version.target_content_type
        return kind.model_class() if kind is not None else None

    @cached_property
    def shape(self) -> ContentShape:
        return content_shape(self.model) if self.model is not None else {}

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        return changing.changes(self.version.base, self.version.proposed, shape=self.shape)

    @cached_property
    def applied(self) -> frozenset[str]:
        """The changes that this version has written."""
        return deciding.applied(self.version.writes)

    @property
    def title(self) -> str:
        return drafts.title_of(self.current) if self.current is not None else self.version.target_label

    def content(self, accepted: Collection[str], *, edits: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The base with some of the changes; with what people made of them, unless ``edits`` say otherwise."""
        version = self.version
        edited = deciding.edited(version.decisions) if edits is None else edits
        return changing.select(version.base, version.proposed, shape=self.shape, accepted=accepted, edited=edited)

    def merged(
        self, before: Mapping[str, Any], after: Mapping[str, Any], *, chosen: Collection[Conflict] = ()
    ) -> Merged:
        """What leads from ``before`` to ``after``, put into the content now; of ``chosen`` conflicts the new side."""
        picked: dict[str, Side] = {conflict.path: "ai" for conflict in chosen}
        return merge(before, after, self.now, shape=self.shape, chosen=picked)

    def met(self, ids: Collection[str]) -> frozenset[str]:
        """The changes among ``ids``, not applied yet, that meet an edit made meanwhile."""
        conflicts = self.merged(self.content(self.applied), self.content(self.applied | set(ids))).conflicts
        return self.touched_by(conflicts, ids=ids)

    def touched_by(self, conflicts: Collection[Conflict], *, ids: Collection[str]) -> frozenset[str]:
        """The changes among ``ids`` that ``conflicts`` are about: for each conflict at least one.

        Where several share a place each is tried alone. Rows without a number are called otherwise on each side: a
        conflict that no change has the place of is about those of its field, or about all.
        """
        mine = [change for change in self.changes if change.id in ids]
        found: set[str] = set()
        for conflict in conflicts:
            field = conflict.place.partition(".")[0]
            near = [change for change in mine if overlap(conflict.place, change.path)]
            near = near or [change for change in mine if change.path.partition(".")[0] == field] or mine
            alone = near if len(near) == 1 else [change for change in near if self._meets(change)]
            found |= {change.id for change in alone or near}
        return frozenset(found)

    def _meets(self, change: Change) -> bool:
        with_it = self.applied ^ {change.id}
        return bool(self.merged(self.content(self.applied), self.content(with_it)).conflicts)

    def obstacle(self, *, adding: bool = True) -> Text | None:
        """Why nothing can be written now. Who moderates may take out what AI wrote: nothing unseen comes in by that."""
        if self.current is None:
            return Text(GONE, {"title": self.title})
        reason = drafts.obstacle(self.current, self.user)
        if reason == "workflow" and not adding and not drafts.locked_for(self.current, self.user):
            return None
        return self.refusal(reason) if reason else None

    def refusal(self, reason: str) -> Text:
        return Text(OBSTACLES[reason], {"title": self.title})

    def log(self, action: str, *, revision: Any) -> None:
        """A line in the target's history, with where the text came from."""
        if self.current is None:
            return
        with LogContext(user=self.user):
            log(
                instance=self.current,
                action=action,
                user=self.user,
                revision=revision,
                content_changed=revision is not None,
                data=versions.attribution(self.version),
            )

    def announce(self) -> None:
        version_decided.send_robust(sender=AIVersion, version=self.version)


def open_case(version_id: uuid.UUID, user: Any, *, locked: bool = False) -> Case:
    """With ``locked``, first the target's row is locked and then the version's, in the order in which saving does it.

    Raises: ``Gone``, and ``NotAllowed`` for who may not see the version.
    """
    version = versions.fetch(version_id)
    if version is None:
        raise Gone
    target = drafts.stored(version.target_content_type, version.target_object_id, locked=locked)
    version = versions.fetch(version_id, locked=True) if locked else version
    if version is None:
        raise Gone
    case = Case(version=version, user=user, target=target)
    if not _may_see(case):
        raise NotAllowed
    return case


def _may_see(case: Case) -> bool:
    """Who may edit the target may see what AI proposes for it; when it is gone, who asked for it."""
    if case.target is not None:
        return drafts.may_edit(case.target, case.user)
    return bool(case.user.is_superuser or case.version.requested_by_id == case.user.pk)
