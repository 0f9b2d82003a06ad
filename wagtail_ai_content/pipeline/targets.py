"""The page a job is about: found, opened as its latest draft, and asked who may change it."""

from __future__ import annotations

import json
import uuid
from typing import Any

import swapper
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ObjectDoesNotExist
from django.core.serializers.json import DjangoJSONEncoder
from wagtail.fields import StreamField
from wagtail.models import AbstractPage

from wagtail_ai_content.core.engine.function import Target, Task
from wagtail_ai_content.core.errors import Gone, InvalidInput, NotAllowed, UnknownTarget
from wagtail_ai_content.core.text import gettext_noop

ALIAS = gettext_noop("This page is an alias of another page. Ask for the change on the page it mirrors.")
LOCKED = gettext_noop("This page is locked, so AI may not change it. Unlock it, or wait until it is unlocked.")
NO_USER = gettext_noop("A request about a page needs the user who asks. Say for whom it is made.")
NOT_A_PAGE = gettext_noop("AI functions can work on pages only; “%(label)s” is not a page.")


def describe(page: Any, *, path: str = "", any_model: bool = False) -> Target:
    """``page`` as the target of a job; with ``any_model`` the instance of any model. Raises: ``InvalidInput``."""
    if not isinstance(page, AbstractPage):
        if not any_model:
            raise InvalidInput(NOT_A_PAGE, label=str(page))
        return Target(content_type=page._meta.label_lower, object_id=str(page.pk), label=str(page), path=path)
    content_type = ContentType.objects.get_for_id(page.cached_content_type.pk)
    return Target(
        content_type=f"{content_type.app_label}.{content_type.model}",
        object_id=str(page.pk),
        label=page.get_admin_display_title(),
        path=path,
    )


def describe_new(model: Any, *, path: str = "") -> Target:
    """What is only being created, as the target of a job."""
    return Target(content_type=model._meta.label_lower, object_id="", label="", path=path)


def open_target(task: Task) -> Any:
    """The specific page of ``task`` with its latest draft content, for the user who asks.

    Raises: ``UnknownTarget`` without a target, ``Gone`` when it was deleted, ``NotAllowed``.
    """
    page, _ = open_with_user(task)
    return page


def open_with_user(task: Task) -> tuple[Any, Any]:
    """As :func:`open_target`, with the user."""
    page, user = find(task.target), acting_user(task)
    check_allowed(page, user)
    draft = page.get_latest_revision_as_object()
    if draft.locale_id == page.locale_id:
        draft.locale = page.locale
    return draft, user


def find(target: Target | None, *, locked: bool = False) -> Any:
    """The specific page as published. Raises: ``UnknownTarget``, ``Gone``.

    ``locked``: its row stays locked until the transaction ends (SQLite locks the whole database).
    """
    if target is None:
        raise UnknownTarget(what="page", name="")
    rows = _model_of(target)._default_manager.order_by()
    rows = rows.select_for_update() if locked else rows.select_related("locale")
    try:
        return rows.get(pk=target.object_id).specific
    except (ObjectDoesNotExist, ValueError):
        raise Gone from None


def stored(content_type_id: int | None, object_id: str) -> Any:
    """The page or snippet that a job is about, as it is stored; None where it is gone, or there was none."""
    model = ContentType.objects.get_for_id(content_type_id).model_class() if content_type_id and object_id else None
    try:
        return model._default_manager.filter(pk=object_id).first() if model else None
    except ValueError:
        return None


def is_page(target: Target) -> bool:
    """Whether it is a page, or was one of a type that no longer exists."""
    return issubclass(_model_of(target), AbstractPage)


def _model_of(target: Target) -> Any:
    """The model of a page; the site's base page model where its own no longer exists."""
    try:
        return apps.get_model(target.content_type)
    except (LookupError, ValueError):
        return base_page_model()


def base_page_model() -> Any:
    """The site's base page model, which need not be Wagtail's own."""
    return swapper.load_model("wagtailcore", "Page")


def acting_user(task: Task) -> Any:
    """The user who asks, as they are now. Raises: ``NotAllowed`` when there is none or they were deactivated."""
    users = get_user_model()._default_manager.order_by()
    user = users.filter(pk=task.user_id).first() if task.user_id else None
    if user is None:
        raise NotAllowed(NO_USER)
    if not user.is_active:
        raise NotAllowed
    return user


def check_allowed(page: Any, user: Any) -> None:
    """Raises: ``NotAllowed`` when ``user`` may not edit ``page``, or nobody may at the moment."""
    if page.alias_of_id:
        raise NotAllowed(ALIAS)
    if not page.permissions_for_user(user).can_edit():
        raise NotAllowed
    note_standing(page)
    lock = page.get_lock()
    if lock is not None and lock.for_user(user):
        raise NotAllowed(LOCKED)


def note_standing(page: Any) -> None:
    """Ask once, and for no more than a yes or no, what Wagtail's locks ask the database in several places.

    The attributes are those which Wagtail's own querysets fill beforehand; where a page has no answer there, Wagtail
    asks as ever.
    """
    page._approved_schedule = page.revisions.filter(approved_go_live_at__isnull=False).exists()
    if not page.workflow_states.active().exists():
        page._current_workflow_states = []


def snapshot(page: Any) -> dict[str, Any]:
    """The content of ``page`` as plain JSON data, as Wagtail would store it in a revision.

    Blocks that were stored without an id get one that is the same each time; Wagtail would make up another at each
    look, and the content would seem to have changed.
    """
    for field in page._meta.get_fields():
        if isinstance(field, StreamField):
            raw = list(getattr(page, field.name).raw_data)
            filled = with_stable_ids(raw, place=f"{page._meta.label_lower}/{page.pk}/{field.name}")
            if filled != raw:
                setattr(page, field.name, field.to_python(filled))
    content: dict[str, Any] = json.loads(json.dumps(page.serializable_data(), cls=DjangoJSONEncoder))
    return content


def with_stable_ids(raw: Any, *, place: str) -> Any:
    """Raw data of a stream with an id for every child and list item, at any depth, derived from its place."""
    if isinstance(raw, dict):
        return {key: with_stable_ids(value, place=f"{place}.{key}") for key, value in raw.items()}
    if not isinstance(raw, list):
        return raw
    return [_with_stable_id(item, place=f"{place}/{index}") for index, item in enumerate(raw)]


def _with_stable_id(item: Any, *, place: str) -> Any:
    filled = with_stable_ids(item, place=place)
    is_child = isinstance(item, dict) and {"type", "value"} <= set(item)
    return {**filled, "id": item.get("id") or str(uuid.uuid5(uuid.NAMESPACE_URL, place))} if is_child else filled


def site_of(page: Any) -> Any:
    """The Wagtail site the page belongs to; None when it belongs to none."""
    return page.get_site()
