"""E-mail: all that waits for a person in one message, in their language, in Wagtail's own layout."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import get_connection
from django.template.loader import render_to_string
from django.urls import get_resolver, reverse
from django.utils.translation import gettext, override
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.mail import send_mail
from wagtail.models import AbstractPage
from wagtail.users.models import UserProfile

from wagtail_ai_content.records.notices import api as notices
from wagtail_ai_content.records.notices.api import Notice, NoticeKind
from wagtail_ai_content.records.texts import localised
from wagtail_ai_content.records.versions.api import VersionStatus

logger = logging.getLogger("wagtail_ai_content")

TEMPLATE = "wagtail_ai_content/notices/digest"
SECONDS = 2.0
SHOWN = 30
KEPT_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class Line:
    """One notice in a mail."""

    text: str
    path: str
    """Where to go on, in the admin; empty when there is no such place."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """The notices of one kind in a mail."""

    count: int
    lines: Sequence[Line]
    """The first of them, at most ``SHOWN``."""

    @property
    def more(self) -> int:
        return self.count - len(self.lines)


def send_due(*, after: float, seconds: float = SECONDS) -> int:
    """Send what has been waiting for ``after`` seconds, one mail a person; gives the number of mails.

    It ends when ``seconds`` have passed, the next sweep goes on: the sweep may stand in a worker whose calls wait.
    """
    ends = time.monotonic() + seconds
    sent = 0
    for user_id in notices.due_users(after=after):
        if time.monotonic() > ends:
            break
        sent += _send_to(user_id)
    notices.forget(days=KEPT_DAYS)
    return sent


def _send_to(user_id: Any) -> bool:
    """Whether a mail went out. Notices are marked before, so that a crash costs a mail instead of sending two."""
    taken = notices.take(user_id)
    user = get_user_model()._default_manager.filter(pk=user_id, is_active=True).exclude(email="").first()
    current = [notice for notice in taken if not _is_over(notice)]
    if user is None or not current:
        return False
    try:
        _send(user, current)
    except (OSError, SMTPException) as error:
        notices.put_back(taken)
        logger.warning("User %s could not be told by e-mail: %s", user_id, type(error).__name__)
        return False
    return True


def _is_over(notice: Notice) -> bool:
    """A proposal that somebody has decided about meanwhile waits for nobody."""
    version = notice.version
    return notice.kind == NoticeKind.WAITING and (version is None or version.status != VersionStatus.PENDING)


def _send(user: Any, current: Sequence[Notice]) -> None:
    get_resolver().url_patterns  # noqa: B018  (a worker has not read the admin's addresses yet, and knows no links)
    with override(UserProfile.get_for_user(user).get_preferred_language()):
        context = {
            "user": user,
            "settings": settings,
            "waiting": _section([notice for notice in current if notice.kind == NoticeKind.WAITING]),
            "finished": _section([notice for notice in current if notice.kind == NoticeKind.FINISHED]),
            "budgets": _section([notice for notice in current if notice.kind == NoticeKind.BUDGET]),
            "only": _line(current[0]) if len(current) == 1 else None,
        }
        subject = " ".join(render_to_string(f"{TEMPLATE}_subject.txt", context).split())
        body = render_to_string(f"{TEMPLATE}.txt", context).strip()
        use_html = getattr(settings, "WAGTAILADMIN_NOTIFICATION_USE_HTML", False)
        html = {"html_message": render_to_string(f"{TEMPLATE}.html", context)} if use_html else {}
    with get_connection() as connection:
        send_mail(subject, body, [user.email], connection=connection, **html)


def _section(found: Sequence[Notice]) -> Section:
    return Section(count=len(found), lines=[_line(notice) for notice in found[:SHOWN]])


def _line(notice: Notice) -> Line:
    if notice.text is not None:
        return Line(text=localised(notice.text), path=reverse("ai_budget:index"))
    version, job = notice.version, notice.job
    if notice.kind == NoticeKind.WAITING and version is not None:
        text = gettext("“%(page)s” (asked for by %(name)s)") if version.requested_by_name else gettext("“%(page)s”")
        text %= {"page": version.target_label, "name": version.requested_by_name}
    else:
        text = localised(job.message) if job else ""
    path = AdminURLFinder().get_edit_url(version) if version is not None else _history_path(job)
    return Line(text=text, path=path or "")


def _history_path(job: Any) -> str:
    """Where a draft can be seen: the page's history; "" when the job is about no page."""
    kind = job.target_content_type if job else None
    model = kind.model_class() if kind else None
    if model is None or not issubclass(model, AbstractPage):
        return ""
    return str(reverse("wagtailadmin_pages:history", args=[job.target_object_id]))
