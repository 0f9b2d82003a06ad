"""Named places where a test may kill the worker, to prove that nothing is lost and nothing happens twice.

Armed only when the ``FAILPOINTS`` option names a file, and only for the point whose name the file holds. The process
that gets there removes the file and dies, so that a point fires once.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

from wagtail_ai_content import conf


def reach(name: str) -> None:
    """Die here, as by ``kill -9``, if the point of that name is armed."""
    path = conf.get("FAILPOINTS")
    if not path:
        return
    try:
        if Path(path).read_text().strip() != name:
            return
        Path(path).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
