"""Streamed jobs that start at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction

from wagtail_ai_content.pipeline import turns

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has one writer"),
]


def test_on_sqlite_one_start_waits_for_the_other() -> None:
    entered = Event()

    def start() -> None:
        with turns.start_in_turn():
            entered.set()

    with ThreadPoolExecutor(1) as pool:
        with turns.start_in_turn():
            second = pool.submit(start)
            assert not entered.wait(0.1)
        second.result(timeout=10)
    assert entered.is_set()


def test_within_a_transaction_no_other_start_is_waited_for() -> None:
    def start() -> str:
        try:
            with transaction.atomic(), turns.start_in_turn():
                return "started"
        finally:
            connection.connection.close()  # Django leaves one to a database in memory open

    with ThreadPoolExecutor(1) as pool, turns.start_in_turn():
        assert pool.submit(start).result(timeout=10) == "started"
