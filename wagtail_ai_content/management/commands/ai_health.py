"""Say whether AI jobs are being worked on; the exit code is for the supervisor."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from wagtail_ai_content.pipeline.health import examine
from wagtail_ai_content.records.texts import localised


class Command(BaseCommand):
    help = "Report whether AI jobs are being worked on. Exits with 1 when a worker should be restarted."

    def handle(self, *args: Any, **options: Any) -> None:
        health = examine()
        silence = "never" if health.silence is None else f"{health.silence:.0f} s ago"
        self.stdout.write(f"Model    {health.model}")
        self.stdout.write(f"Worker   last sign of life {silence}")
        self.stdout.write(f"Jobs     {health.waiting} waiting, {health.running} running")
        for problem in health.problems:
            self.stderr.write(self.style.ERROR(localised(problem)))
        if health.problems:
            sys.exit(1)
        self.stdout.write(self.style.SUCCESS("All is well."))
