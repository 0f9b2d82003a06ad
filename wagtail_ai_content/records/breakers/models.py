"""One table: a row for each provider that has failed."""

from __future__ import annotations

from django.db import models


class BreakerState(models.Model):
    """What is known about a provider that has failed; a provider without a row is well.

    Closed: ``opened_at`` is empty. Open: it is set, and less than the policy's time ago. Half-open: longer ago; one
    probe at a time is let through, until ``probe_until``.

    Personal data: none.
    """

    key = models.CharField(max_length=200, unique=True)
    failures = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True)
    probe_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "wagtail_ai_content"

    def __str__(self) -> str:
        return f"{self.key}: {'open' if self.opened_at else 'closed'}"
