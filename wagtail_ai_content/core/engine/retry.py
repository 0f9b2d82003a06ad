"""Whether and when a job is tried again: one word of the error and two counters decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..errors import AIError, MalformedReply, TemporaryError

BASE_SECONDS = 2.0
MOST_SECONDS = 60.0
MOST_REPAIRS = 1


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What to do after an error."""

    again: bool
    delay: float = 0.0
    """Seconds to wait before the next try."""
    repair: bool = False
    """True when the model is asked again because its answer could not be used."""


def verdict(error: AIError, *, calls: int, max_calls: int, repairs: int, draw: Callable[[], float]) -> Verdict:
    """Judge ``error`` after ``calls`` calls of at most ``max_calls``.

    A reply that cannot be used is asked for once more, at once. Other temporary errors wait with full jitter
    (``draw()`` is uniform in 0 to 1), and never less than the provider asked for.
    """
    if not isinstance(error, TemporaryError) or calls >= max_calls:
        return Verdict(again=False)
    if isinstance(error, MalformedReply):
        return Verdict(again=repairs < MOST_REPAIRS, repair=True)
    ceiling = min(MOST_SECONDS, BASE_SECONDS * 2 ** max(calls - 1, 0))
    return Verdict(again=True, delay=max(draw() * ceiling, error.retry_after or 0.0))
