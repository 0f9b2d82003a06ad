"""Checks that ask a service: a provider's moderation, or a language model that judges by the site's own policy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from ..engine.schema import ReplySchema
from ..text import gettext_noop
from .check import LONGEST_EXCERPT, Action, Asker, Content, Finding, Guardrail, Stage

LONGEST: Final = 20_000
"""Characters asked about at once; services refuse much longer texts."""
LONGEST_CATEGORY: Final = 100


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """What a model that judges has to answer."""

    verdict: Literal["fine", "against"]
    category: str = ""
    reason: str = ""
    score: float = 0.0


OPINION: Final = ReplySchema(Opinion)


class ProviderModeration(Guardrail):
    """Asks the moderation endpoint of a provider, such as ``openai/omni-moderation-latest``."""

    name = gettext_noop("Provider moderation")
    asks = True

    def __init__(
        self,
        *,
        model: str,
        action: str = "review",
        threshold: float | None = None,
        stages: Iterable[str] = ("request", "reply"),
    ) -> None:
        """``action``: what a flagged text means (``warn``, ``review`` or ``block``). ``threshold``: the score, 0 to 1,
        from which a category counts; where it is left out, the provider decides. Raises: ``ValueError``."""
        if threshold is not None and not 0 <= threshold <= 1:
            raise ValueError("threshold is not between 0 and 1")
        self.stages = frozenset(Stage(stage) for stage in stages)
        self.only_warns = Action(action) is Action.WARN
        self._model = model
        self._action = Action(action)
        self._threshold = threshold

    async def judge(self, content: Content, models: Asker) -> Iterable[Finding]:
        worst: dict[str, float] = {}
        text = "\n\n".join(content.texts)
        for start in range(0, len(text), LONGEST):
            for score in await models.moderate(text[start : start + LONGEST], model=self._model):
                if score.flagged if self._threshold is None else score.score >= self._threshold:
                    worst[score.category] = max(score.score, worst.get(score.category, 0.0))
        return [
            Finding(action=self._action, category=category, score=score) for category, score in sorted(worst.items())
        ]


class ModelJudge(Guardrail):
    """Lets a language model judge by a policy of the site. It costs a call each time, and it can be wrong.

    What it is asked stands in the prompt ``guardrail_judge``.
    """

    name = gettext_noop("Judge")
    asks = True
    longest_answer = 300

    def __init__(self, *, model: str, policy: str, action: str = "review", stages: Iterable[str] = ("reply",)) -> None:
        """``policy``: what the site does not want, in plain words. ``action``: what it means when the model says that
        a text goes against it. Raises: ``ValueError``."""
        if not policy.strip():
            raise ValueError("policy is empty")
        self.stages = frozenset(Stage(stage) for stage in stages)
        self.only_warns = Action(action) is Action.WARN
        self.model = model
        self._policy = policy
        self._action = Action(action)

    async def judge(self, content: Content, models: Asker) -> Iterable[Finding]:
        values = {
            "policy": self._policy, "passages": list(content.texts), "is_reply": content.stage is Stage.REPLY,
        }  # fmt: skip
        said = await models.ask(
            "guardrail_judge", values, model=self.model, form=OPINION, max_tokens=self.longest_answer
        )
        if said.verdict == "fine":
            return []
        return [
            Finding(
                action=self._action,
                category=said.category[:LONGEST_CATEGORY],
                excerpt=said.reason[:LONGEST_EXCERPT],
                score=min(1.0, max(0.0, said.score)),
            )
        ]
