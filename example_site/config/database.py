"""One environment variable to a Django database."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

# Without these a worker beside a web process meets “database is locked”: a transaction that starts by reading cannot
# wait for the lock when it goes on to write.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}


def database(value: str, *, default: Path) -> dict[str, Any]:
    """``value`` is empty (SQLite at ``default``), a path of a SQLite file, or ``postgresql://user:pw@host:port/name``."""
    if value.startswith(("postgresql://", "postgres://")):
        return _postgres(value)
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": value or str(default), "OPTIONS": SQLITE_OPTIONS}


def _postgres(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        # A worker that opens a connection for each look at the queue keeps PostgreSQL busy with logins.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
