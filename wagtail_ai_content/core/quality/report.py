"""What was judged, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..text import Text

WEIGHTS: Final[Mapping[str, float]] = {
    "facts": 3,
    "length": 2,
    "readability": 2,
    "repetition": 2,
    "instruction": 2,
    "structure": 1,
    "keywords": 1,
}
"""How much each criterion counts; a site may change it, and leave one out with 0."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """A text that an AI wrote or changed, as a reader sees it: a line for each paragraph."""

    before: str
    after: str
    long: bool = True
    """Running text; False for a heading, a label, a title."""
    headings: int = 0
    """How many headings stand in it, or beside it in the same stream."""
    wanted: int | None = None
    """The length that is best, in characters; None for no such length."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Everything that is judged together."""

    texts: tuple[Written, ...]
    language: str
    """A language code, e.g. ``en-gb``."""
    keywords: tuple[str, ...] = ()
    """Words that the text should be about, e.g. those of the page's title; empty where none are known."""
    alerts: int = 0
    """Facts that were lost or changed."""
    instruction: str = ""
    """What was asked for, in the words of the person; only “shorter” and “longer” can be checked."""


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One judgement."""

    name: str
    score: float
    """0 to 1, where 1 is nothing to complain of."""
    reason: Text

    def as_json(self, *, weight: float) -> dict[str, Any]:
        return {
            "name": self.name, "score": round(self.score, 3), "weight": weight, "reason": self.reason.as_json()
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Report:
    """All judgements that could be made."""

    criteria: tuple[Criterion, ...]
    weights: Mapping[str, float]

    @property
    def score(self) -> float | None:
        """The weighted mean, 0 to 1; None where nothing could be judged."""
        counted = [(self.weights.get(criterion.name, 0.0), criterion.score) for criterion in self.criteria]
        total = sum(weight for weight, _ in counted)
        return sum(weight * score for weight, score in counted) / total if total else None

    def as_json(self) -> dict[str, Any] | None:
        """``{"score": 0.83, "criteria": [{"name", "score", "weight", "reason"}]}``; None where there is no score."""
        if self.score is None:
            return None
        counted = [(criterion, self.weights.get(criterion.name, 0.0)) for criterion in self.criteria]
        return {
            "score": round(self.score, 3),
            "criteria": [criterion.as_json(weight=weight) for criterion, weight in counted if weight],
        }
