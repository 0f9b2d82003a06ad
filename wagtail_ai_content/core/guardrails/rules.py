"""The rules of a site, looked up in a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Final, Literal

from ..versions.markup import visible
from .check import Action, Content, Finding, Stage, excerpt
from .patterns import Pattern, compiled, phrases, plain

SLACK: Final = 64
"""Characters that markup and invisible signs may add to a phrase, while a reply is streamed."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Something a site does not want to be sent, or written."""

    kind: Literal["words", "pattern"]
    sources: tuple[str, ...]
    """Phrases, or one pattern."""
    action: Action
    category: str
    stages: frozenset[Stage]
    advice: str = ""


class RuleSet:
    """Rules of one set, compiled."""

    def __init__(self, name: str, rules: Iterable[Rule]) -> None:
        """Raises: ``Unusable``."""
        self.name = name
        self._rules = tuple((rule, _compiled(rule)) for rule in rules)

    def find(self, view: View) -> Iterator[Finding]:
        """What of the rules is found, once for each rule. Raises: anything RE2 raises."""
        for rule, pattern in self._rules:
            if view.stage not in rule.stages:
                continue
            if found := place(pattern, view.folded if rule.kind == "words" else view.plain, shown=view.plain):
                yield Finding(
                    action=rule.action, category=rule.category, excerpt=found, advice=rule.advice, check=self.name
                )

    def stops(self, stage: Stage) -> bool:
        """Whether anything in it does more than warn."""
        return any(stage in rule.stages and rule.action is not Action.WARN for rule, _ in self._rules)

    def reach(self, stage: Stage) -> int | None:
        """Within how many characters everything that stops a text is found; None where a pattern may take any."""
        stopping = [rule for rule, _ in self._rules if stage in rule.stages and rule.action is not Action.WARN]
        if any(rule.kind == "pattern" for rule in stopping):
            return None
        longest = max((len(source) for rule in stopping for source in rule.sources), default=0)
        return longest + SLACK if longest else 0


class View:
    """The texts of a content in the forms in which rules look at them, each made once.

    A text with markup is looked at twice: as a reader sees it, so that tags do not part words, and as it is written.
    """

    def __init__(self, content: Content) -> None:
        self.stage = content.stage
        texts = [form for text in content.texts for form in _forms(text)]
        self.plain: Sequence[str] = [plain(text) for text in texts]
        self.folded: Sequence[str] = [text.casefold() for text in self.plain]


def _forms(text: str) -> Iterator[str]:
    yield text
    if "<" in text or "&" in text:
        seen = visible(text)
        yield seen
        if "&" in seen:
            yield unescape(seen)


def place(pattern: Pattern, texts: Sequence[str], *, shown: Sequence[str] | None = None) -> str:
    """Where ``pattern`` stands first in ``texts``, with the words around it; empty where it does not.

    ``shown``: the same texts with their capitals, to take the words from; folding changes the length of few.
    """
    for text, written in zip(texts, shown or texts, strict=True):
        if found := pattern.find(text):
            return excerpt(written if len(written) == len(text) else text, found.start, found.end)
    return ""


def _compiled(rule: Rule) -> Pattern:
    return phrases(rule.sources) if rule.kind == "words" else compiled(*rule.sources)
