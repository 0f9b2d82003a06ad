"""AI versions taken into a form that a person has open: what arrived, what it makes of the form, what was taken.

The form is merged by the same function as everything else, and nothing is written here: the person's own save brings
the AI's words into a revision. What they took is recorded with that save.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import LogContext, log
from wagtail.models import Revision

from wagtail_ai_content.core.errors import UnknownTarget
from wagtail_ai_content.core.versions import decisions as deciding
from wagtail_ai_content.core.versions.changes import changes, select
from wagtail_ai_content.core.versions.merge import Conflict, merge
from wagtail_ai_content.core.versions.parts import VALUE
from wagtail_ai_content.core.versions.places import META, get, overlap, with_changes
from wagtail_ai_content.core.versions.stored import is_same
from wagtail_ai_content.records.audit.api import Operation
from wagtail_ai_content.records.versions import api as versions
from wagtail_ai_content.records.versions.api import AIVersion, VersionStatus
from wagtail_ai_content.signals import version_decided

from . import audit, drafts, visibility
from .provenance import record
from .review import ACCEPT_ACTION, UNDO_ACTION
from .shapes import content_shape, label_of
from .targets import snapshot

Content = Mapping[str, Any]
AsForm = Callable[[Content, Collection[str]], dict[str, Any]]
"""Turns the named fields of a content into what the open form would send for them."""

OPEN = (VersionStatus.PENDING, VersionStatus.PARTLY, VersionStatus.ACCEPTED)
IN_EDITOR = "editor"
"""Marks decisions that were made by taking a change into an open form."""


# --- what arrived


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where an open form stands among the revisions of its object."""

    latest: Revision | None
    """To be the base of its next save; None when somebody's work would be passed over that way."""
    others: tuple[Any, ...]
    """The people who saved a revision that the form does not hold; None for one without a user."""


def standing(instance: Any, *, saved: datetime | None, opened: datetime, taken: Collection[uuid.UUID]) -> Standing:
    """The revisions newer than what the form holds.

    Args:
        saved: The time of the revision that the form was loaded from or last saved as; None when there was none.
        opened: When the form was opened.
        taken: The AI versions that are in the form now.
    """
    revisions = Revision.objects.for_instance(instance).defer("content").order_by("created_at", "pk")
    newer = revisions.filter(created_at__gt=saved or opened).select_related("user", "ai_version")
    unknown = [found for found in newer if not _is_known(found, taken, first=saved is None)]
    others = tuple(dict.fromkeys(found.user for found in unknown if not hasattr(found, "ai_version")))
    return Standing(latest=None if unknown else revisions.last(), others=others)


def _is_known(revision: Revision, taken: Collection[uuid.UUID], *, first: bool) -> bool:
    """An AI's that is in the form; with ``first``, also the state that was kept before the object's first AI draft."""
    version = getattr(revision, "ai_version", None)
    return version.pk in taken if version is not None else first and revision.user_id is None


# --- taking in


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """A place that the AI and the person at the form both changed."""

    place: str
    """Of the field or block."""
    label: str
    sides: tuple[tuple[Any, Any], ...]
    """What the person and what the AI made of it, for each part that both changed; ``MISSING`` for nothing."""
    is_moved: bool
    """Both moved the block: the sides are where to."""
    content: dict[str, Any]
    """The form with the AI's side here."""
    taken: dict[str, frozenset[str]]
    """By version, the changes that are taken with the AI's side."""


@dataclass(frozen=True, kw_only=True)
class Taking:
    """What AI versions make of an open form."""

    content: dict[str, Any]
    """The form with every change that meets nothing the person did."""
    meetings: tuple[Meeting, ...]
    taken: dict[str, frozenset[str]]
    """By version, the changes that are in ``content``."""
    left: tuple[str, ...]
    """Labels of places with changes that cannot be put into this form."""


@dataclass(frozen=True, kw_only=True)
class _Side:
    """What one version changed, as the form would write it."""

    version: AIVersion
    base: dict[str, Any]
    ai: dict[str, Any]
    places: dict[str, str]
    """The place of each wanted change, by its id."""


