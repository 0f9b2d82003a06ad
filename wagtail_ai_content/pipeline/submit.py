"""Where every request comes in: checked, made a job, and the bell rung when it is committed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from wagtail.models import AbstractPage

from wagtail_ai_content.core.engine.function import AIFunction, Target, Task
from wagtail_ai_content.core.errors import Conflict, InvalidInput, NotAllowed, TooLong
from wagtail_ai_content.core.text import Text, gettext_noop
from wagtail_ai_content.records.jobs import api as jobs

from . import queue, rights, usage
from .build import resolve_prompt
from .functions import get_function
from .rights import NewObject
from .targets import NO_USER, describe, describe_new, site_of

REPEAT_SECONDS = 10.0
MOST_PARAMS = 100_000
MOST_FORM_PARAMS = 1_000_000
"""Characters, for functions that get their texts from an open form."""
PARAMETER_KINDS: dict[str, type] = {"prompt": str, "prompt_override": str, "variables": dict, "fresh": bool}

NOT_PLAIN = gettext_noop("the parameters must be plain JSON data of at most 100 kB")
FORM_TOO_LONG = gettext_noop(
    "The text and what it goes with have more than %(most)s characters, which is more than can be sent at once. "
    "Select a shorter part and try again."
)
SAVE_FIRST = gettext_noop("This works on saved pages only. Save it first, then ask again.")
KEY_TOO_LONG = gettext_noop("an idempotency key has at most 200 characters")
TOO_MANY = gettext_noop("You chose %(count)s items; this can be done for at most %(most)s at once. Choose fewer.")
WRONG_KIND = gettext_noop("The parameter “%(name)s” has the wrong type.")
WAITING = gettext_noop("Waiting for a worker")


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A request, before anything was checked."""

    function: str
    page: Any = None
    """The page it is about (any instance of it); None for functions without one. For a function that works on an open
    form, the instance of any model."""
    new: NewObject | None = None
    """What is being created in the open form, in place of a page."""
    user: Any = None
    """Who asks. Required for a page or a new object."""
    site: Any = None
    """The Wagtail site; the page's own when None."""
    params: Mapping[str, Any] | None = None
    path: str = ""
    """A place inside the page: a field, or a block's path as Wagtail writes it (``body.<id>.<key>``)."""
    idempotency_key: str = ""
    priority: int = 0
    """Higher goes first; interactive work above bulk work."""


def submit(ask: Ask) -> jobs.Job:
    """Check ``ask`` and make it a job; the worker is woken when the surrounding transaction commits.

    The same idempotency key, or the same request within ten seconds, gives the same job. Raises: ``InvalidInput`` and
    its kinds, ``NotAllowed``, ``Conflict``; nothing is stored then.
    """
    job, is_new = admit(ask, jobs.create)
    if is_new:
        queue.ring_on_commit()
    return job


def admit(ask: Ask, store: Callable[[jobs.NewJob], jobs.Job]) -> tuple[jobs.Job, bool]:
    """Check ``ask``, and ``store`` its job unless it is known; gives the job and whether it is new. Raises: see
    :func:`submit`."""
    new = checked(ask)
    held_to = usage.terms(new)
    with transaction.atomic():
        _lock_user(new.user_id)
        known = _known(new)
        return (known, False) if known is not None else _stored(new, store, held_to)


def checked(ask: Ask) -> jobs.NewJob:
    """The job that ``ask`` would be; nothing is stored. Raises: see :func:`submit`."""
    function = get_function(ask.function)
    is_of_form = bool(function.editor_params)
    params = _plain(ask.params or {}, most=MOST_FORM_PARAMS if is_of_form else MOST_PARAMS)
    if ask.new is not None and not is_of_form:
        raise InvalidInput(SAVE_FIRST)
    target = _described(ask, any_model=is_of_form)
    user = _fresh_user(ask.user)
    if target is not None:
        _check_rights(ask, user)
    site = ask.site or _site_of(ask)
    rights.check_use(user.pk if user else None, function.name, spot=_spot_of(ask, site))
    task = Task(
        function=function.name,
        payload=params,
        target=target if ask.new is None else None,
        user_id=str(user.pk) if user else None,
        site_id=site.pk if site else None,
    )
    _check_count(function, params.get("ids"))
    function.validate(task)
    resolve_prompt(function, task)
    return _new_job(ask, function, task=task, target=target, user=user, site=site)


def _described(ask: Ask, *, any_model: bool) -> Target | None:
    if ask.new is not None:
        return describe_new(ask.new.model, path=ask.path)
    return describe(ask.page, path=ask.path, any_model=any_model) if ask.page is not None else None


