"""``manage.py demo``: from nothing to a running site with one AI job done, in one command."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from world import loader
from world.demonstration.processes import CannotStart, Child, Site, free_port, is_free, running, wait_for
from world.demonstration.report import job_lines, people_lines, progress_line
from world.first_job import FirstJobFailed, Progress, run_first_job
from world.people import NotADemonstration


class Command(BaseCommand):
    help = "Set up the example site, start it with a worker, run one AI job and show what it did."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, help="Port of the web server: 8000, or a free one with --check.")
        parser.add_argument(
            "--check", action="store_true", help="Do not stay: end with 0 if everything worked, and with 1 if not."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # A terminated demonstration takes its children along, like an interrupted one.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            self._demonstrate(options["port"], stay=not options["check"])
        except (CannotStart, FirstJobFailed, NotADemonstration) as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            self.stdout.write("\nStopped. Nothing keeps running; the pages stay where they are.")

    def _demonstrate(self, port: int | None, *, stay: bool) -> None:
        site = Site(folder=settings.BASE_DIR, logs=Path(settings.FILES_DIR) / "log", port=_port(port, stay=stay))
        self.stdout.write("\nThe example site of wagtail_ai_content\n")
        self._step("Preparing the database", lambda: call_command("migrate", verbosity=0, interactive=False))
        self._step("Writing the pages of Ebbstow", loader.load)
        with running(site) as children:
            login = site.url + reverse("wagtailadmin_login")
            self._step("Starting web server and worker", lambda: wait_for(login, children=children))
            self._show_first_job(site)
            self._write(people_lines(site.url))
            if stay:
                self._stay(children)

    def _step(self, title: str, action: Callable[[], Any]) -> None:
        self.stdout.write(f"  {title + ' ':.<44} ", ending="")
        self.stdout.flush()
        started = time.monotonic()
        try:
            action()
        except BaseException:
            self.stdout.write("failed")
            raise
        self.stdout.write(f"{time.monotonic() - started:5.1f} s")

    def _show_first_job(self, site: Site) -> None:
        self.stdout.write("\nThe first AI job\n")
        job = run_first_job(report=self._report)
        self._write(job_lines(job, url=site.url))

    def _report(self, progress: Progress) -> None:
        self.stdout.write(progress_line(progress))
        self.stdout.flush()

    def _write(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.stdout.write(line)

    def _stay(self, children: Sequence[Child]) -> None:
        self.stdout.write("Running. Press Ctrl-C to stop.")
        self.stdout.flush()
        while True:
            for child in children:
                child.check()
            time.sleep(0.5)


def _port(wanted: int | None, *, stay: bool) -> int:
    port = wanted or (8000 if stay else free_port())
    if not is_free(port):
        raise CannotStart(f"Port {port} is taken by another program. Choose another, e.g. --port {free_port()}.")
    return port
