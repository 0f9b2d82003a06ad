"""The contract of a guardrail: something that looks at a text before it leaves the site, or before it is used."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Final, Protocol, TypeVar

from ..engine.schema import ReplySchema
from ..providers.base import Score
from ..text import Text

T = TypeVar("T")


class Stage(StrEnum):
    """When a text is looked at."""

    REQUEST = "request"
    """All parts of a message to a model, as they would leave the site."""
    REPLY = "reply"
    """All of an answer, before anything is made of it."""


class Action(StrEnum):
    """What a finding means, the gentlest first."""

    WARN = "warn"
    """A person is told."""
    REVIEW = "review"
    """Nothing happens until a reviewer has decided."""
    BLOCK = "block"
    """It is not sent, or not used."""


class Status(StrEnum):
    """What was decided about a text."""

    APPROVED = "approved"
    FLAGGED = "flagged"
    """A reviewer is to decide."""
    REJECTED = "rejected"


_STATUS: Final = {Action.WARN: Status.APPROVED, Action.REVIEW: Status.FLAGGED, Action.BLOCK: Status.REJECTED}
_SEVERITY: Final = (Action.WARN, Action.REVIEW, Action.BLOCK)
LONGEST_EXCERPT: Final = 120
_FENCE: Final = re.compile(r"</?[a-z_]{1,40}-[0-9a-f]{16,64}>")
"""What prompts put around the texts of a site."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something a guardrail found in a text."""

    action: Action
    category: str
    """A few words for people and lists: “medical claim”."""
    excerpt: str = ""
    """The place, with some of the words around it; at most 120 characters."""
    advice: str = ""
    """What to do about it, in the words of whoever made the rule."""
    score: float | None = None
    """0 to 1, where a model judged; None where something was there or not."""
    text: Text | None = None
    """What a person is told, where that is more than its other parts."""
    check: str = ""
    """Which guardrail found it; filled in by whoever asks it."""


@dataclass(frozen=True, kw_only=True)
class Content:
    """A text to look at."""

    stage: Stage
    texts: tuple[str, ...]
    """Of a request its messages in order, of a reply the texts in it: HTML, Markdown or plain."""
    function: str = ""
    """The AI function it is for."""
    given: str = ""
    """Of a reply: what it was made from, so that a person's own words need not be held against it."""


class Asker(Protocol):
    """The models of the site, for a guardrail that lets one judge."""

    async def ask(
        self, prompt: str, values: Mapping[str, Any], *, model: str, form: ReplySchema[T], max_tokens: int
    ) -> T:
        """Ask a model with the prompt of that name, the site's own where it has one, and read its answer.

        Data about people is replaced by stand-ins on the way. Raises: any ``AIError``."""

    async def moderate(self, text: str, *, model: str) -> Sequence[Score]:
        """Ask a provider's moderation service. Raises: any ``AIError``."""


class Guardrail(ABC):
    """A check that a site can put between its texts and the models.

    Listed in the setting ``GUARDRAILS``, whose ``OPTIONS`` are the arguments of its constructor. One object serves all
    requests of a process. What it raises stops the request: a check that cannot be made lets nothing through.
    """

    name: ClassVar[str] = ""
    """Kept with each decision, shown to people: “House style”."""
    stages: frozenset[Stage] = frozenset({Stage.REQUEST, Stage.REPLY})
    """What it looks at."""
    asks: bool = False
    """True for one that asks a model or a service: what it said about a text is kept, and used when the same text
    comes again."""
    model: str = ""
    """The language model it asks, ``provider/model``, so that what that may cost is set aside; empty for none."""
    longest_answer: int = 0
    """Tokens that model may answer with."""
    only_warns: bool = False
    """True for one whose findings are all warnings. Where nothing else looks at a reply, it need not be held back
    until all of it has been judged."""

    @abstractmethod
    async def judge(self, content: Content, models: Asker) -> Iterable[Finding]:
        """What is to be said about ``content``. It runs in the event loop: work that takes long, or a query, belongs
        into ``asyncio.to_thread``."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """All that was found in a text, and what it comes to."""

    findings: tuple[Finding, ...] = field(default=())

    @property
    def action(self) -> Action | None:
        """The sternest; None where nothing was found."""
        return max((finding.action for finding in self.findings), key=_SEVERITY.index, default=None)

    @property
    def status(self) -> Status:
        return _STATUS[self.action] if self.action else Status.APPROVED

    @property
    def stopping(self) -> tuple[Finding, ...]:
        """The findings for which it goes no further, the sternest first."""
        found = [finding for finding in self.findings if finding.action is not Action.WARN]
        return tuple(sorted(found, key=lambda one: -_SEVERITY.index(one.action)))

    @property
    def score(self) -> float | None:
        """The highest that a model gave."""
        return max((one.score for one in self.findings if one.score is not None), default=None)


def excerpt(text: str, start: int, end: int) -> str:
    """The place from ``start`` to ``end`` with the words around it, within the fence in which a prompt has put it."""
    spare = max(0, LONGEST_EXCERPT - 2 - (end - start)) // 2
    fences = [found.span() for found in _FENCE.finditer(text, max(0, start - LONGEST_EXCERPT), end + LONGEST_EXCERPT)]
    begin = max([0, start - spare, *(stops for _, stops in fences if stops <= start)])
    stop = min([len(text), end + spare, *(starts for starts, _ in fences if starts >= end)])
    words = " ".join(text[begin:stop].split())[: LONGEST_EXCERPT - 2]
    return ("…" if begin == start - spare else "") + words + ("…" if stop == end + spare else "")
