"""Run AI jobs without django-q2: the same drain, as a process of its own."""

from __future__ import annotations

import signal
from typing import Any

from asgiref.sync import async_to_sync
from django.core.management.base import BaseCommand

from wagtail_ai_content.pipeline import providers
from wagtail_ai_content.pipeline.drain import Drain, limits


class Command(BaseCommand):
    help = (
        "Claim and run AI jobs until stopped (SIGTERM or Ctrl-C lets the running ones finish). "
        "Also takes jobs back from dead workers, so that neither django-q2 nor cron is needed."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--once", action="store_true", help="End when no job is waiting.")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        providers.preload()
        drain = Drain(limits(stay=not once))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: drain.stop())
        self.stdout.write("Waiting for AI jobs.")
        async_to_sync(drain.run)()
        self.stdout.write("Stopped.")
