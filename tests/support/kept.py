"""Everything that a test leaves behind, as texts: to be searched for what must not be there."""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django_q.models import OrmQ, Task

from .canary import holds_key

Found = Iterator[tuple[str, str]]
"""Places with what is there."""


def in_database() -> Found:
    """Every row of every table; what is packed also unpacked."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            yield table, "\n".join(repr([_plain(value) for value in row]) for row in cursor.fetchall())
    yield "sessions", repr([session.get_decoded() for session in Session.objects.all()])
    yield "tasks that wait", repr([row.task for row in OrmQ.objects.all()])
    yield "tasks that ran", repr([(task.args, task.kwargs, task.result) for task in Task.objects.all()])


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def in_log(records: Iterable[logging.LogRecord], text: str) -> Found:
    """``text``: the log as a file would have it, with tracebacks."""
    yield "the log", text
    yield from ((f"log record of {record.name}", repr(vars(record))) for record in records)


def in_mail() -> Found:
    yield from (("an e-mail", str(message.message())) for message in mail.outbox)


def in_cache() -> Found:
    """Of a cache in memory, whose values are pickles."""
    yield from ((f"the cache at {key}", f"{key} {value!r}") for key, value in cache._cache.items())  # type: ignore[attr-defined]


def in_files(folder: Path) -> Found:
    for file in folder.rglob("*"):
        if file.is_file() and zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as packed:
                yield from ((f"{file.name}: {name}", _text(packed.read(name))) for name in packed.namelist())
        elif file.is_file():
            yield file.name, _text(file.read_bytes())


def _text(raw: bytes) -> str:
    return raw.decode("latin-1")


class Watch(logging.Handler):
    """Sees everything that is written to a database and to the log while it is there, whether or not it stays."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        """Where the key went."""

    def connected(self, connection: BaseDatabaseWrapper, **_: Any) -> None:
        """Receives Django's signal ``connection_created``."""
        if self.write not in connection.execute_wrappers:
            connection.execute_wrappers.append(self.write)

    def write(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if params and not str(sql).startswith("SELECT") and holds_key(repr(params)):
            self.seen.append(str(sql)[:80])
        return execute(sql, params, many, context)

    def emit(self, record: logging.LogRecord) -> None:
        if holds_key(self.format(record)):
            self.seen.append(f"log of {record.name}")
