"""The audit trail at a thousand and at a million entries: what adding one costs, how fast all are checked, a page.

The entries are real: sealed one after the other, each with its body, and put in by batches. Targets: adding one costs
at a million what it costs at a thousand (at most 1.25 times); at least 50,000 entries a second are checked.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from stage.figures import Figure, headline, middle, report
from stage.scene import enter, set_up

FEW = 1_000
BATCH = 5_000
MOST_RATIO = 1.25
LEAST_A_SECOND = 50_000
MOST_PAGE_MS = 50.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--postgres", action="store_true", help="In a new PostgreSQL database (POSTGRES_HOST, …).")
    options = parser.parse_args()
    headline(f"An audit trail of {options.rows:,} entries")
    with set_up("openai/test-model", postgres=options.postgres) as scene:
        enter(scene.site)
        fill(FEW)
        few = appending(options.rounds)
        began = time.perf_counter()
        fill(options.rows)
        report(Figure(what="making the entries", value=time.perf_counter() - began, unit="s"))
        many = appending(options.rounds)
        tell_appending(few, many, rows=options.rows)
        tell_checking()
        tell_pages(options.rows)


def tell_appending(few: tuple[float, float], many: tuple[float, float], *, rows: int) -> None:
    for what, one, other in zip(("wall", "CPU"), few, many, strict=True):
        report(Figure(what=f"adding one at {FEW:,}, {what}", value=one, unit="ms"))
        report(
            Figure(
                what=f"adding one at {rows:,}, {what}",
                value=other,
                unit="ms",
                most=one * MOST_RATIO,
                note=f"ratio {other / one:.2f}",
            )
        )


def tell_checking() -> None:
    from wagtail_ai_content.pipeline.inspection import inspect

    for what, chain_only in (("the chain", True), ("the chain, names and texts", False)):
        for clock, name in ((time.perf_counter, "wall"), (time.process_time, "CPU")):
            began = clock()
            found = inspect(chain_only=chain_only)
            took = clock() - began
            assert not found.problems, found.problems
            speed = found.verified.entries / took
            met = "met" if speed >= LEAST_A_SECOND else "missed"
            note = f"{speed:,.0f} entries a second: {met}"
            report(Figure(what=f"checking {what}, {name}", value=took, unit="s", note=note))


def tell_pages(rows: int) -> None:
    from wagtail_ai_content.records.audit import api as trail
    from wagtail_ai_content.records.audit.api import Filters

    chosen = {"all": Filters(), "one user": Filters(actor="7"), "failed": Filters(operation="failed")}
    for name, filters in chosen.items():
        last = max(0, trail.count(filters) - 50)
        for place, skip in (("first", 0), ("last", last)):
            took = _median(lambda filters=filters, skip=skip: trail.page(filters, skip=skip, limit=50), rounds=15)
            report(Figure(what=f"{place} page, {name}", value=took, unit="ms", most=MOST_PAGE_MS))
        took = _median(lambda filters=filters: trail.count(filters), rounds=15)
        report(Figure(what=f"counting, {name}", value=took, unit="ms", most=MOST_PAGE_MS))


def _median(work: Callable[[], Any], *, rounds: int) -> float:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return middle(times)


def appending(rounds: int) -> tuple[float, float]:
    """Median milliseconds of adding an entry, wall clock and CPU of this process."""
    from wagtail_ai_content.records.audit import api as trail

    walls, processors = [], []
    for number in range(rounds):
        new = trail.NewEntry(
            operation="generated", actor=str(number % 50), model="openai/test-model", job=str(number),
            about={"user": "Ada", "target": "A page"}, texts={"reply": {"text": "word " * 400}},
            sent={"messages": "word " * 400}, came="word " * 400,
        )  # fmt: skip
        wall, processor = time.perf_counter(), time.process_time()
        trail.append(new)
        walls.append((time.perf_counter() - wall) * 1000)
        processors.append((time.process_time() - processor) * 1000)
    return middle(walls), middle(processors)


def fill(total: int) -> None:
    """Entries up to ``total``, as ``append`` would have sealed them, without asking the database for each."""
    from django.db import connection
    from django.utils import timezone

    from wagtail_ai_content.core.audit import chain
    from wagtail_ai_content.records.audit import api, keys
    from wagtail_ai_content.records.audit.models import AuditBody, AuditEntry, AuditHead

    api.append(api.NewEntry(operation="generated"))
    head, key, began = AuditHead.objects.get(), keys.current(), timezone.now()
    sequence, previous = head.sequence, head.seal
    while sequence < total:
        entries, bodies = [], []
        for _ in range(min(BATCH, total - sequence)):
            about = b'{"target":"A page","user":"Ada"}'
            salt = f"{sequence:032x}"
            facts = _facts(sequence, at=began + timedelta(milliseconds=sequence), body=chain.salted(salt, about, b""))
            plain = api._plain(facts.values())
            row = chain.sealed(plain, sequence=sequence + 1, previous=previous, key=key)
            entries.append(
                AuditEntry(sequence=row[chain.SEQUENCE], **facts, key=key.id, previous=previous, seal=row[chain.SEAL])
            )
            bodies.append(AuditBody(entry_id=row[chain.SEQUENCE], salt=salt, about=about.decode(), texts=b""))
            sequence, previous = row[chain.SEQUENCE], row[chain.SEAL]
        AuditEntry.objects.bulk_create(entries)
        AuditBody.objects.bulk_create(bodies)
    if entries_last := AuditEntry.objects.order_by("-sequence").first():
        AuditHead.objects.update(sequence=sequence, seal=previous, at=entries_last.at)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _facts(number: int, *, at: Any, body: str) -> dict[str, Any]:
    """One in ten failed, fifty people, four models."""
    return {
        "at": at, "operation": "failed" if number % 10 == 0 else "generated", "actor": str(number % 50),
        "function": "rewrite", "model": f"openai/test-{number % 4}", "prompt": "rewrite", "prompt_version": "3",
        "target_type": "world.storypage", "target_id": str(number % 500), "site": "1", "job": f"{number:036x}",
        "outcome": "revision", "detail": '{"calls":1}', "input_hash": "0" * 64, "output_hash": "0" * 64,
        "prompt_tokens": 900, "completion_tokens": 300, "cost": None, "body_hash": body,
    }  # fmt: skip


if __name__ == "__main__":
    main()
