"""The reports for content leads with a million rows beside the same screens with a thousand, in work and in queries.

Job log, audit report, usage report and moderation queue: their first pages, filtered and further on. Whole requests,
by a superuser. Target: at most twice the work, and as many queries.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable

import audit
import job_list
import quota
from stage.figures import Figure, headline, report
from stage.scene import enter, set_up
from stage.screens import Cost, client_of, cost_of, tell

FEW = 1_000
MOST_TIMES = 2.0
SCREENS = {
    "jobs": "/admin/reports/ai-jobs/",
    "jobs: failed ones": "/admin/reports/ai-jobs/?status=failed",
    "jobs: one function": "/admin/reports/ai-jobs/?function=meta",
    "jobs: one day": "/admin/reports/ai-jobs/?created_from={day}&created_to={day}",
    "jobs: the tenth page": "/admin/reports/ai-jobs/?p=10",
    "audit": "/admin/reports/ai-audit/",
    "audit: failed ones": "/admin/reports/ai-audit/?operation=failed",
    "audit: one day": "/admin/reports/ai-audit/?at_from={day}&at_to={day}",
    "audit: the tenth page": "/admin/reports/ai-audit/?p=10",
    "usage": "/admin/reports/ai-usage/",
    "moderation": "/admin/reports/ai-moderation/",
    "moderation: what waits": "/admin/reports/ai-moderation/?standing=waiting",
    "moderation: one check": "/admin/reports/ai-moderation/?check=Rules",
    "moderation: one day": "/admin/reports/ai-moderation/?created_from={day}&created_to={day}",
    "moderation: the tenth page": "/admin/reports/ai-moderation/?p=10",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--postgres", action="store_true", help="In a new PostgreSQL database (POSTGRES_HOST, …).")
    parser.add_argument("--only", choices=list(MAKERS), help="One of the reports, with the rows of that one alone.")
    options = parser.parse_args()
    reports = [options.only] if options.only else list(MAKERS)
    headline(f"Reports with {options.rows:,} rows each, {options.rounds} rounds of each screen")
    with set_up("openai/test-model", postgres=options.postgres) as scene:
        enter(scene.site)
        fill(reports, FEW)
        few = measure(reports, options.rounds)
        fill(reports, options.rows - FEW)
        many = measure(reports, options.rounds)
        for screen, cost in many.items():
            tell(screen, few=few[screen], many=cost, most=MOST_TIMES)


def fill(reports: Iterable[str], rows: int) -> None:
    """So many more of what each report is about."""
    began = time.perf_counter()
    for name in reports:
        MAKERS[name](rows)
    report(Figure(what=f"making {rows:,} rows of each", value=time.perf_counter() - began, unit="s"))


def _make_entries(rows: int) -> None:
    from wagtail_ai_content.models import AuditEntry

    audit.fill(AuditEntry.objects.count() + rows)


def _make_answers(rows: int) -> None:
    """Of the same people each time, so that the sums of the report stay as many as they are."""
    from django.db import connection

    from wagtail_ai_content.models import UsageEvent

    if UsageEvent.objects.exists():
        quota.insert_events(connection, UsageEvent._meta.db_table, rows)
    else:
        quota.make_rows(rows)


def _make_decisions(rows: int) -> None:
    """One in ten waits."""
    from wagtail_ai_content.models import ModerationDecision

    first = ModerationDecision.objects.count()
    finding = {"action": "block", "category": "a rule", "excerpt": "…", "advice": "", "score": None, "check": "Rules"}
    found = [{**finding, "text": None}]
    ModerationDecision.objects.bulk_create(
        (
            ModerationDecision(
                content_hash=f"{number:064x}", stage="reply", status="rejected" if number % 10 else "flagged",
                check_name="Rules", category="a rule", findings=found, function="rewrite", asked_by="editor",
            )
            for number in range(first, first + rows)
        ),
        batch_size=2_000,
    )  # fmt: skip
    job_list.analyse(ModerationDecision._meta.db_table)


MAKERS: dict[str, Callable[[int], None]] = {
    "jobs": job_list.make_rows,
    "audit": _make_entries,
    "usage": _make_answers,
    "moderation": _make_decisions,
}


def measure(reports: Iterable[str], rounds: int) -> dict[str, Cost]:
    from django.utils import timezone

    client, day = client_of("developer"), timezone.localdate().isoformat()
    shown = {screen: address for screen, address in SCREENS.items() if screen.partition(":")[0] in reports}
    return {screen: cost_of(client, address.format(day=day), rounds=rounds) for screen, address in shown.items()}


if __name__ == "__main__":
    main()