def take_in(found: Sequence[AIVersion], now: Content, *, model: Any, as_form: AsForm) -> Taking:
    """Merge ``found``, oldest first, into ``now``: the fields of an open form that can be read and written there."""
    shape = content_shape(model)
    sides = [_side(version, now, shape=shape, as_form=as_form) for version in found]
    content, conflicts = _merged(sides, now, shape=shape, chosen=())
    by_place: dict[str, list[Conflict]] = {}
    for conflict in conflicts.values():
        by_place.setdefault(conflict.place, []).append(conflict)
    whole = {place: get(now, place) for place, met in by_place.items() if _is_entangled(met)}
    content = _with(content, whole)

    def meeting(place: str, met: Sequence[Conflict]) -> Meeting:
        chosen = _merged(sides, now, shape=shape, chosen=[conflict.path for conflict in met])[0]
        chosen = _with(chosen, {other: value for other, value in whole.items() if other != place})
        parts = ((whole[place], get(chosen, place)),) if place in whole else ((one.now, one.ai) for one in met)
        return Meeting(
            place=place,
            label=label_of(model, content, place),
            sides=tuple(parts),
            is_moved=met[0].kind == "move",
            content=chosen,
            taken={str(side.version.pk): _at(side, [place]) for side in sides},
        )

    meetings = tuple(meeting(place, met) for place, met in by_place.items())
    clean = {
        str(side.version.pk): frozenset(
            key for key, path in side.places.items() if _name(path) in now and key not in _at(side, by_place)
        )
        for side in sides
    }
    left = {
        label_of(model, side.version.proposed, path): None
        for side in sides
        for path in side.places.values()
        if _name(path) not in now
    }
    return Taking(content=content, meetings=meetings, taken=clean, left=tuple(left))


def changed_fields(found: Sequence[AIVersion]) -> frozenset[str]:
    """The names of the fields that any of the versions changed."""
    return frozenset(
        name
        for version in found
        for name, value in version.proposed.items()
        if name not in META and not is_same(VALUE, version.base.get(name), value)
    )


def _is_entangled(met: Sequence[Conflict]) -> bool:
    """A rich text of which both took paragraphs away or put others in their place: half of each would make no sense."""
    return any("#" in conflict.path and conflict.kind != "edit" for conflict in met)


def _with(content: dict[str, Any], values: Content) -> dict[str, Any]:
    """``content`` with other values at those of the places that it has."""
    for place, value in values.items():
        try:
            content = with_changes(content, {place: value})
        except UnknownTarget:
            continue
    return content


def _side(version: AIVersion, now: Content, *, shape: Any, as_form: AsForm) -> _Side:
    base = version.base
    wanted = [change for change in changes(base, version.proposed, shape=shape) if not _refused(version, change.id)]
    edits = deciding.edited(version.decisions)
    ids = [change.id for change in wanted]
    proposed = select(base, version.proposed, shape=shape, accepted=ids, edited=edits)
    changed = changed_fields([version])
    names = [name for name in now if name in changed]
    return _Side(
        version=version,
        base=as_form(base, names),
        ai=as_form(proposed, names),
        places={change.id: change.path.partition("#")[0] for change in wanted},
    )


def _refused(version: AIVersion, change_id: str) -> bool:
    return version.decisions.get(change_id, {}).get("decision") in ("rejected", "superseded")


def _merged(
    sides: Sequence[_Side], now: Content, *, shape: Any, chosen: Collection[str]
) -> tuple[dict[str, Any], dict[str, Conflict]]:
    """The form with all sides, and what is left to decide by path; for the paths ``chosen`` the AI's side is taken."""
    content = dict(now)
    conflicts: dict[str, Conflict] = {}
    for side in sides:
        merged = merge(side.base, side.ai, content, shape=shape, chosen=dict.fromkeys(chosen, "ai"))
        content = merged.content
        conflicts |= {conflict.path: conflict for conflict in merged.conflicts}
    return content, conflicts


