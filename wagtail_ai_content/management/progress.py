"""Following a job in a terminal: a bar where there is one, a line a phase elsewhere."""

from __future__ import annotations

import time
import uuid
from typing import Any

from wagtail_ai_content.api import Job, show_job
from wagtail_ai_content.records.texts import localised

WIDTH = 30
POLL_SECONDS = 0.1


def follow(job_id: uuid.UUID, *, out: Any, seconds: float) -> Job:
    """Show the progress of a job until it ends, at most for ``seconds``; returns it as it is then."""
    ends = time.monotonic() + seconds
    shown = ""
    while True:
        job = show_job(job_id)
        line = f"{job.progress:>3} %  {job.phase:<8} {localised(job.message)}"
        if line != shown:
            out.write(_drawn(job.progress, line, out), ending="" if out.isatty() else None)
            shown = line
        if job.completed is not None or time.monotonic() > ends:
            out.write("")
            return job
        time.sleep(POLL_SECONDS)


def _drawn(progress: int, line: str, out: Any) -> str:
    if not out.isatty():
        return line
    filled = progress * WIDTH // 100
    return f"\r\x1b[K{'█' * filled}{'░' * (WIDTH - filled)} {line}"
