"""The built-in engine as a provider."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from decimal import Decimal

from ...errors import DeadlineExceeded
from ..base import Capabilities, Chunk, Cost, Provider, Reply, Request, Usage
from .answers import answer, is_form, words_read
from .words import count

MODEL = "builtin/extractive"
_WORDS = re.compile(r"\s*\S+|\s+\Z")


class ExtractiveProvider(Provider):
    """Answers from the request's ``material`` with sentences already on the site; the prompt and the settings of a
    language model (temperature, fresh) mean nothing to it.

    The same material gives the same answer, always and everywhere. It costs nothing. ``Usage`` counts words: those of
    the material and those of the answer. A text of more than ``max_tokens`` words is cut after a word and says so; an
    answer in a form is never cut, as half of it would be worth nothing. There is no confidence to report.
    """

    name = "builtin"

    def capabilities(self, model: str) -> Capabilities:
        return Capabilities(supports_streaming=True, supports_schema=True)

    async def complete(self, request: Request) -> Reply:
        """Raises: ``NothingToWorkOn``, ``NotSupported`` (a schema that cannot be met), ``DeadlineExceeded``."""
        # In a thread: a long text takes some hundred milliseconds, and other calls share the event loop.
        try:
            return await asyncio.wait_for(asyncio.to_thread(_reply, request), request.deadline)
        except TimeoutError:
            raise DeadlineExceeded from None

    async def stream(self, request: Request) -> AsyncIterator[Chunk]:
        """Word by word, as fast as they are taken. Raises: what ``complete`` raises."""
        reply = await self.complete(request)
        for piece in _WORDS.findall(reply.text):
            yield Chunk(text=piece)
            await asyncio.sleep(0)
        yield Chunk(reply=reply)


def _reply(request: Request) -> Reply:
    text = answer(request)
    cut = text if is_form(request) else _cut(text, request.max_tokens)
    return Reply(
        text=cut,
        model=MODEL,
        finish_reason="stop" if cut == text else "length",
        usage=Usage(prompt_tokens=words_read(request), completion_tokens=count(cut)),
        cost=Cost(amount=Decimal(0), source="builtin"),
    )


def _cut(text: str, words: int) -> str:
    return "".join(_WORDS.findall(text)[: max(0, words)])
