"""The one door to the table of locked phrases."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, Q
from django.db.models.functions import Cast

from .models import LockedPhrase

__all__ = ["LockedPhrase", "locked_phrases"]


def locked_phrases(page: Any = None, *, site_id: int | None = None) -> tuple[str, ...]:
    """The phrases AI must keep on ``page``: those locked everywhere, on its site, on it, or on a page above it.

    Without a page (a snippet): those locked everywhere or on the site. One query.
    """
    on_page = Q(page_id="")
    if page is not None:
        above = page.get_ancestors().annotate(number=Cast("pk", CharField())).values("number")
        on_page |= Q(page_id=str(page.pk)) | Q(with_descendants=True, page_id__in=above)
    on_site = Q(site=None) | Q(site_id=site_id) if site_id else Q(site=None)
    phrases = LockedPhrase.objects.filter(on_page, on_site).order_by("phrase").values_list("phrase", flat=True)
    return tuple(phrases.distinct())
