"""E-mail to the person who asked, in their language, through Wagtail's own mail function."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override
from wagtail.admin.mail import send_mail
from wagtail.admin.utils import get_admin_base_url
from wagtail.users.models import UserProfile

from wagtail_ai_content import conf
from wagtail_ai_content.records.jobs.api import Job, Outcome, Status
from wagtail_ai_content.records.texts import localised
from wagtail_ai_content.signals import job_finished

logger = logging.getLogger("wagtail_ai_content")

TEMPLATE = "wagtail_ai_content/notices/job_finished"


def connect() -> None:
    job_finished.connect(tell_requester, dispatch_uid="wagtail_ai_content.notices.mail")


def tell_requester(*, job: Job, **kwargs: Any) -> None:
    """Mail the requester when somebody has to act: a failure, or a result that was not written."""
    user = job.requested_by
    needs_a_person = job.status == Status.FAILED or job.outcome == Outcome.PROPOSAL
    if not (needs_a_person and conf.get("NOTIFY_BY_EMAIL") and user is not None and user.is_active and user.email):
        return
    with override(UserProfile.get_for_user(user).get_preferred_language()):
        context = {"job": job, "user": user, "message": localised(job.message), "url": _history_url(job)}
        subject = render_to_string(f"{TEMPLATE}_subject.txt", context).strip()
        body = render_to_string(f"{TEMPLATE}.txt", context)
    try:
        send_mail(subject, body, [user.email])
    except (OSError, SMTPException) as error:
        logger.warning("The requester of job %s could not be told by e-mail: %s", job.pk, type(error).__name__)


def _history_url(job: Job) -> str:
    """The page's history in the admin; "" when the job is about no page or the admin's address is not set."""
    base = get_admin_base_url()
    if not (base and job.target_object_id):
        return ""
    path = reverse("wagtailadmin_pages:history", args=[job.target_object_id])
    return f"{base}{path}"
