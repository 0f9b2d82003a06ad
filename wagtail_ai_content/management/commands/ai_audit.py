"""Check the audit trail, note how far it has come, take it out, erase people's data in it, run a generation again."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentTypeError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import Error
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from wagtail_ai_content.core.audit.escape import one_line
from wagtail_ai_content.core.errors import AIError
from wagtail_ai_content.management.trail_files import FORMATS, write
from wagtail_ai_content.pipeline import audit
from wagtail_ai_content.pipeline.inspection import inspect
from wagtail_ai_content.pipeline.replay import Replayed, replay
from wagtail_ai_content.records.audit.api import Filters, NewEntry, Operation, erasable, erase
from wagtail_ai_content.records.texts import localised

EVERYTHING = "Say whose or which data: --user, --object, --job or --before. Erasing cannot be taken back."
AUTHENTIC = {
    True: "Request and reply are those that the audit trail has the fingerprints of.",
    False: "Request or reply are NOT those that the audit trail has the fingerprints of.",
    None: "Whether request and reply are the logged ones cannot be told: the trail has no fingerprint to compare.",
}


class Command(BaseCommand):
    help = (
        "verify: names the first broken entry and exits with 1 when the audit trail is not whole. anchor: notes how "
        "far it has come. export: writes it to a file. erase: removes a person's data. replay: runs a generation "
        "again and exits with 1 when the result is another."
    )

    def add_arguments(self, parser: Any) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        check = actions.add_parser("verify", help="Check every entry, and the anchors.")
        check.add_argument("--anchors", type=Path, help="File of anchors; the one of the settings by default.")
        check.add_argument("--chain-only", action="store_true", help="Leave out names and texts, which is faster.")
        actions.add_parser("anchor", help="Write a signed note of how far the trail has come.")
        out = actions.add_parser("export", help="Write the trail to a file or the terminal.")
        out.add_argument("--format", choices=FORMATS, default="jsonl")
        out.add_argument("--output", type=Path, help="File to write; the terminal by default (not for xlsx).")
        out.add_argument("--operation", choices=Operation.values, default="")
        out.add_argument("--model", default="", help="Model that answered.")
        out.add_argument("--since", type=moment, help="From this day or time on.")
        gone = actions.add_parser("erase", help="Erase names and texts; the entries stay, and the trail stays whole.")
        gone.add_argument("--yes", action="store_true", help="Do not ask.")
        for part in (out, gone):
            part.add_argument("--user", default="", help="User name, or number of an account that was deleted.")
            part.add_argument("--object", type=address, default=("", ""), help="What it is about: app.model:number.")
            part.add_argument("--job", default="", help="Number of a job.")
        out.add_argument("--until", type=moment, dest="until", help="Before this day or time.")
        gone.add_argument("--before", type=moment, dest="until", help="Only what was written before this day or time.")
        again = actions.add_parser("replay", help="Run a logged generation again; nothing is written to any page.")
        again.add_argument("job", help="Number of the job.")
        again.add_argument("--model", default="", help="Ask this model, as provider/model; without it nobody is asked.")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        try:
            getattr(self, f"_{action}")(options)
        except AIError as error:
            raise CommandError(f"{one_line(localised(error.text))} ({error.code})") from None
        except OSError as error:
            raise CommandError(f"{error.strerror or error}: {error.filename or ''}".rstrip(": ")) from None

    def _verify(self, options: dict[str, Any]) -> None:
        began = time.perf_counter()
        found = inspect(anchors_at=options["anchors"], chain_only=options["chain_only"])
        seconds = time.perf_counter() - began
        self.stdout.write(f"{found.verified.entries} entries right, {found.erased} of them erased ({seconds:.1f} s).")
        self.stdout.write(f"{found.verified.anchors} anchors agree.")
        for note in found.notes:
            self.stdout.write(self.style.WARNING(localised(note)))
        for problem in found.problems:
            self.stderr.write(self.style.ERROR(one_line(localised(problem))))
        if found.problems:
            sys.exit(1)
        self.stdout.write(self.style.SUCCESS(f"The audit trail is whole. Its head is {found.verified.head}."))

    def _anchor(self, options: dict[str, Any]) -> None:
        self.stdout.write(audit.add_anchor() or "There are no entries yet.")

    def _export(self, options: dict[str, Any]) -> None:
        count = write(_filters(options), form=options["format"], to=options["output"], out=self.stdout)
        self.stderr.write(f"{count} entries.")

    def _erase(self, options: dict[str, Any]) -> None:
        filters = _filters(options)
        if filters.is_empty:
            raise CommandError(EVERYTHING)
        if not options["yes"]:
            count = erasable(filters).count()
            if input(f"Erase names and texts of {count} entries for good? Type “yes”: ") != "yes":
                raise CommandError("Nothing was erased.")
        told = {"before": filters.until.isoformat()} if filters.until else {}
        named = {**filters.columns, **told}
        done = erase(filters, by=NewEntry(operation=Operation.ERASED, detail={"chosen": named}))
        self.stdout.write(f"Names and texts of {done} entries erased.")

    def _replay(self, options: dict[str, Any]) -> None:
        try:
            done = replay(options["job"], model=options["model"])
        except Error as error:
            raise CommandError(f"The database refused it ({type(error).__name__}).") from None
        self._tell(done)
        if not done.is_same or done.recorded.is_authentic is False:
            sys.exit(1)

    def _tell(self, done: Replayed) -> None:
        found = done.recorded
        self.stdout.write(f"Job {found.job_id}, function {found.function.name}, model {one_line(found.reply['model'])}")
        self.stdout.write(AUTHENTIC[found.is_authentic])
        if done.reply:
            cost = "unknown" if done.reply.cost.amount is None else f"{done.reply.cost.amount} USD"
            self.stdout.write(f"Asked {one_line(done.reply.model)} the same; cost {cost}.")
        for line in done.diff:
            self.stdout.write(one_line(line, most=10_000))
        self.stdout.write("The result is the same." if done.is_same else "The result is another.")


def _filters(options: dict[str, Any]) -> Filters:
    kind, number = options["object"]
    return Filters(
        operation=options.get("operation", ""),
        model=options.get("model", ""),
        actor=account(options["user"]),
        target_type=kind,
        target_id=number,
        job=options["job"],
        since=options.get("since"),
        until=options.get("until"),
    )


def account(given: str) -> str:
    """The number of the account of that name, or ``given`` where it is a number itself. Raises: ``CommandError``."""
    users = get_user_model()
    found = users._default_manager.filter(**{users.USERNAME_FIELD: given}).first() if given else None
    if found is None and given and not given.isdecimal():
        raise CommandError(f"There is no user “{one_line(given)}”. For a deleted account give its number.")
    return given if found is None else str(found.pk)


def moment(given: str) -> datetime:
    """A day (its first moment) or a time, in the site's time zone unless it names one."""
    try:
        day = parse_date(given)
        found = datetime(day.year, day.month, day.day) if day else parse_datetime(given)
    except ValueError:
        found = None
    if found is None:
        raise ArgumentTypeError(f"{given!r} is no day or time; write 2026-11-21 or 2026-11-21T14:00.")
    return timezone.make_aware(found) if timezone.is_naive(found) else found.astimezone(UTC)


def address(given: str) -> tuple[str, str]:
    """``app.model:number``."""
    kind, colon, number = given.partition(":")
    if not (colon and number and "." in kind):
        raise ArgumentTypeError(f"{given!r} does not say what it is; write app.model:number.")
    return kind.lower(), number
