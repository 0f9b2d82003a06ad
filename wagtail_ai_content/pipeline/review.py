"""Deciding about what AI proposes: read a version against the content as it is now, take, leave, undo.

Taking always goes through the same merge as saving, with what is there *at that moment*, and gives one new draft
revision. Nothing is published, and what a person wrote is only replaced where a person chose the AI's text over it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone

from wagtail_ai_content.core.errors import InvalidInput, NotAllowed, UnknownTarget
from wagtail_ai_content.core.text import Text, gettext_noop
from wagtail_ai_content.core.versions import decisions as deciding
from wagtail_ai_content.core.versions import places
from wagtail_ai_content.core.versions.changes import Change
from wagtail_ai_content.core.versions.merge import Conflict
from wagtail_ai_content.core.versions.places import overlap
from wagtail_ai_content.core.versions.stored import opened
from wagtail_ai_content.records.audit.api import Operation
from wagtail_ai_content.records.versions import api as versions
from wagtail_ai_content.records.versions.api import AIVersion

from . import audit, drafts, visibility
from .cases import Case, open_case
from .provenance import record
from .shapes import label_of

ACCEPT_ACTION = "wagtail_ai_content.accept"
REJECT_ACTION = "wagtail_ai_content.reject"
UNDO_ACTION = "wagtail_ai_content.undo"

Status = Literal["done", "conflict", "blocked", "late"]

LATE = gettext_noop("%(name)s has decided about this meanwhile. Nothing of yours was done; look at it again.")
IN_CONFLICT = gettext_noop(
    "“%(title)s” was edited in the same place meanwhile. Nothing was written; compare both texts and choose one."
)
DECIDED = gettext_noop("Decided. “%(title)s” did not have to be changed.")
WRITTEN = gettext_noop("A new draft of “%(title)s” was saved. It is not published.")
NOTHING_TO_UNDO = gettext_noop("There is nothing to undo here.")
UNDONE = gettext_noop("Undone: a new draft of “%(title)s” was saved, without what had been decided last.")
UNDO_CONFLICT = gettext_noop(
    "“%(title)s” was edited in the same place since, so this cannot be undone by itself. Edit the page, or go back to "
    "an earlier version in its history."
)
NO_CHANGE = gettext_noop("This proposal has no such change. Load the page again.")
NO_REVIEWER = gettext_noop(
    "You may read this, but deciding about what others asked of AI needs the right to review. Ask whoever looks after "
    "the groups of this site for it."
)
BOTH = gettext_noop("A change cannot be accepted and rejected at once.")


@dataclass(frozen=True, kw_only=True)
class Item:
    """One change of a version, as it stands against the content now."""

    change: Change
    label: str
    """Where it is, in words: “Body: Section: Text”."""
    now: Any
    """What stands at ``change.path`` now; None when nothing does."""
    conflict: bool
    """Somebody edited the same place after the AI had read it."""
    decision: str
    """``accepted``, ``rejected``, ``superseded``, or empty."""
    applied: bool
    """Whether it is in the draft, as far as this version wrote it."""


@dataclass(frozen=True, kw_only=True)
class Review:
    """A version, opened by somebody who may see it."""

    version: AIVersion
    target: Any | None
    """The page or snippet with its latest draft; None when it is gone or its model is."""
    model: Any
    """Its class, also when it was deleted; None when the class is gone too."""
    title: str
    items: tuple[Item, ...]
    obstacle: Text | None
    """Why nothing can be taken now; it can still be read and rejected."""
    removal_obstacle: Text | None
    """Why nothing that is in the draft can be taken out now."""
    undoable: bool
    may_decide: bool
    """False for somebody who may only read it."""


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What became of a decision."""

    status: Status
    """``done``; ``conflict`` and ``blocked``: nothing was written or decided; ``late``: somebody else was first."""
    message: Text
    revision_id: int | None = None
    conflicts: frozenset[str] = frozenset()
    """The changes that met an edit the person has not seen."""


# --- reading


def open_review(version_id: uuid.UUID, user: Any) -> Review:
    """Raises: ``Gone`` when there is no such version, ``NotAllowed`` when ``user`` may not see it."""
    case = open_case(version_id, user)
    undecided = {change.id for change in case.changes if change.id not in case.version.decisions}
    met = case.met(undecided - case.applied)
    now, base, proposed = map(opened, (case.now, case.version.base, case.version.proposed))
    items = tuple(
        Item(
            change=change,
            label=_label(case.model, base if _value_at(base, change.path) is not None else proposed, change.path),
            now=_value_at(now, change.path),
            conflict=change.id in met,
            decision=str(case.version.decisions.get(change.id, {}).get("decision", "")),
            applied=change.id in case.applied,
        )
        for change in case.changes
    )
    refused = None if visibility.may_decide(case.version, user) else Text(NO_REVIEWER)
    return Review(
        version=case.version,
        target=case.current,
        model=case.model,
        title=case.title,
        items=items,
        obstacle=refused or case.obstacle(),
        removal_obstacle=refused or case.obstacle(adding=False),
        may_decide=refused is None,
        undoable=case.current is not None and bool(case.version.writes),
    )


