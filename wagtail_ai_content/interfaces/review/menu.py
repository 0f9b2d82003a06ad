"""The menu item, with the number of versions that wait for the person who looks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext
from wagtail.admin.menu import MenuItem

from wagtail_ai_content.pipeline.visibility import decidable_by
from wagtail_ai_content.records.versions.api import VersionStatus

MOST_COUNTED = 99
"""The menu stands on every page of the admin: counting stops here."""


class ReviewMenuItem(MenuItem):  # type: ignore[misc]
    """“AI review (3)”."""

    def render_component(self, request: HttpRequest) -> Any:
        component = super().render_component(request)
        waiting = count_waiting(request.user)
        if waiting:
            number = str(waiting) if waiting <= MOST_COUNTED else f"{MOST_COUNTED}+"
            component.label = gettext("%(label)s (%(number)s)") % {"label": self.label, "number": number}
        return component


def count_waiting(user: Any) -> int:
    """How many versions wait for ``user``, but never more than one past ``MOST_COUNTED``. One query."""
    waiting = decidable_by(user).filter(status=VersionStatus.PENDING).order_by()
    return int(waiting.values("pk")[: MOST_COUNTED + 1].count())
