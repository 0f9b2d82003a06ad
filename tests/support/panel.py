"""Requests of the AI side panel."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.viewsets.pages import page_viewset_registry

from tests.support.pages.models import DeepPage
from wagtail_ai_content.api import run_job
from wagtail_ai_content.core.providers.fake import FakeProvider
from wagtail_ai_content.models import Job
from wagtail_ai_content.pipeline.providers import answered_by
from wagtail_ai_content.records.prompts.api import PromptTemplate

PANEL = 'data-side-panel="ai"'
TABS = ("generate", "prompts", "suggestions", "activity")
JSON = "application/json"


def edit_address(page: Any) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def asked(page: Any, **more: Any) -> str:
    subject = {"app": page._meta.app_label, "model": page._meta.model_name, "object": str(page.pk), "parent": ""}
    return json.dumps({"key": str(uuid.uuid4()), "subject": subject, "instruction": "", "form": "", **more})


def suggest(client: Any, page: Any, found: list[dict[str, str]]) -> Job:
    """An answered request for suggestions about the content of a page, by whoever has logged in."""
    body = asked(page, function="suggestions", form="title=First+day&content=We+set+out.&slug=first")
    answer = client.post(reverse("wagtail_ai_content_editor:generate"), body, content_type=JSON)
    assert answer.status_code == 202, answer.content
    job = Job.objects.get(pk=answer.json()["job"])
    with answered_by(FakeProvider([json.dumps({"suggestions": found, "note": ""})])):
        return run_job(job)


def add_prompt(variables: list[dict[str, Any]] | None = None) -> PromptTemplate:
    declared = variables or [
        {"name": "mood", "type": "choice", "required": True, "choices": ["calm", "lively"]},
        {"name": "longest", "type": "number"},
    ]
    body = "{# user #}\nWrite {{ mood }}, at most {{ longest }} words."
    return PromptTemplate.objects.create(function="page_text", name="house", body=body, variables=declared, live=True)


def dismiss(client: Any, page: Any, *keys: str) -> Any:
    address = reverse("wagtail_ai_content_editor:panel_dismiss")
    return client.post(f"{address}?address={edit_address(page)}", {"key": list(keys)})


def queries(client: Any, address: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


@contextmanager
def without_us() -> Iterator[None]:
    """The edit view of pages as Wagtail has it."""
    viewset = page_viewset_registry.get_by_type(DeepPage)
    with patch.object(viewset, "edit_view_class", EditView):
        yield