def _at(side: _Side, places: Collection[str]) -> frozenset[str]:
    return frozenset(key for key, path in side.places.items() if any(overlap(path, place) for place in places))


def _name(path: str) -> str:
    return path.split(".")[0]


# --- recording what was taken


def taken_in_editor(version_id: uuid.UUID, user: Any, ids: Collection[str]) -> None:
    """Note that ``user`` took the changes ``ids`` of a proposal into an open form, and has just saved it.

    ``ids`` are all that are in the form now: those noted by an earlier save and put back since are open again. The
    words become the AI's in the provenance of the draft. Nothing happens for a version that the user may not decide
    about, or that was written as a draft and still stands there.
    """
    with transaction.atomic():
        version = versions.fetch(version_id)
        target = version and drafts.stored(version.target_content_type, version.target_object_id, locked=True)
        if target is None or not drafts.may_edit(target, user):
            return
        version = versions.fetch(version_id, locked=True)
        if version is None or not visibility.may_take(version, user):
            return
        if version.status in OPEN or _is_covered(version):
            _record(version, target, user=user, ids=frozenset(ids))


def _is_covered(version: AIVersion) -> bool:
    """A draft that an autosave covered up stands nowhere but in the form it was taken into."""
    within = timezone.now() - version.created + timedelta(minutes=1)
    return version.status == VersionStatus.DRAFTED and version.pk in versions.shadowed(within=within)


def _record(version: AIVersion, target: Any, *, user: Any, ids: frozenset[str]) -> None:
    model: Any = type(target)
    shape = content_shape(model)
    found = {change.id: change for change in changes(version.base, version.proposed, shape=shape)}
    added = {key for key in ids if key in found and key not in version.decisions}
    removed = {key for key in _own(version, user) if key not in ids}
    if not added | removed:
        return
    current = drafts.latest(target)
    content = snapshot(current)
    at = timezone.now().isoformat()
    by = {"by": user.get_username(), "user": str(user.pk), "at": at}
    before = _without(version, content, shape=shape, added=added, removed=removed)
    version.writes.append(
        deciding.write_entry(before, content, added=added, removed=removed, by=user.get_username(), at=at)
    )
    for key in removed:
        del version.decisions[key]
    version.decisions |= {key: {"decision": "accepted", IN_EDITOR: True, **by} for key in added}
    record(version, current, before=before, after=content)
    versions.store_decisions(version, reviewer=user)
    if removed:
        versions.restore_superseded(version)
    accepted = [found[key].block for key, decision in version.decisions.items() if decision["decision"] == "accepted"]
    versions.supersede(version, blocks=accepted, by=by)
    with LogContext(user=user):
        action = ACCEPT_ACTION if added else UNDO_ACTION
        log(instance=current, action=action, user=user, content_changed=False, data=versions.attribution(version))
    counts = {"accepted": len(added), "taken_back": len(removed), "in_editor": True}
    audit.decided(version, user, Operation.ACCEPTED if added else Operation.UNDONE, detail=counts, revision=None)
    transaction.on_commit(lambda: version_decided.send_robust(sender=type(version), version=version))


def _own(version: AIVersion, user: Any) -> list[str]:
    """The changes this user took into a form before."""
    return [
        key
        for key, decision in version.decisions.items()
        if decision.get(IN_EDITOR) and decision.get("user") == str(user.pk)
    ]


def _without(
    version: AIVersion, content: Content, *, shape: Any, added: Collection[str], removed: Collection[str]
) -> dict[str, Any]:
    """What ``content`` would be had this not been taken, and that not been put back."""
    was = deciding.applied(version.writes)
    edits = deciding.edited(version.decisions)
    before, after = (
        select(version.base, version.proposed, shape=shape, accepted=ids, edited=edits)
        for ids in (was, (was | set(added)) - set(removed))
    )
    return merge(after, before, content, shape=shape).content
