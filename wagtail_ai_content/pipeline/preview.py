"""What a request would send away, worked out as a job would, without storing a job or calling anybody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from wagtail_ai_content import conf
from wagtail_ai_content.core.errors import AIError
from wagtail_ai_content.core.guardrails.check import Content
from wagtail_ai_content.core.providers.base import Cost, Message, Request, Usage
from wagtail_ai_content.core.providers.tokens import estimated
from wagtail_ai_content.core.text import Text
from wagtail_ai_content.core.usage.estimate import quoted, with_extras
from wagtail_ai_content.core.usage.values import dollars

from . import moderation, prices
from .build import Built, compose, task_before
from .functions import get_function
from .providers import cost_of, price_book
from .submit import Ask, checked

Kind = Literal["prompt", "site", "yours", "kept"]
YOUR_LABELS: Final = frozenset({"instruction"})
"""Fences around what the person typed for this request."""
SHORTEST_VALUE: Final = 3
"""Shorter values would be found in the middle of other words."""


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A piece of a message, all of one kind."""

    text: str
    """As it would be sent."""
    kind: Kind
    """``prompt``: words of the prompt; ``site``: texts of the site; ``yours``: what the person gave; ``kept``: a
    stand-in for something that stays."""
    name: str = ""
    """Of ``site`` what the prompt calls it, of ``kept`` the original."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One message."""

    role: str
    stretches: tuple[Stretch, ...]
    tokens: int
    """About."""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A request that was not sent."""

    request: Request
    """The same that a job would send."""
    fallbacks: tuple[str, ...]
    """Models that get it, in order, when the first does not answer."""
    parts: tuple[Part, ...]
    prompt: str
    prompt_version: str
    prompt_source: str
    tokens: int
    """Of what is sent, about."""
    cost: Cost
    """Of what is sent, about; unknown is not zero."""
    most: Cost
    """What a job would set aside: with the longest answer that is allowed, from the dearest of its models."""
    stopped: Text | None
    """Why the rules of the site would not let it out; None where they would."""

    @property
    def stays_here(self) -> bool:
        """Whether only the built-in engine is asked, so that nothing leaves the site."""
        return {self.request.model, *self.fallbacks} == {conf.BUILTIN_MODEL}


def preview(ask: Ask) -> Preview:
    """What ``ask`` would send, with the rights and checks of asking. Raises: any ``AIError``."""
    new = checked(ask)
    composed = compose(task_before(new), function=get_function(new.function))
    request, built = composed.built.request, composed.built
    values = _values(composed.task.payload)
    parts = tuple(_part(message, built, values) for message in request.messages)
    tokens = sum(part.tokens for part in parts)
    content = moderation.of_request((message.content for message in request.messages), function=new.function)
    cost, most = _costs(built, tokens)
    return Preview(
        request=request,
        fallbacks=built.fallbacks,
        parts=parts,
        prompt=built.prompt_fields["prompt_key"],
        prompt_version=built.prompt_fields["prompt_version"],
        prompt_source=built.prompt_fields["prompt_source"],
        tokens=tokens,
        cost=cost,
        most=most,
        stopped=_stopped(content, new.site_id),
    )


def _stopped(content: Content, site_id: int | None) -> Text | None:
    try:
        moderation.check(content, site_id)
    except AIError as error:
        return error.text
    return None


def _costs(built: Built, tokens: int) -> tuple[Cost, Cost]:
    """Of what is sent, and what a job would set aside for it."""
    prices.refresh()
    book = price_book()

    def priced(model: str, usage: Usage) -> Cost:
        return cost_of(model, usage, prices=book)

    quote = with_extras(
        quoted(built.request, built.fallbacks, priced=priced), moderation.extras(built.request), priced=priced
    )
    most = Cost() if quote.money is None else Cost(amount=dollars(quote.money), source=quote.source)
    return priced(built.request.model, Usage(prompt_tokens=tokens, completion_tokens=0)), most


def _part(message: Message, built: Built, values: tuple[str, ...]) -> Part:
    kept = {name: original for name, original in built.redacted.items() if name != original}
    return Part(
        role=message.role,
        stretches=tuple(_stretches(message.content, marker=built.marker, values=values, kept=kept)),
        tokens=estimated(message.content),
    )


def _stretches(text: str, *, marker: str, values: tuple[str, ...], kept: Mapping[str, str]) -> Iterator[Stretch]:
    """``text`` in pieces that make it up again."""
    for piece in _unfenced(text, marker=marker, values=values):
        if piece.text:
            yield from _with_stand_ins(piece, kept)


def _unfenced(text: str, *, marker: str, values: tuple[str, ...]) -> Iterator[Stretch]:
    fence = re.compile(rf"(?<=<)([a-z_]+)-{re.escape(marker)}>\n(.*?)(?=\n</\1-{re.escape(marker)}>)", re.DOTALL)
    last = 0
    for found in fence.finditer(text):
        yield from _with_values(text[last : found.start(2)], values)
        is_yours = found[1] in YOUR_LABELS or found[2].strip() in values
        yield Stretch(text=found[2], kind="yours" if is_yours else "site", name=found[1])
        last = found.end(2)
    yield from _with_values(text[last:], values)


def _with_values(text: str, values: tuple[str, ...]) -> Iterator[Stretch]:
    """Words of the prompt, with what the person gave for its variables marked."""
    for piece in _split(text, values):
        yield Stretch(text=piece, kind="yours" if piece in values else "prompt")


def _with_stand_ins(stretch: Stretch, kept: Mapping[str, str]) -> Iterator[Stretch]:
    for piece in _split(stretch.text, kept):
        is_kept = piece in kept
        yield Stretch(
            text=piece, kind="kept" if is_kept else stretch.kind, name=kept[piece] if is_kept else stretch.name
        )


def _split(text: str, words: Iterable[str]) -> list[str]:
    """``text`` cut before and behind each of ``words``, the longest first."""
    longest_first = sorted(words, key=len, reverse=True)
    if not longest_first:
        return [text]
    pieces = re.split(f"({'|'.join(map(re.escape, longest_first))})", text)
    return [piece for piece in pieces if piece]


def _values(payload: Mapping[str, Any]) -> tuple[str, ...]:
    """What the person typed or chose, as it stands in a prompt."""
    given = [payload.get("instruction", ""), *_texts(payload.get("variables", {}))]
    texts = {str(value).strip() for value in given}
    return tuple(sorted(text for text in texts if len(text) >= SHORTEST_VALUE))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif not isinstance(value, bool) and value is not None:
        yield str(value)
