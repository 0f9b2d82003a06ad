"""Limits with nothing used and with a million answers: queries and time to check and to reserve, and the report.

Then 200 requests at once against a limit of 50. Targets: one query each, whatever is stored; exactly 50.
"""

from __future__ import annotations

import argparse
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

from stage.figures import Figure, headline, middle, report
from stage.scene import enter, set_up

PEOPLE = 500
TRIES, MOST, THREADS = 200, 50, 20
MARGIN = 1.5
"""What is stored may make a check or a reservation at most so much slower."""
MOST_MS = 50.0
"""For the first page of the report."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--postgres", action="store_true", help="In a new PostgreSQL database (POSTGRES_HOST, …).")
    options = parser.parse_args()
    headline(f"Limits with 0 and {options.rows:,} answers in the tables")
    with set_up("openai/test-model", postgres=options.postgres) as scene:
        enter(scene.site)
        person = _limited_person()
        empty = measure(person, "0 answers", rounds=options.rounds, beside=None)
        make_rows(options.rows)
        measure(person, f"{options.rows:,} answers", rounds=options.rounds, beside=empty)
        measure_report(options.rounds)
        race()


def _limited_person() -> Any:
    """Somebody with a tier, on a site with a budget, beside a budget for everybody: nine limits."""
    from django.contrib.auth import get_user_model
    from wagtail.models import Site

    from wagtail_ai_content.records.usage.api import Budget, Tier, TierGrant

    person = get_user_model().objects.create_user("limited", password="secret")
    tier = Tier.objects.create(
        name="Measured", requests_per_minute=10**9, requests_per_day=10**9, tokens_per_day=10**15,
        tokens_per_month=10**15, money_per_month=Decimal(10**8),
    )  # fmt: skip
    TierGrant.objects.create(tier=tier, user=person)
    Budget.objects.create(site=Site.objects.first(), money_per_day=Decimal(10**8), money_per_month=Decimal(10**8))
    Budget.objects.create(requests_per_minute=10**9, money_per_month=Decimal(10**8))
    return person


def measure(person: Any, name: str, *, rounds: int, beside: tuple[float, float] | None) -> tuple[float, float]:
    """Median milliseconds of a check and of a reservation; ``beside``: those with nothing stored."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from wagtail.models import Site

    from wagtail_ai_content.records.usage import api as usage

    site = Site.objects.first()
    assert site is not None
    checks, takes = [], []
    for _ in range(rounds + 1):
        with CaptureQueriesContext(connection) as check:
            began = time.perf_counter()
            limits = usage.limits_for(person.pk, site.pk)
            checks.append((time.perf_counter() - began) * 1000)
        needs = _needs(limits)
        with CaptureQueriesContext(connection) as take:
            began = time.perf_counter()
            usage.reserve(needs)
            takes.append((time.perf_counter() - began) * 1000)
    statements = [query["sql"] for query in take if query["sql"].split()[0] not in ("BEGIN", "COMMIT")]
    found = middle(checks[1:]), middle(takes[1:])  # the first one begins the counts
    times = zip(("check", "reservation"), found, beside or (None, None), strict=True)
    report(
        Figure(what=f"{name}: queries of a check", value=len(check), most=1, note=f"{len(limits)} limits"),
        Figure(what=f"{name}: queries of a reservation", value=len(statements), most=1),
        *(
            Figure(what=f"{name}: a {what}", value=value, unit="ms", most=MARGIN * old if old else None)
            for what, value, old in times
        ),
    )
    return found


def _needs(limits: Any) -> list[Any]:
    from django.utils import timezone

    from wagtail_ai_content.core.usage.periods import start_of
    from wagtail_ai_content.records.usage import api as usage

    now, zone = timezone.now(), timezone.get_default_timezone()
    return [usage.Need(limit=limit, start=start_of(limit.period, now, zone), amount=1) for limit in limits]