def _label(model: Any, content: Mapping[str, Any], path: str) -> str:
    """In words where the model is still there; else the place as it is stored."""
    return path if model is None else label_of(model, content, path)


def _value_at(content: Mapping[str, Any], path: str) -> Any:
    try:
        return places.get(content, path)
    except UnknownTarget:
        return None


# --- deciding


def decide(
    version_id: uuid.UUID,
    user: Any,
    *,
    accept: Collection[str] = (),
    reject: Collection[str] = (),
    edits: Mapping[str, Any] | None = None,
    override: Collection[str] = (),
) -> Decided:
    """Take and leave changes of a version, all of them or none.

    ``edits``: other values for accepted changes, as a person rewrote them. ``override``: accepted changes for which the
    person saw what others wrote there meanwhile, and chose this one. Of a version that was written as a draft already,
    a rejected change is taken out again.
    Raises: ``Gone``, ``NotAllowed``, ``InvalidInput``.
    """
    with transaction.atomic():
        case = _to_decide(version_id, user)
        request = _Request(
            accept=frozenset(accept), reject=frozenset(reject), edits=dict(edits or {}), override=frozenset(override)
        )
        request.check(case)
        done = _decide(case, request)
        if done.status == "done":
            transaction.on_commit(case.announce)
    return done


def _to_decide(version_id: uuid.UUID, user: Any) -> Case:
    """Raises: ``Gone``, ``NotAllowed``."""
    case = open_case(version_id, user, locked=True)
    if not visibility.may_decide(case.version, user):
        raise NotAllowed(NO_REVIEWER)
    return case


def accept_clean(version_id: uuid.UUID, user: Any) -> Decided:
    """Take every change that is not decided yet, meets neither an edit nor a locked phrase and embeds nothing new."""
    review = open_review(version_id, user)
    guarded = {str(entry.get("path", "")) for entry in review.version.invariants if _is_guarded(entry)}
    clean = [
        item.change.id
        for item in review.items
        if not (item.decision or item.conflict or any(overlap(path, item.change.path) for path in guarded))
    ]
    return decide(version_id, user, accept=clean)


def _is_guarded(entry: Mapping[str, Any]) -> bool:
    """Whether a difference asks for a decision of its own: a locked phrase, or a new embed."""
    return bool(entry.get("locked")) or (entry.get("kind") == "embed" and bool(entry.get("after")))


@dataclass(frozen=True, kw_only=True)
class _Request:
    accept: frozenset[str]
    reject: frozenset[str] = frozenset()
    edits: Mapping[str, Any] = field(default_factory=dict)
    override: frozenset[str] = frozenset()

    @property
    def ids(self) -> frozenset[str]:
        return self.accept | self.reject

    def counts(self) -> dict[str, int]:
        """How many changes, for the audit trail."""
        sizes = {"accepted": self.accept, "rejected": self.reject, "edited": self.edits, "overridden": self.override}
        return {name: len(some) for name, some in sizes.items() if some}

    def check(self, case: Case) -> None:
        """Raises: ``InvalidInput``."""
        known = {change.id for change in case.changes}
        if not (self.ids | set(self.edits) | self.override) <= known or not set(self.edits) <= self.accept:
            raise InvalidInput(NO_CHANGE)
        if self.accept & self.reject:
            raise InvalidInput(BOTH)


def _decide(case: Case, request: _Request) -> Decided:
    version = case.version
    earlier = [version.decisions[key] for key in request.ids if key in version.decisions]
    if earlier:
        return Decided(status="late", message=Text(LATE, {"name": str(earlier[0].get("by", ""))}))
    before = case.content(case.applied)
    edits = {**deciding.edited(version.decisions), **request.edits}
    after = case.content((case.applied | request.accept) - request.reject, edits=edits)
    revision = None
    if before != after:
        written = _write(case, before, after, request)
        if isinstance(written, Decided):
            return written
        revision = written
    _note(case, request, revision=revision)
    message = Text(WRITTEN if revision else DECIDED, {"title": case.title})
    return Decided(status="done", message=message, revision_id=revision.pk if revision else None)


