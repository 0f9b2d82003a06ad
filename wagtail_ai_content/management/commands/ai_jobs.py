"""Look at AI jobs, cancel one or all, try one again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wagtail_ai_content.api import cancel_job, cancel_jobs, list_jobs, retry_job, show_job
from wagtail_ai_content.core.errors import AIError
from wagtail_ai_content.records.jobs.api import Job, Status
from wagtail_ai_content.records.texts import localised


class Command(BaseCommand):
    help = "List AI jobs, show one with its log, cancel one or all, or try one again."

    def add_arguments(self, parser: Any) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser("list", help="The newest jobs.")
        listing.add_argument("--status", choices=Status.values)
        listing.add_argument("--function")
        listing.add_argument("--limit", type=int, default=20)
        listing.add_argument("--before", help="Number of the last job of the page before.")
        for name, text in (("show", "One job with its log."), ("retry", "Try one again.")):
            actions.add_parser(name, help=text).add_argument("job", help="Number of the job.")
        cancel = actions.add_parser("cancel", help="End a job, or all that have not ended.")
        which = cancel.add_mutually_exclusive_group(required=True)
        which.add_argument("job", nargs="?", help="Number of the job.")
        which.add_argument("--all", action="store_true", help="All jobs that have not ended.")
        cancel.add_argument("--function", default="", help="With --all: only jobs of this function.")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        try:
            getattr(self, f"_{action}")(options)
        except AIError as error:
            raise CommandError(localised(error.text)) from None

    def _list(self, options: dict[str, Any]) -> None:
        filters = {key: options[key] for key in ("status", "function") if options[key]}
        jobs = list_jobs(limit=options["limit"], before=options["before"], **filters)
        for job in jobs:
            self.stdout.write(
                f"{job.pk}  {job.created:%Y-%m-%d %H:%M}  {job.status:<9}  {job.function:<10}  {job.target_label}"
            )
        if not jobs:
            self.stdout.write("No jobs.")

    def _show(self, options: dict[str, Any]) -> None:
        job = show_job(options["job"])
        for name, value in _facts(job):
            self.stdout.write(f"{name:<10} {value}")
        for step in job.steps.all():
            facts = ", ".join(f"{key} {value}" for key, value in step.data.items() if value not in (None, ""))
            self.stdout.write(f"  {step.at:%H:%M:%S.%f}  {step.phase:<8} {step.kind:<9} {facts}")

    def _cancel(self, options: dict[str, Any]) -> None:
        if options["all"]:
            self.stdout.write(f"{cancel_jobs(function=options['function'])} cancelled.")
            return
        if options["function"]:
            raise CommandError("--function goes with --all. To end one job give its number alone.")
        cancel_job(options["job"])
        self.stdout.write("Cancelled.")

    def _retry(self, options: dict[str, Any]) -> None:
        retry_job(options["job"])
        self.stdout.write("Waiting for a worker again.")


def _facts(job: Job) -> list[tuple[str, Any]]:
    cost = f"{job.cost} USD ({job.price_source})" if job.cost is not None else "unknown"
    return [
        ("job", job.pk),
        ("function", job.function),
        ("about", job.target_label),
        ("asked by", job.requested_by_name),
        ("status", f"{job.status} {job.outcome}".strip()),
        ("phase", f"{job.phase} {job.progress} %"),
        ("message", localised(job.message)),
        ("prompt", f"{job.prompt_key} {job.prompt_version} ({job.prompt_source})" if job.prompt_key else ""),
        ("model", job.model_used or job.model_asked),
        ("tokens", f"{job.prompt_tokens} in, {job.completion_tokens} out"),
        ("cost", cost),
        ("calls", job.calls),
    ]
