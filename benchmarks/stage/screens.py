"""Whole requests for screens of the admin, as a browser makes them, and what they cost."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from .figures import Figure, report


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Of one request, in milliseconds; of each the least of all rounds, the others tell what else the machine did."""

    cpu: float
    """Of this process; with SQLite the database is in it."""
    database: float
    """Waiting for the database, over all queries."""
    queries: int

    @property
    def work(self) -> float:
        """What the request costs the machine."""
        from django.db import connection

        return self.cpu if connection.vendor == "sqlite" else self.cpu + self.database


def client_of(name: str) -> Any:
    """A browser in which somebody of the example site is logged in."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    client.force_login(get_user_model().objects.get(username=name))
    return client


def cost_of(client: Any, address: str, *, rounds: int) -> Cost:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    cpu, database = [], []
    client.get(address)
    for _ in range(rounds):
        began = time.process_time()
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(address)
        cpu.append((time.process_time() - began) * 1000)
        database.append(sum(float(query["time"]) for query in seen) * 1000)
        assert answer.status_code == 200, (address, answer.status_code)
    return Cost(cpu=min(cpu), database=min(database), queries=len(seen))


def tell(what: str, *, few: Cost, many: Cost, most: float) -> None:
    """A screen with many rows beside the same with few. ``most``: how many times the work it may be."""
    report(
        Figure(what=what, value=many.work, unit="ms", note=f"database {many.database:.0f} ms"),
        Figure(what=f"  times that with few ({few.work:.0f} ms)", value=many.work / few.work, most=most),
        Figure(what=f"  queries more than {few.queries}", value=many.queries - few.queries, most=0),
    )