def _write(case: Case, before: Mapping[str, Any], after: Mapping[str, Any], request: _Request) -> Any | Decided | None:
    """The new revision; None when the content holds it already; a :class:`Decided` when nothing may be written."""
    obstacle = case.obstacle(adding=bool(request.accept - case.applied or request.edits))
    if obstacle is not None:
        return Decided(status="blocked", message=obstacle)
    chosen: dict[str, Conflict] = {}
    merged = case.merged(before, after)
    while merged.conflicts:  # deciding one may show another, which the person must have seen as well
        unseen = case.touched_by(merged.conflicts, ids=request.ids) - request.override
        new = {conflict.path: conflict for conflict in merged.conflicts if conflict.path not in chosen}
        if unseen or not new:
            return Decided(status="conflict", message=Text(IN_CONFLICT, {"title": case.title}), conflicts=unseen)
        chosen |= new
        merged = case.merged(before, after, chosen=chosen.values())
    if not merged.changed:
        return None
    return _save(case, merged.content, added=request.accept - case.applied, removed=request.reject & case.applied)


def _save(case: Case, content: Mapping[str, Any], *, added: Collection[str], removed: Collection[str]) -> Any | Decided:
    revision = _revision(case, content)
    if isinstance(revision, Decided):
        return revision
    version = case.version
    at = timezone.now().isoformat()
    version.writes.append(
        deciding.write_entry(case.now, content, added=added, removed=removed, by=case.user.get_username(), at=at)
    )
    version.revision = revision
    record(version, case.current, before=case.now, after=content)
    return revision


def _revision(case: Case, content: Mapping[str, Any]) -> Any | Decided:
    digest = places.digest(content)
    filled = drafts.put(case.current, content, instead_of=case.now, digest=digest)
    if filled is None:
        return Decided(status="blocked", message=case.refusal("invalid"))
    return drafts.save(filled, user=case.user, digest=digest)


def _note(case: Case, request: _Request, *, revision: Any) -> None:
    """Store the decisions, and say so in the history."""
    version = case.version
    stamp = {
        "by": case.user.get_username(),
        "user": str(case.user.pk),
        "at": timezone.now().isoformat(),
    }
    for key in sorted(request.ids):
        edited = {"edited": request.edits[key]} if key in request.edits else {}
        decision = "accepted" if key in request.accept else "rejected"
        version.decisions[key] = {"decision": decision, **stamp, **edited}
    _keep_touched(case)
    versions.store_decisions(version, reviewer=case.user)
    if request.accept:
        accepted = [change.block for change in case.changes if change.id in request.accept]
        versions.supersede(version, blocks=accepted, by=stamp)
    case.log(ACCEPT_ACTION if request.accept else REJECT_ACTION, revision=revision)
    operation = Operation.ACCEPTED if request.accept else Operation.REJECTED
    audit.decided(version, case.user, operation, detail=request.counts(), revision=revision)


def _keep_touched(case: Case) -> None:
    """List the changes as they are now, where the site's code has changed and they are others than when it was kept."""
    listed = {entry["id"] for entry in case.version.touched}
    if listed != {change.id for change in case.changes}:
        case.version.touched = [
            {"id": change.id, "path": change.path, "block": change.block, "label": change.path, "kind": change.kind}
            for change in case.changes
        ]


# --- undoing


def undo(version_id: uuid.UUID, user: Any) -> Decided:
    """Take the last thing written for a version out again, keeping everything written by others since.

    Raises: ``Gone``, ``NotAllowed``.
    """
    with transaction.atomic():
        case = _to_decide(version_id, user)
        if not case.version.writes:
            return Decided(status="blocked", message=Text(NOTHING_TO_UNDO))
        obstacle = case.obstacle()
        if obstacle is not None:
            return Decided(status="blocked", message=obstacle)
        write = case.version.writes[-1]
        merged = case.merged({**case.now, **write["after"]}, {**case.now, **write["before"]})
        if merged.conflicts:
            return Decided(status="conflict", message=Text(UNDO_CONFLICT, {"title": case.title}))
        revision = _revision(case, merged.content) if merged.changed else None
        if isinstance(revision, Decided):
            return revision
        _forget(case, write, revision=revision)
        transaction.on_commit(case.announce)
    return Decided(
        status="done",
        message=Text(UNDONE, {"title": case.title}),
        revision_id=revision.pk if revision is not None else None,
    )


def _forget(case: Case, write: Mapping[str, Any], *, revision: Any) -> None:
    """Open again what was decided with ``write``."""
    version = case.version
    version.writes.pop()
    for key in (*write["added"], *write["removed"]):
        version.decisions.pop(key, None)
    versions.store_decisions(version, reviewer=case.user)
    versions.restore_superseded(version)
    case.log(UNDO_ACTION, revision=revision)
    detail = {"added": len(write["added"]), "removed": len(write["removed"])}
    audit.decided(version, case.user, Operation.UNDONE, detail=detail, revision=revision)
