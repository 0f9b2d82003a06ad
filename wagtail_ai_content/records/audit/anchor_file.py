"""The file of anchors: one line for each, only ever added to; outside the database on purpose."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from wagtail_ai_content import conf

logger = logging.getLogger("wagtail_ai_content.audit")


def path() -> Path | None:
    """Where anchors are kept; None where they only go to the log."""
    told = conf.get("AUDIT_ANCHORS")
    return Path(told) if told else None


def add(line: str) -> None:
    """Keep an anchor, and say it to the log. Raises: ``OSError``."""
    where = path()
    if where is None:
        logger.warning("Anchor of the AI audit trail, to be kept outside the database: %s", line)
        return
    logger.info("Anchor of the AI audit trail: %s", line)
    with where.open("a", encoding="ascii") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())


def lines(where: Path) -> list[str]:
    """Raises: ``OSError``."""
    return where.read_text(encoding="utf-8", errors="replace").splitlines()