def _check_rights(ask: Ask, user: Any) -> None:
    if user is None:
        raise NotAllowed(NO_USER)
    if ask.new is not None:
        rights.check_new(ask.new, user)
    else:
        rights.check(ask.page, user)


def _spot_of(ask: Ask, site: Any) -> rights.Spot:
    """Where AI would be used."""
    page = _page_of(ask)
    return rights.Spot(site_id=site.pk if site else None, page=None if page is None else lambda: page)


def _site_of(ask: Ask) -> Any:
    page = _page_of(ask)
    return site_of(page) if page is not None else None


def _page_of(ask: Ask) -> Any:
    """The page, or that above a new one; None for other objects."""
    page = ask.new.parent if ask.new is not None else ask.page
    return page if isinstance(page, AbstractPage) else None


def _new_job(ask: Ask, function: AIFunction, *, task: Task, target: Target | None, user: Any, site: Any) -> jobs.NewJob:
    if len(ask.idempotency_key) > 200:
        raise InvalidInput(reason=KEY_TOO_LONG)
    return jobs.NewJob(
        function=function.name,
        function_version=function.version,
        params=task.payload,
        fingerprint=_fingerprint(task, target),
        user_id=user.pk if user else None,
        user_name=user.get_username() if user else "",
        site_id=task.site_id,
        site_name=str(site) if site else "",
        target_content_type_id=_content_type_of(ask),
        target_object_id=target.object_id if target else "",
        target_label=target.label if target else "",
        target_path=target.path if target else "",
        priority=ask.priority,
        idempotency_key=ask.idempotency_key,
        message=Text(WAITING),
    )


def _content_type_of(ask: Ask) -> int | None:
    if ask.new is None and ask.page is None:
        return None
    if isinstance(ask.page, AbstractPage):
        return int(ask.page.cached_content_type.pk)
    model = ask.new.model if ask.new is not None else type(ask.page)
    return int(ContentType.objects.get_for_model(model).pk)


def _check_count(function: AIFunction, ids: Any) -> None:
    most = function.get_max_items()
    if most is not None and isinstance(ids, list) and len(ids) > most:
        raise InvalidInput(TOO_MANY, count=len(ids), most=most)


def _plain(params: Mapping[str, Any], *, most: int) -> dict[str, Any]:
    try:
        text = json.dumps(dict(params), allow_nan=False, ensure_ascii=False)
        text.encode()  # a lone surrogate cannot be stored
    except (TypeError, ValueError):
        raise InvalidInput(reason=NOT_PLAIN) from None
    if len(text) > most > MOST_PARAMS:
        raise TooLong(FORM_TOO_LONG, most=most)
    if len(text) > most or "\\u0000" in text:
        raise InvalidInput(reason=NOT_PLAIN)
    plain: dict[str, Any] = json.loads(text)
    for name, kind in PARAMETER_KINDS.items():
        if not isinstance(plain.get(name, kind()), kind):
            raise InvalidInput(WRONG_KIND, name=name)
    return plain


def _fresh_user(user: Any) -> Any:
    """The user as stored now: Wagtail caches rights on the object it was given."""
    if user is None:
        return None
    fresh = get_user_model()._default_manager.filter(pk=user.pk, is_active=True).first()
    if fresh is None:
        raise NotAllowed
    return fresh


def _lock_user(user_id: Any) -> None:
    """One request of a user at a time, so that a double click meets the first click's job."""
    if user_id is not None:
        users = get_user_model()._default_manager.select_for_update()
        users.filter(pk=user_id).values_list("pk", flat=True).first()


def _known(new: jobs.NewJob) -> jobs.Job | None:
    if not new.idempotency_key:
        return jobs.recent_repeat(new.user_id, new.fingerprint, seconds=REPEAT_SECONDS)
    job = jobs.with_key(new.user_id, new.idempotency_key)
    if job is not None and job.fingerprint != new.fingerprint:
        raise Conflict
    return job


def _stored(new: jobs.NewJob, store: Callable[[jobs.NewJob], jobs.Job], held_to: usage.Terms) -> tuple[jobs.Job, bool]:
    try:
        with transaction.atomic(savepoint=bool(held_to.limits)):
            return store(usage.reserve(new, held_to)), True
    except IntegrityError:
        job = _known(new)
        if job is None:
            raise
        return job, False


def _fingerprint(task: Task, target: Target | None) -> str:
    parts = [task.function, task.payload, task.site_id, _target_key(target)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _target_key(target: Target | None) -> list[str]:
    return [target.content_type, target.object_id, target.path] if target else []