def make_rows(count: int) -> None:
    """Events of this month and the sums they would have left, inserted in batches."""
    from django.db import connection
    from django.utils import timezone

    from wagtail_ai_content.records.usage.models import QuotaWindow, UsageEvent, UsageTotal

    began = time.perf_counter()
    insert_events(connection, UsageEvent._meta.db_table, count)
    month = timezone.localdate().replace(day=1)
    UsageTotal.objects.bulk_create(
        (
            UsageTotal(
                month=month, actor=str(number), user_name=f"user{number}", site_key=1 + number % 3, model=model,
                answers=count // (2 * PEOPLE), money=12_500 * (count // (2 * PEOPLE)),
            )
            for number in range(PEOPLE)
            for model in ("openai/gpt-4.1", "openai/gpt-4.1-mini")
        ),
        batch_size=500,
    )  # fmt: skip
    slots = [
        f"user:{number} {kind}" for number in range(10**6, 10**6 + 10_000) for kind in ("tokens day", "money month")
    ]
    windows = (QuotaWindow(slot=slot, start=timezone.now(), spent=1) for slot in slots)
    QuotaWindow.objects.bulk_create(windows, batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    report(Figure(what="making the rows", value=time.perf_counter() - began, unit="s"))


def insert_events(connection: Any, table: str, count: int) -> None:
    sqlite = connection.vendor == "sqlite"
    numbered = (
        f"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {count - 1}) SELECT"
        if sqlite
        else "SELECT"
    )
    rows = "FROM n" if sqlite else f"FROM generate_series(0, {count - 1}) AS n(i)"
    job = "lower(hex(randomblob(16)))" if sqlite else "gen_random_uuid()"
    at = "strftime('%Y-%m-%d %H:%M:%f', 'now')" if sqlite else "now()"
    false = "0" if sqlite else "false"
    columns = (
        "job, actor, user_name, site_key, site_name, function, model, prompt_tokens, completion_tokens, cost, "
        "price_source, estimated, at"
    )
    values = (
        f"{job}, CAST(i % {PEOPLE} AS varchar(64)), 'user', 1 + i % 3, 'Example', 'meta', 'openai/gpt-4.1', 1000, "
        f"200, 0.0125, 'site', {false}, {at}"
    )
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{table}" ({columns}) {numbered} {values} {rows}')


def measure_report(rounds: int) -> None:
    from django.utils import timezone

    from wagtail_ai_content.records.usage import api as usage

    month, times = timezone.localdate().replace(day=1), []
    for _ in range(rounds):
        began = time.perf_counter()
        assert list(usage.report(month)[:50])
        usage.sums(month)
        times.append((time.perf_counter() - began) * 1000)
    report(Figure(what="the report's first page, with its sum", value=middle(times), unit="ms", most=MOST_MS))


def race() -> None:
    """All at once, with connections of their own."""
    from django.db import OperationalError, connection, transaction

    from wagtail_ai_content.core.usage.values import Holder, Kind, Limit, Period, Unit
    from wagtail_ai_content.records.usage import api as usage

    holder = Holder(kind=Kind.GROUP, key="999999")
    limit = Limit(holder=holder, unit=Unit.REQUESTS, period=Period.DAY, most=MOST)
    begin = threading.Barrier(THREADS)

    def tries(_: int) -> tuple[int, int]:
        granted = trouble = 0
        begin.wait(timeout=30)
        for _number in range(TRIES // THREADS):
            try:
                with transaction.atomic():
                    usage.reserve(_needs([limit]))
                granted += 1
            except usage.Full:
                pass
            except OperationalError:
                trouble += 1
        connection.close()
        return granted, trouble

    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        given = list(pool.map(tries, range(THREADS)))
    granted, trouble = (sum(each) for each in zip(*given, strict=True))
    note = f"{TRIES} tries on {THREADS} connections in {time.perf_counter() - began:.2f} s"
    report(
        Figure(what=f"granted of a limit of {MOST}", value=granted, most=MOST, note=note),
        Figure(what="short of the limit", value=MOST - granted, most=0),
        Figure(what="deadlocks and locked databases", value=trouble, most=0),
    )


if __name__ == "__main__":
    main()
