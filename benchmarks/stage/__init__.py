"""What the benchmarks stand on: sites and servers that last as long as one measurement, memory, figures.

Never here: anything the app needs to work, or a measurement itself. Importing it makes the checkout importable, so that
``python benchmarks/NAME.py`` works from anywhere.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
BENCHMARKS = REPO / "benchmarks"

for _folder in (REPO / "example_site", REPO):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))

# An end by SIGTERM unwinds the stack too, so that no server, worker or database is left behind.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
