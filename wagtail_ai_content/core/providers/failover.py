"""Several providers as one: the next is asked where the one before could not answer.

Not where it would not: a refusal is an answer, and going on to a model with fewer scruples is not what anybody asked
for. A request that is wrong is wrong everywhere.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import TypeVar

from ..errors import AIError, DeadlineExceeded, NotConfigured, TemporaryError
from .base import (
    Capabilities,
    Chunk,
    EmbedReply,
    EmbedRequest,
    ImageReply,
    ImageRequest,
    Provider,
    Reply,
    Request,
)

Asked = TypeVar("Asked", Request, EmbedRequest, ImageRequest)
T = TypeVar("T")

# UnknownModel and OutOfCredit are kinds of NotConfigured.
_GO_ON = (TemporaryError, NotConfigured)


class FailoverProvider(Provider):
    """Asks ``(provider, model)`` pairs in order, all within the deadline of the request."""

    name = "failover"

    def __init__(self, routes: Sequence[tuple[Provider, str]], *, clock: Callable[[], float]) -> None:
        """``clock``: monotonic seconds. The model named in a request is replaced by the route's."""
        if not routes:
            raise ValueError("A failover needs at least one provider.")
        self._routes = tuple(routes)
        self._clock = clock

    def capabilities(self, model: str) -> Capabilities:
        """What every route can do: any of them may be the one that answers."""
        each = [provider.capabilities(route_model) for provider, route_model in self._routes]
        return Capabilities(
            supports_streaming=all(one.supports_streaming for one in each),
            supports_schema=all(one.supports_schema for one in each),
            supports_embeddings=all(one.supports_embeddings for one in each),
            supports_images=all(one.supports_images for one in each),
        )

    async def complete(self, request: Request) -> Reply:
        return await self._first(request, lambda provider, asked: provider.complete(asked))

    async def embed(self, request: EmbedRequest) -> EmbedReply:
        return await self._first(request, lambda provider, asked: provider.embed(asked))

    async def image(self, request: ImageRequest) -> ImageReply:
        return await self._first(request, lambda provider, asked: provider.image(asked))

    async def stream(self, request: Request) -> AsyncIterator[Chunk]:
        """Goes on to the next route only as long as nothing was shown to anybody."""
        errors: list[AIError] = []
        for provider, asked in self._attempts(request):
            begun = False
            try:
                async with aclosing(provider.stream(asked)) as chunks:  # type: ignore[type-var]  # generators have aclose
                    async for chunk in chunks:
                        begun = True
                        yield chunk
                return
            except _GO_ON as error:
                if begun:
                    raise
                errors.append(error)
        raise most_useful(errors)

    async def _first(self, request: Asked, call: Callable[[Provider, Asked], Awaitable[T]]) -> T:
        errors: list[AIError] = []
        for provider, asked in self._attempts(request):
            try:
                return await call(provider, asked)
            except _GO_ON as error:
                errors.append(error)
        raise most_useful(errors)

    def _attempts(self, request: Asked) -> Iterator[tuple[Provider, Asked]]:
        ends = self._clock() + request.deadline
        for provider, model in self._routes:
            left = ends - self._clock()
            if left <= 0:
                return
            yield provider, replace(request, model=model, deadline=left)


def most_useful(errors: Sequence[AIError]) -> AIError:
    """The error to report: of the temporary ones the one to wait least for, since one route that works is enough."""
    temporary = [error for error in errors if isinstance(error, TemporaryError)]
    if temporary:
        return min(temporary, key=lambda error: float("inf") if error.retry_after is None else error.retry_after)
    return errors[0] if errors else DeadlineExceeded()
