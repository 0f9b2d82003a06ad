"""AI in Wagtail's comparison of two revisions: which AI versions lie between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db.models import Q
from wagtail.log_actions import registry

from wagtail_ai_content.pipeline.write import GENERATE_ACTION
from wagtail_ai_content.records.versions import api as versions
from wagtail_ai_content.records.versions.api import AIVersion

from .history import ACTIONS, Mark, logged_mark, version_ids

SHOWN = 10
FACTS = 8


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing an AI, or a person with its text, did between the two revisions."""

    mark: Mark
    message: str
    at: datetime
    by: str
    """Name of who took or undid what the AI proposed; empty for a draft, which nobody had to take."""
    requested_by: str
    """Name of who asked the AI; empty when that is not known any more."""
    facts: Sequence[Mapping[str, Any]] = ()
    """Facts that were lost or changed (``before``, ``after``), see ``core.versions.invariants``; at most ``FACTS``."""


@dataclass(frozen=True, kw_only=True)
class Between:
    """What an AI wrote between two revisions."""

    steps: Sequence[Step]
    """The newest of them, at most ``SHOWN``."""
    more: bool
    """There are older ones beside."""


class AICompareMixin:
    """For a subclass of Wagtail's ``RevisionsCompareView`` of pages or snippets: a banner that says what was AI.

    It costs four queries, however much lies between the revisions.
    """

    template_name = "wagtail_ai_content/history/compare.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]  # Wagtail's view
        ends = (self.revision_id_a, self.revision_id_b)  # type: ignore[attr-defined]
        return {**context, "ai_between": between(self.object, ends)}  # type: ignore[attr-defined]


def between(target: Any, ends: Sequence[Any]) -> Between | None:
    """What an AI wrote after the older and up to the newer of two revisions; None when it wrote nothing.

    ``ends``: ids of revisions, or Wagtail's words ``live``, ``earliest`` and ``latest``, in any order.
    """
    moments = [moment for end in ends if (moment := _moment(target, end)) is not None]
    if len(moments) < 2:
        return None
    first, last = min(moments), max(moments)
    kept = Q(revision__created_at__gt=first, revision__created_at__lte=last)
    purged = Q(revision__created_at__isnull=True, timestamp__gt=first, timestamp__lte=last)
    logged = registry.get_logs_for_instance(target).filter(kept | purged, action__startswith=ACTIONS)
    newest = logged.filter(content_changed=True).select_related("user").order_by("-timestamp", "-pk")
    entries = list(newest[: SHOWN + 1])
    there = versions.named(version_ids(entries))
    steps = [_step(entry, there) for entry in entries[:SHOWN]]
    return Between(steps=steps, more=len(entries) > SHOWN) if steps else None


def _step(entry: Any, there: Mapping[str, AIVersion]) -> Step:
    mark = logged_mark(entry, there)
    version = there.get(mark.version_id)
    asked = version.requested_by_name if version else ""
    own = entry.action == GENERATE_ACTION
    return Step(
        mark=mark,
        message=entry.message,
        at=entry.timestamp,
        by="" if own else entry.user_display_name,
        requested_by=entry.user_display_name if own else asked,
        facts=_facts(version),
    )


def _facts(version: AIVersion | None) -> list[Mapping[str, Any]]:
    found = version.invariants if version else []
    return [fact for fact in found if fact.get("change") != "added"][:FACTS]


def _moment(target: Any, end: Any) -> datetime | None:
    """When a revision was made; None when there is no such revision (any more). One query."""
    times = target.revisions.order_by("created_at", "id").values_list("created_at", flat=True)
    if end in ("earliest", "latest"):
        found = times.first() if end == "earliest" else times.last()
    else:
        found = times.filter(pk=target.live_revision_id if end == "live" else end).first()
    return cast("datetime | None", found)
