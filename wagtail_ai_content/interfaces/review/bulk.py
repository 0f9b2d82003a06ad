"""Deciding about several versions at once, with Wagtail's bulk actions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.views.bulk_action import BulkAction

from wagtail_ai_content.core.errors import AIError
from wagtail_ai_content.pipeline import review
from wagtail_ai_content.pipeline.visibility import decidable_by, visible_to
from wagtail_ai_content.records.texts import localised
from wagtail_ai_content.records.versions.api import AIVersion, VersionStatus

from .decisions import reject_all
from .listing import LISTED, VersionFilter, review_url

MOST_AT_ONCE = 100
"""Each decision merges and writes a page; more would outlast a request."""
DECIDABLE = (VersionStatus.PENDING, VersionStatus.DRAFTED, VersionStatus.PARTLY)


class VersionBulkAction(BulkAction):  # type: ignore[misc]
    """Several of the versions the user may decide about; any other is as if it were not there."""

    models = [AIVersion]
    template_name = "wagtail_ai_content/review/confirm_bulk.html"
    question: Any = ""
    confirm: Any = ""

    def get_queryset(self, model: type[AIVersion], object_ids: Any) -> QuerySet[AIVersion]:
        mine = decidable_by(self.request.user).filter(status__in=DECIDABLE).only(*LISTED)
        return mine.filter(pk__in=list(object_ids)[:MOST_AT_ONCE])

    def get_all_objects_in_listing_query(self, parent_id: Any) -> Any:
        """What the list shows with its filters and its search, as they stand in the address."""
        shown = VersionFilter(self.request.GET, queryset=visible_to(self.request.user), request=self.request).qs
        if words := self.request.GET.get("q"):
            shown = shown.filter(target_label__icontains=words)
        return shown.order_by("-created", "-id").values_list("pk", flat=True)

    def object_context(self, obj: AIVersion) -> dict[str, Any]:
        return {**super().object_context(obj), "url": review_url(obj)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "question": self.question, "confirm": self.confirm, "most": MOST_AT_ONCE,
                "title": self.display_name}  # fmt: skip

    def get_execution_context(self) -> dict[str, Any]:
        return {"action": self}

    @classmethod
    def execute_action(cls, objects: Iterable[AIVersion], **kwargs: Any) -> tuple[int, int]:
        return kwargs["action"].decide_all(objects), 0

    def decide_all(self, versions: Iterable[AIVersion]) -> int:
        """How many were decided; for the others a message says why not."""
        done = 0
        for version in versions:
            try:
                decided = self.decide(version, self.request.user)
            except AIError as error:
                self._tell(version, localised(error.text))
                continue
            if decided.status == "done":
                done += 1
            else:
                self._tell(version, localised(decided.message))
        return done

    def _tell(self, version: AIVersion, why: str) -> None:
        what = gettext("“%(page)s”: %(why)s") % {"page": version.target_label, "why": why}
        messages.warning(self.request, what, buttons=[messages.button(review_url(version), gettext("Review"))])

    @abstractmethod
    def decide(self, version: AIVersion, user: Any) -> review.Decided:
        """Raises: ``AIError``."""


class AcceptClean(VersionBulkAction):
    """Take what meets no later edit and changes no fact that is locked."""

    display_name = _("Accept all clean")
    action_type = "accept_clean"
    aria_label = _("Accept the clean changes of the selected AI versions")
    action_priority = 10
    question = _("Write the clean changes of these AI versions as drafts?")
    confirm = _("Accept all clean")

    def decide(self, version: AIVersion, user: Any) -> review.Decided:
        return review.accept_clean(version.pk, user)

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str | None:
        if not num_parent_objects:
            return None
        return ngettext(
            "%(count)d AI version was written as a draft. Nothing was published.",
            "%(count)d AI versions were written as drafts. Nothing was published.",
            num_parent_objects,
        ) % {"count": num_parent_objects}


class Reject(VersionBulkAction):
    """Leave the pages as they are."""

    display_name = _("Reject")
    action_type = "reject"
    aria_label = _("Reject the selected AI versions")
    action_priority = 20
    classes = {"serious"}
    question = _("Reject these AI versions? The pages stay as they are, and the texts stay readable here.")
    confirm = _("Reject")

    def decide(self, version: AIVersion, user: Any) -> review.Decided:
        return reject_all(version.pk, user)

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str | None:
        if not num_parent_objects:
            return None
        return ngettext(
            "%(count)d AI version was rejected.", "%(count)d AI versions were rejected.", num_parent_objects
        ) % {"count": num_parent_objects}
