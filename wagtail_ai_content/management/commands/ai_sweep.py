"""Take jobs back from dead workers, for cron."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from wagtail_ai_content.pipeline import queue
from wagtail_ai_content.pipeline.recover import recover


class Command(BaseCommand):
    help = "Take jobs back from dead workers, announce ends that were not, and wake a worker if jobs are waiting."

    def handle(self, *args: Any, **options: Any) -> None:
        found = recover()
        if found.claimable:
            queue.ring()
        self.stdout.write(
            f"{found.again} taken back, {found.given_up} given up, {found.announced} announced late, "
            f"{found.claimable} waiting."
        )
