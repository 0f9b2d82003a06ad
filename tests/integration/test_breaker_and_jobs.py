"""A provider that is left alone costs a job no call."""

from __future__ import annotations

from typing import Any

import pytest
from wagtail.models import Page

from wagtail_ai_content.api import Ask, run_job, submit
from wagtail_ai_content.core.errors import LeftAlone
from wagtail_ai_content.testing import FakeProvider, answered_by

pytestmark = pytest.mark.django_db(transaction=True)


def test_waiting_for_a_provider_that_is_left_alone_is_not_counted_as_a_call(plain_page: Page, editor: Any) -> None:
    fake = FakeProvider([*[LeftAlone(retry_after=0.0) for _ in range(4)], '{"summary": "Short.", "note": ""}'])
    job = submit(Ask(function="summarise", page=plain_page, user=editor))
    with answered_by(fake):
        while job.status == "pending":
            type(job).objects.filter(pk=job.pk).update(next_attempt=job.created)
            job = run_job(job)
    assert (job.status, job.calls, job.attempts) == ("succeeded", 1, 5)
