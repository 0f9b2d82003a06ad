"""How large and how long a template may get.

Each number is far above what any sensible prompt needs and far below what hurts a web process. They are no settings:
a site that needs more is sending its model something else than a prompt.
"""

from __future__ import annotations

SOURCE_BYTES = 20_000
"""Longest template."""
NODES = 3_000
"""Most elements (words of the template language) in one template."""
DEPTH = 50
"""Deepest nesting of elements; beyond it Python's own compiler would give up."""
LOOPS = 2
"""Loops inside each other."""
SECONDS = 1.0
"""For rendering all parts of one prompt."""
OUTPUT_CHARS = 200_000
"""Longest rendered prompt, and longest single text on the way to it."""
WORK_CHARS = 2_000_000
"""All texts made on the way, together: bounds the memory a render can take."""
ROUNDS = 60_000
"""All rounds of all loops together."""
RANGE = 200
"""Longest ``range()``."""
VALUES = 50_000
"""Most values in the data a prompt is given, or in one list made by a template."""
DATA_CHARS = 2_000_000
"""Longest data a prompt is given, all texts together."""
DATA_DEPTH = 20
"""Deepest nesting of that data."""
NUMBER = 10**15
"""Largest number a template may write or compute."""
WIDTH = 200
"""Widest padding or indentation."""
SLOW_CHARS = 20_000
"""Longest text given to a filter whose cost grows faster than its input."""

COMPILED = 256
"""Checked templates a process keeps."""
