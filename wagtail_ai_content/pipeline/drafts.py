"""An object's draft: found and locked, asked what stands in the way, and written as one new revision.

The only place that writes a page or snippet, for jobs (``write``) and for people who decide (``review``). Always inside
the caller's transaction, on objects read in that transaction. Nothing is ever published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist, ValidationError
from wagtail.actions.edit import EditAction
from wagtail.actions.registry import action_registry
from wagtail.fields import StreamField
from wagtail.models import AbstractPage, DraftStateMixin, LockableMixin, RevisionMixin, WorkflowMixin
from wagtail.permissions import policy_registry

from wagtail_ai_content.core.errors import AIError
from wagtail_ai_content.core.text import gettext_noop
from wagtail_ai_content.core.versions import places

from .targets import base_page_model, note_standing, snapshot


class ReadBackError(AIError):
    """The stored revision is not what was meant to be written."""

    code = "read_back"
    message = gettext_noop(
        "Wagtail stored something else than the AI wrote, so nothing was kept. Tell your developers."
    )


def stored(content_type: ContentType | None, object_id: str, *, locked: bool = False) -> Any | None:
    """The specific object as published; None when it was deleted or its model no longer exists.

    With ``locked`` its row stays locked until the transaction ends (SQLite locks the whole database).
    """
    model = content_type.model_class() if content_type else None
    if model is None:
        return None
    rows = (base_page_model() if issubclass(model, AbstractPage) else model)._default_manager
    try:
        found = (rows.select_for_update() if locked else rows).filter(pk=object_id).first()
    except (ValueError, ValidationError):
        return None
    return found.specific if isinstance(found, AbstractPage) else found


def latest(instance: Any) -> Any:
    """``instance`` with the content of its latest draft."""
    return instance.get_latest_revision_as_object() if isinstance(instance, RevisionMixin) else instance


def title_of(instance: Any) -> str:
    """What the admin calls it."""
    return instance.get_admin_display_title() if isinstance(instance, AbstractPage) else str(instance)


def may_edit(instance: Any, user: Any) -> bool:
    """Whether ``user`` may edit it, locks and workflows aside. The user must be fresh: Wagtail caches rights on it."""
    if isinstance(instance, AbstractPage):
        return bool(instance.permissions_for_user(user).can_edit())
    return bool(policy_registry.get(instance).user_has_permission_for_instance(user, "change", instance))


def obstacle(current: Any, user: Any) -> str:
    """Why no draft of ``current`` may be written by ``user`` now; "" when nothing is in the way."""
    if not may_edit(current, user) or getattr(current, "alias_of_id", None):
        return "not_allowed"
    if not isinstance(current, DraftStateMixin):
        return "no_drafts"
    if isinstance(current, AbstractPage):
        note_standing(current)
    if current.approved_schedule:
        return "scheduled"
    if isinstance(current, WorkflowMixin) and current.workflow_in_progress:
        return "workflow"
    return "locked" if locked_for(current, user) else ""


def locked_for(current: Any, user: Any) -> bool:
    """Whether a lock keeps ``user`` from editing it; in a workflow, also that of a task that is not theirs."""
    lock = current.get_lock() if isinstance(current, LockableMixin) else None
    return lock is not None and bool(lock.for_user(user))


def put(current: Any, content: Mapping[str, Any], *, instead_of: Mapping[str, Any], digest: str) -> Any | None:
    """``current`` with ``content``; None when its model would not hold it as it is.

    ``instead_of`` is what it holds now, ``digest`` that of ``content`` (see ``places.digest``).
    """
    changed = [name for name, value in content.items() if value != instead_of.get(name) and name not in places.META]
    try:
        filled = _filled(current, content, changed=changed)
    except (ValidationError, FieldDoesNotExist, TypeError, ValueError, KeyError):
        return None
    return filled if places.digest(snapshot(filled)) == digest else None


def save(current: Any, *, user: Any, digest: str) -> Any:
    """One new draft revision of ``current``, read back and compared by ``digest``. Raises: ``ReadBackError``.

    Through Wagtail's action layer; rights and locks were checked in this transaction, see :func:`obstacle`.
    """
    if current.latest_revision_id is None:
        current.latest_revision = _keep_first_state(current)
    edit = action_registry.get_action_class(type(current), "edit") or EditAction
    action = edit(current, user=user, log_action=False, clean=False)
    action.execute(skip_permission_checks=True)
    revision = action.revision
    revision.refresh_from_db(fields=["content"])
    if places.digest(revision.content) != digest:
        raise ReadBackError
    return revision


def _filled(current: Any, content: Mapping[str, Any], *, changed: Sequence[str]) -> Any:
    fields = [current._meta.get_field(name) for name in changed]
    if any(field.is_relation for field in fields):
        current = current.with_content_json(dict(content))
    for field in fields:
        if not field.is_relation:
            setattr(current, field.name, _python_value(field, content[field.name], current))
    return current


def _python_value(field: Any, value: Any, instance: Any) -> Any:
    if isinstance(field, StreamField):
        return field.to_python(value)
    return value if value == "" else field.clean(value, instance)


def _keep_first_state(current: Any) -> Any:
    """Give an object that has no revision yet one with what stands there now, to compare with and go back to."""
    fresh: Any = stored(ContentType.objects.get_for_model(current), str(current.pk))
    return fresh.save_revision(user=None, changed=False, clean=False, log_action=False)
