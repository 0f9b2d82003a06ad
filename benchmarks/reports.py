"""The reports for content leads with a million rows beside the same screens with a thousand, in work and in queries.

Job log, audit report, usage report and moderation queue: their first pages, filtered and further on. Whole requests,
by a superuser. Target: at most twice the work, and as many queries.
"""

from __future__ import annotations

import argparse
import time

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
    "moderation: the tenth page": "/admin/reports/ai-moderation/?p=10",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--postgres", action="store_true", help="In a new PostgreSQL database (POSTGRES_HOST, …).")
    options = parser.parse_args()
    headline(f"Reports with {options.rows:,} rows each, {options.rounds} rounds of each screen")
    with set_up("openai/test-model", postgres=options.postgres) as scene:
        enter(scene.site)
        fill(FEW)
        few = measure(options.rounds)
        fill(options.rows - FEW)
        many = measure(options.rounds)
        for screen, cost in many.items():
            tell(screen, few=few[screen], many=cost, most=MOST_TIMES)


def fill(rows: int) -> None:
    """So many more jobs, entries of the audit trail, answers and decisions."""
    began = time.perf_counter()
    job_list.make_rows(rows)
    audit.fill(_entries() + rows)
    _make_answers(rows)
    _make_decisions(rows)
    report(Figure(what=f"making {rows:,} rows of each", value=time.perf_counter() - began, unit="s"))


def _entries() -> int:
    from wagtail_ai_content.models import AuditEntry

    return AuditEntry.objects.count()


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


def measure(rounds: int) -> dict[str, Cost]:
    from django.utils import timezone

    client, day = client_of("developer"), timezone.localdate().isoformat()
    return {screen: cost_of(client, address.format(day=day), rounds=rounds) for screen, address in SCREENS.items()}


if __name__ == "__main__":
    main()
