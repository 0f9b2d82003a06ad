"""What ended jobs still have set aside of their limits, given back."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from wagtail_ai_content.records.usage import api as usage

from .models import Job, Status

IN_FLIGHT: Final = timedelta(seconds=10)
AT_ONCE: Final = 500


def give_back(job_id: uuid.UUID | None = None) -> None:
    """Give back what ended jobs still have set aside. ``job_id``: only what that one has.

    Of a job that was cancelled in the middle of a call, whoever runs it may still tell what the call took; it is left
    alone for some seconds.
    """
    told = ~Q(status=Status.CANCELLED) | Q(calls=0) | Q(reply__isnull=False) | Q(completed__lt=Now() - IN_FLIGHT)
    which = told if job_id is None else Q(pk=job_id)
    due = Job.objects.filter(which, completed__isnull=False, reserved__isnull=False).order_by("completed", "pk")
    skip = connection.features.has_select_for_update_skip_locked
    while due.exists():
        with transaction.atomic():
            rows = due.select_for_update(skip_locked=skip).values_list("pk", "reserved", "calls")[:AT_ONCE]
            ended = [usage.Ended(job=pk, reserved=reserved or {}, asked=calls > 0) for pk, reserved, calls in rows]
            if not ended:
                return  # somebody else does it
            usage.settle(ended)
            Job.objects.filter(pk__in=[one.job for one in ended]).update(reserved=None)
