"""Many at once: the limit is reached and never passed, and nobody waits for somebody who waits for them.

Threads with connections of their own: on PostgreSQL (TEST_DATABASE) they meet at the rows, on SQLite, for which the
database in memory is copied into a file, at the file's lock.
"""

from __future__ import annotations

import sqlite3
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction

from tests.support.usage import DAY, EVERYBODY, counts, need
from wagtail_ai_content.core.usage.values import Holder, Kind, Unit
from wagtail_ai_content.records.usage import api as usage
from wagtail_ai_content.records.usage.api import Ended, Full, QuotaWindow

pytestmark = pytest.mark.django_db(transaction=True)

TRIES = 200
THREADS = 20
PEOPLE = [Holder(kind=Kind.USER, key=str(number)) for number in range(3)]


@pytest.fixture(autouse=True)
def _file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        return
    connection.ensure_connection()
    with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as copy:
        connection.connection.backup(copy)
    monkeypatch.setitem(connections.settings["default"], "NAME", str(tmp_path / "db.sqlite3"))


def found(look: Callable[[], Any]) -> Any:
    """What stands in the database the threads use."""
    return all_at_once(lambda number: look(), tries=1)[0]


def all_at_once(work: Callable[[int], Any], *, tries: int = TRIES) -> list[Any]:
    """What each try gave; all threads begin at the same moment. An error of a thread is one of the test."""
    begin = threading.Barrier(THREADS)

    def share(first: int) -> list[Any]:
        try:
            begin.wait(timeout=30)
            return [work(number) for number in range(first, tries, THREADS)]
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return [given for shares in pool.map(share, range(THREADS)) for given in shares]


def reserved(*needs: Any) -> Any:
    try:
        with transaction.atomic():
            return usage.reserve(needs)
    except Full:
        return None


def test_two_hundred_at_once_never_pass_the_limit_by_one() -> None:
    given = all_at_once(lambda number: reserved(need(most=50)))
    assert sum(one is not None for one in given) == 50
    assert found(counts) == {"all requests day": (50, 0)}


def test_money_is_spent_to_the_last_millionth_and_no_further() -> None:
    given = all_at_once(lambda number: reserved(need(333, most=10_000, unit=Unit.MONEY)))
    assert sum(one is not None for one in given) == 30
    assert found(counts) == {"all money day": (9_990, 0)}


def test_a_new_period_that_all_begin_at_once_is_begun_once() -> None:
    found(lambda: QuotaWindow.objects.create(slot="all requests day", start=DAY - timedelta(days=1), spent=50))
    given = all_at_once(lambda number: reserved(need(most=50)))
    assert sum(one is not None for one in given) == 50


def test_requests_and_ends_of_many_people_leave_nothing_set_aside() -> None:
    orders = list(permutations(PEOPLE))

    def ask_and_end(number: int) -> bool:
        people = orders[number % len(orders)]
        kept = reserved(*(need(most=TRIES, holder=one) for one in people), need(most=150, holder=EVERYBODY))
        if kept is None:
            return False
        with transaction.atomic():
            usage.settle([Ended(job=uuid.uuid4(), reserved=kept, asked=True)])
        return True

    given = all_at_once(ask_and_end)
    assert sum(given) == 150
    assert found(counts) == {"all requests day": (0, 150), **{f"{one} requests day": (0, 150) for one in PEOPLE}}


def test_sums_of_a_month_lose_nothing() -> None:
    reply = {
        "model": "a/one", "prompt_tokens": 1, "completion_tokens": 1, "cost": "0.000001", "price_source": "site",
        "cached": False,
    }  # fmt: skip

    def record(number: int) -> None:
        about = {"actor": "7", "user_name": "ann", "site_id": 3, "site_name": "Example", "function": "meta"}
        with transaction.atomic():
            usage.record(usage.Answer(job=uuid.uuid4(), reply=reply, **about))

    all_at_once(record, tries=60)
    total = found(usage.UsageTotal.objects.get)
    assert (total.answers, total.money, found(usage.UsageEvent.objects.count)) == (60, 60, 60)
