"""What goes in and out of the table of jobs, beside the jobs themselves."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wagtail_ai_content.core.engine.phases import Phase
from wagtail_ai_content.core.text import Text

from .models import Job

WEB = "web:"
"""How the owners of jobs begin that a web process runs, while somebody watches."""
STOPPED = "stopped"
"""Finish reason of a stored reply that is only what had come when nobody wanted it any more; its tokens and cost are
an estimate."""
WATCHED = 100
"""Priority of jobs that somebody waits for in the editor."""
LISTED = (
    "id", "function", "status", "outcome", "phase", "progress", "message", "requested_by_name", "target_label",
    "target_object_id", "target_content_type_id", "model_used", "cost", "price_source", "error_code", "error",
    "created", "started", "completed", "actor", "site_name", "prompt_tokens", "completion_tokens", "prompt_key",
    "prompt_version",
)  # fmt: skip
"""The columns of a job that lists show."""


class LeaseLost(Exception):
    """The job is no longer this worker's: it was cancelled, or its lease ran out and somebody else took it."""


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """What is known when a job is asked for."""

    function: str
    function_version: str
    params: Mapping[str, Any]
    fingerprint: str
    """Hash of function, target and parameters: the same request has the same."""
    user_id: Any = None
    user_name: str = ""
    site_id: int | None = None
    site_name: str = ""
    target_content_type_id: int | None = None
    target_object_id: str = ""
    target_label: str = ""
    target_path: str = ""
    priority: int = 0
    """Higher goes first."""
    idempotency_key: str = ""
    reserved: Mapping[str, Any] | None = None
    """What it has set aside of its limits (``records.usage``); None where it has none."""
    message: Text = field(default_factory=lambda: Text(""))


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A worker's right to a job, until its lease ends."""

    job_id: uuid.UUID
    fence: int
    owner: str
    job: Job = field(compare=False, repr=False)
    """The job as it was claimed."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line for the log of a job."""

    kind: str
    """What happened: ``checked``, ``prepared``, ``request``, ``response``, ``parsed``, ``saved`` or ``error``."""
    phase: Phase
    data: Mapping[str, Any] = field(default_factory=dict)
    """Facts about it, without any text of the request or the reply."""
