"""The provider contract: values, capabilities, five calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from ..errors import NotSupported
from ..images.containers import Format


@dataclass(frozen=True, kw_only=True)
class Message:
    """One part of the conversation sent to a model."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request for text."""

    model: str
    """``provider/model`` as the site wrote it, e.g. ``openai/gpt-4.1-mini`` or ``builtin/extractive``."""
    messages: tuple[Message, ...]
    max_tokens: int
    """Upper bound for the answer, in tokens of the model."""
    temperature: float | None = None
    schema: Mapping[str, Any] | None = None
    """JSON Schema which the answer's text must satisfy; None for free text."""
    deadline: float = 120.0
    """Seconds for the whole call, first byte sent to last byte read."""
    material: Mapping[str, Any] = field(default_factory=dict)
    """Plain data the prompt was rendered from, with the function's name under ``function``. Engines that are not
    language models work from it; adapters of language models ignore it and never send it."""
    fresh: bool = False
    """True to ask the model even where a cached answer exists."""


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Tokens as counted by the provider; None where it did not say (or said nonsense)."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a call cost."""

    amount: Decimal | None = None
    """US dollars, six decimals; None when it cannot be known. Unknown is never zero."""
    source: str = "unknown"
    """Where the price comes from: ``site``, ``litellm 1.106.2``, ``builtin`` or ``cache`` (both free), ``unknown``."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer in text."""

    text: str
    model: str
    """The model that answered, which need not be the one that was asked."""
    finish_reason: str
    """``stop``, ``length`` (cut by ``max_tokens``) or another word of the provider."""
    usage: Usage = field(default_factory=Usage)
    cost: Cost = field(default_factory=Cost)
    confidence: float | None = None
    """0 to 1; None when the provider gives nothing to base it on."""
    cached: bool = False

    @property
    def truncated(self) -> bool:
        return self.finish_reason == "length"


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """A piece of a streamed answer."""

    text: str = ""
    reply: Reply | None = None
    """The whole answer, set on the last chunk only."""


@dataclass(frozen=True, kw_only=True)
class EmbedRequest:
    """A request for vectors."""

    model: str
    texts: tuple[str, ...]
    dimensions: int | None = None
    """Length every vector must have; None to accept what comes, as long as all agree."""
    deadline: float = 120.0


@dataclass(frozen=True, kw_only=True)
class EmbedReply:
    """Vectors, in the order of the texts; finite, not all zero, all of one length."""

    vectors: tuple[tuple[float, ...], ...]
    model: str
    usage: Usage = field(default_factory=Usage)
    cost: Cost = field(default_factory=Cost)


@dataclass(frozen=True, kw_only=True)
class ImageRequest:
    """A request for one image."""

    model: str
    prompt: str
    size: str = "1024x1024"
    """Pixels, ``WIDTHxHEIGHT``."""
    deadline: float = 180.0


@dataclass(frozen=True, kw_only=True)
class ImageReply:
    """One still image that has passed the gate: drawn anew, marked as made by AI, nothing else beside its pixels."""

    data: bytes = field(repr=False)
    """A whole file, at most 20 MB."""
    format: Format
    """``PNG``, ``JPEG`` or ``WEBP``, as the provider chose."""
    width: int
    """Pixels, as are those of ``height``: at most 8192 a side and 25 million in all. Not always the size asked for."""
    height: int
    model: str
    cost: Cost = field(default_factory=Cost)


@dataclass(frozen=True, kw_only=True)
class ModerateRequest:
    """A text to be judged by a moderation service."""

    model: str
    """``provider/model``, e.g. ``openai/omni-moderation-latest``."""
    text: str
    deadline: float = 30.0


@dataclass(frozen=True, kw_only=True)
class Score:
    """What a moderation service thinks of a text."""

    category: str
    """In the service's words, such as ``self-harm-intent``."""
    score: float
    """0 to 1."""
    flagged: bool


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What a provider can do; asked before a call, so that refusal comes early and in a sentence."""

    supports_streaming: bool = False
    supports_schema: bool = False
    supports_embeddings: bool = False
    supports_images: bool = False


class Provider:
    """Answers requests. Every failure leaves as one of the classes in ``core.errors``, with no text of the provider's.

    Calls are asynchronous and bounded by the request's ``deadline``; cancelling one closes its connection.
    """

    name: str = ""

    def capabilities(self, model: str) -> Capabilities:
        """What can be asked of ``model``."""
        return Capabilities()

    async def complete(self, request: Request) -> Reply:
        """Answer in one piece. Raises: any ``AIError``."""
        raise NotSupported(what="text")

    def stream(self, request: Request) -> AsyncIterator[Chunk]:
        """Answer piece by piece; the last chunk carries the whole reply. Raises while iterating: any ``AIError``."""
        raise NotSupported(what="streaming")

    async def embed(self, request: EmbedRequest) -> EmbedReply:
        """One vector for each text. Raises: any ``AIError``."""
        raise NotSupported(what="embeddings")

    async def moderate(self, request: ModerateRequest) -> tuple[Score, ...]:
        """What a moderation service thinks of a text, by category. Raises: any ``AIError``."""
        raise NotSupported(what="moderation")

    async def image(self, request: ImageRequest) -> ImageReply:
        """One image. Raises: any ``AIError``."""
        raise NotSupported(what="images")
