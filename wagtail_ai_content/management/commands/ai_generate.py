"""Ask an AI function to work on a page, and follow the job."""

from __future__ import annotations

import json
import sys
from typing import Any

import swapper
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from wagtail_ai_content.api import Ask, Job, run_job, submit
from wagtail_ai_content.core.errors import AIError, UnknownTarget
from wagtail_ai_content.management.progress import follow
from wagtail_ai_content.records.jobs.api import Status
from wagtail_ai_content.records.texts import localised


class Command(BaseCommand):
    help = "Ask an AI function to work on a page. The result becomes a draft or waits for review; nothing is published."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("function", help="E.g. page_text, rewrite, title, meta or summarise.")
        parser.add_argument("page", help="Number of the page, or its path such as /en/blog/a-page/.")
        parser.add_argument("--user", help="User name of who asks; by default the first active superuser.")
        parser.add_argument("--instruction", help="What to do, in your own words.")
        parser.add_argument("--field", help="Only this field, or this block (its path as Wagtail writes it).")
        parser.add_argument("--prompt", help="Name of the prompt to use instead of the function's usual one.")
        parser.add_argument("--params", type=json.loads, default={}, help="More parameters, as JSON.")
        parser.add_argument("--key", default="", help="Idempotency key: the same key gives the same job.")
        parser.add_argument("--priority", type=int, default=0, help="Higher goes first.")
        wait = parser.add_mutually_exclusive_group()
        wait.add_argument("--wait", action="store_true", help="Follow the job until it ends.")
        wait.add_argument("--foreground", action="store_true", help="Run it here, without a worker.")
        parser.add_argument("--timeout", type=float, default=600, help="Seconds to follow at most.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            job = submit(self._ask(options))
        except AIError as error:
            raise CommandError(f"{localised(error.text)} ({error.code})") from None
        self.stdout.write(f"Job {job.pk}")
        if options["foreground"]:
            job = run_job(job)
        elif options["wait"]:
            job = follow(job.pk, out=self.stdout, seconds=options["timeout"])
        else:
            return
        self._report(job)

    def _ask(self, options: dict[str, Any]) -> Ask:
        params = dict(options["params"])
        for name in ("instruction", "prompt", "field"):
            if options[name]:
                params[name] = options[name]
        return Ask(
            function=options["function"],
            page=find_page(options["page"]),
            user=find_user(options["user"]),
            params=params,
            path=options["field"] or "",
            idempotency_key=options["key"],
            priority=options["priority"],
        )

    def _report(self, job: Job) -> None:
        text = localised(job.message)
        if job.status in (Status.FAILED, Status.CANCELLED):
            self.stderr.write(self.style.ERROR(text))
            sys.exit(1)
        self.stdout.write(text)
        if job.outcome == "value" and job.parsed:
            value = job.parsed["value"]
            self.stdout.write(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2))


def find_page(given: str) -> Any:
    """The page of that number or path. Raises: ``UnknownTarget``."""
    pages = swapper.load_model("wagtailcore", "Page")._default_manager.all()
    if given.isdecimal():
        page = pages.filter(pk=given).first() if len(given) < 19 else None
    elif not given.strip("/"):
        page = pages.filter(sites_rooted_here__is_default_site=True).first()
    else:
        page = pages.filter(url_path__endswith=f"/{given.strip('/')}/").order_by("depth").first()
    if page is None:
        raise UnknownTarget(what="page", name=given)
    return page


def find_user(name: str | None) -> Any:
    """The user of that name, or the first active superuser. Raises: ``UnknownTarget``."""
    users = get_user_model()._default_manager.filter(is_active=True)
    if name is None:
        user = users.filter(is_superuser=True).order_by("pk").first()
    else:
        user = users.filter(**{get_user_model().USERNAME_FIELD: name}).first()
    if user is None:
        raise UnknownTarget(what="user", name=name or "superuser")
    return user
