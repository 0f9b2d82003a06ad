"""What goes in and out of the tables of use, beside the rows themselves."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wagtail_ai_content.core.usage.values import Limit

Reserved = Mapping[str, Any]
"""What a job has set aside, as stored with it: by slot the start of its period, and the amount."""


class Full(Exception):
    """A limit has no room for what is needed."""

    def __init__(self, need: Need, *, used: int) -> None:
        super().__init__(need.limit.slot)
        self.need = need
        self.used = used


@dataclass(frozen=True, kw_only=True)
class Need:
    """What a request takes of one limit."""

    limit: Limit
    start: datetime
    """Of the period that counts."""
    amount: int


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A job that has come to its end, and what it had set aside."""

    job: uuid.UUID
    reserved: Reserved
    asked: bool
    """Whether a model was asked."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one answer of a model took, and for whom."""

    job: uuid.UUID
    actor: str
    user_name: str
    site_id: int | None
    site_name: str
    function: str
    reply: Mapping[str, Any]
    """The reply as it is kept with the job."""


@dataclass(frozen=True, kw_only=True)
class Reached:
    """A monthly sum of which a threshold was reached."""

    budget: str
    """What people call it; empty for everybody together."""
    slot: str
    start: datetime
    share: int
    """Per cent."""
    spent: int
    most: int
