"""Whether and when a job is tried again: one word of the error and two counters decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..errors import AIError, LeftAlone, MalformedReply, TemporaryError

BASE_SECONDS = 2.0
MOST_SECONDS = 60.0
MOST_REPAIRS = 1


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What a job has been through."""

    calls: int
    """How often a model was asked."""
    max_calls: int
    attempts: int
    """How often a worker took it."""
    max_attempts: int
    repairs: int
    """How often a model was asked again because its answer could not be used."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What to do after an error."""

    again: bool
    delay: float = 0.0
    """Seconds to wait before the next try."""
    repair: bool = False
    """True when the model is asked again because its answer could not be used."""
    counts: bool = True
    """False when no model was asked, so that the call is not counted."""


def verdict(error: AIError, tried: Tried, *, draw: Callable[[], float]) -> Verdict:
    """Judge ``error``.

    A reply that cannot be used is asked for once more, at once. Other temporary errors wait with full jitter
    (``draw()`` is uniform in 0 to 1), and never less than the provider asked for. A provider that is left alone was
    not asked: such waiting is bounded by the attempts.
    """
    if isinstance(error, LeftAlone):
        return Verdict(again=tried.attempts < tried.max_attempts, delay=_pause(error, tried.calls, draw), counts=False)
    if not isinstance(error, TemporaryError) or tried.calls >= tried.max_calls:
        return Verdict(again=False)
    if isinstance(error, MalformedReply):
        return Verdict(again=tried.repairs < MOST_REPAIRS, repair=True)
    return Verdict(again=True, delay=_pause(error, tried.calls, draw))


def _pause(error: TemporaryError, calls: int, draw: Callable[[], float]) -> float:
    ceiling = min(MOST_SECONDS, BASE_SECONDS * float(2 ** max(calls - 1, 0)))
    return max(draw() * ceiling, error.retry_after or 0.0)
