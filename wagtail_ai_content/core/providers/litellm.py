"""Every provider that litellm speaks to: OpenAI and whatever is compatible, Anthropic, Gemini, Hugging Face, Ollama, …

The only importer of litellm, and only at the first call: it costs two seconds and 160 MB. Its switches are
process-wide; they are set once, in :func:`load`. It is called asynchronously only and sends exactly one request per
call: the job's row decides about trying again.
"""

from __future__ import annotations

import asyncio
import logging
import os
import warnings
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import (
    AIError,
    CutReply,
    DeadlineExceeded,
    MalformedReply,
    NotConfigured,
    NotSupported,
    ProviderRejected,
    ProviderUnavailable,
    Refused,
    UnknownModel,
)
from ..images.gate import passed
from .base import (
    Capabilities,
    Chunk,
    EmbedReply,
    EmbedRequest,
    ImageReply,
    ImageRequest,
    ModerateRequest,
    Provider,
    Reply,
    Request,
    Score,
    Usage,
)
from .outgoing import Credential, address_of, arguments_of, credential_of
from .payloads import picture_of, scores_of, text_of, usage_of, vectors_of

if TYPE_CHECKING:
    from .fetching import Fetcher
    from .wire import Exchange, GuardedTransport

T = TypeVar("T")

logger = logging.getLogger(__name__)

# Only our deadline ends a call. The timeout is constant because it is part of the key of litellm's clients.
_SOCKET_SECONDS = 3600.0
_TALKATIVE = (
    *("openai", "openai._base_client", "httpx", "httpcore.connection", "httpcore.http11", "aiohttp.client", "asyncio"),
)
_WITHOUT_EMBEDDINGS = frozenset({"anthropic", "groq", "deepseek", "perplexity"})
_WITH_IMAGES = frozenset({"openai", "azure", "gemini", "vertex_ai"})

# What litellm imports in the middle of its first answer: 470 modules, 0.7 s and 24 MB, in each worker.
_LATE = (
    "openai.resources",
    "openai.types.chat",
    "litellm.integrations.prometheus_services",
    "litellm.llms.github_copilot.per_user_auth",
    "litellm.llms.litellm_proxy.chat.transformation",
    "litellm.llms.openai.chat.gpt_audio_transformation",
    "litellm.llms.openai_like.dynamic_config",
    "litellm.llms.vertex_ai.vertex_ai_partner_models.anthropic.transformation",
    "litellm.proxy._experimental.mcp_server.stdio_gate",
    "litellm.proxy._types",
)

_loading = Lock()
_loaded: list[tuple[Any, GuardedTransport]] = []


def load() -> tuple[Any, GuardedTransport]:
    """Import litellm and set it up, once. A worker calls it before it forks, so that its children share the memory."""
    with _loading:
        if not _loaded:
            os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # no price list from the network at import
            os.environ.setdefault("LITELLM_MODE", "PRODUCTION")  # no .env file
            os.environ.setdefault("HF_HUB_OFFLINE", "1")  # no tokenizer from the network in the middle of a call
            os.environ["LITELLM_RUST"] = "False"  # its other client knows nothing of our transport
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about its own types, and nothing a site could act on
                import litellm

                _warm_up(litellm)
            _configure(litellm)
            _loaded.append((litellm, _guard(litellm)))
    return _loaded[0]


def _warm_up(litellm: Any) -> None:
    """Build the types litellm would build in the middle of its first answers."""
    for name in _LATE:
        with suppress(ImportError):  # litellm moves its modules about; then the first answer imports it
            import_module(name)
    litellm.ModelResponse(choices=[{"message": {"content": ""}}])
    litellm.ModelResponseStream(choices=[{"delta": {"content": ""}}])
    litellm.EmbeddingResponse(data=[])
    litellm.ImageResponse(data=[])


async def _ready() -> None:
    """Load litellm before the clock of a call runs, and not in the event loop, which would stand still for seconds."""
    if not _loaded:
        await asyncio.to_thread(load)


def _configure(litellm: Any) -> None:
    litellm.telemetry = False
    litellm.drop_params = True
    litellm.num_retries = 0
    litellm.disable_hf_tokenizer_download = True
    litellm.suppress_debug_info = True
    litellm.disable_streaming_logging = True
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _guard(litellm: Any) -> GuardedTransport:
    """Put our transport under every client litellm uses, be it a vendor's SDK or its own."""
    from litellm.caching.llm_caching_handler import LLMClientCache
    from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler

    from .wire import GuardedTransport, guarded_client, quieten

    class Clients(LLMClientCache):  # type: ignore[misc]  # litellm is not typed
        """litellm's store of clients, with ours in the place of every plain one."""

        def get_cache(self, key: str, **options: Any) -> Any:
            return handler if key.startswith("async_httpx_client") else super().get_cache(key, **options)

    transport = GuardedTransport(AsyncHTTPHandler._create_async_transport)
    handler = AsyncHTTPHandler()
    handler.client = litellm.aclient_session = guarded_client(transport)
    litellm.module_level_aclient = handler
    litellm.in_memory_llm_clients_cache = Clients()
    quieten(_TALKATIVE)
    return transport


class LiteLLMProvider(Provider):
    """Models of other companies and of one's own servers, named ``provider/model``."""

    name = "litellm"

    def __init__(
        self,
        *,
        credentials: Mapping[str, Credential] | None = None,
        now: Callable[[], datetime],
        api_hosts: Collection[str] = ("*",),
        fetcher: Fetcher | None = None,
    ) -> None:
        """``credentials``: by model (``openai/gpt-4.1-mini``) or by provider (``openai``); the model's come first.
        ``now``: the time with its zone, to understand a provider that names the date at which to try again.
        ``api_hosts``: where requests may go, whatever sends them there.
        ``fetcher``: fetches images that are sent as addresses; None for one on the machine's network."""
        self._credentials = dict(credentials or {})
        self._now = now
        self._api_hosts = tuple(api_hosts)
        self._fetcher = fetcher

    def capabilities(self, model: str) -> Capabilities:
        prefix = model.partition("/")[0]
        return Capabilities(
            supports_streaming=True,
            supports_schema=True,
            supports_embeddings=prefix not in _WITHOUT_EMBEDDINGS,
            supports_images=prefix in _WITH_IMAGES,
        )

    async def complete(self, request: Request) -> Reply:
        return await self._within(request, lambda exchange: self._complete(request, exchange))

    async def stream(self, request: Request) -> AsyncIterator[Chunk]:
        await _ready()
        exchange = self._exchange(request.model, streaming=True)
        ends = asyncio.get_running_loop().time() + request.deadline
        pieces = self._pieces(request, exchange)
        try:
            while True:
                # The clock is armed for each piece alone: whoever iterates may do so from another task.
                chunk = await self._settle(anext(pieces, None), exchange, ends=ends)
                if chunk is None:
                    return
                yield chunk
        finally:
            await pieces.aclose()
            await exchange.close()

    async def embed(self, request: EmbedRequest) -> EmbedReply:
        return await self._within(request, lambda exchange: self._embed(request, exchange))

    async def image(self, request: ImageRequest) -> ImageReply:
        return await self._within(request, lambda exchange: self._image(request, exchange))

    async def moderate(self, request: ModerateRequest) -> tuple[Score, ...]:
        return await self._within(request, lambda exchange: self._moderate(request, exchange))

    async def aclose(self) -> None:
        """Close the connections of the running event loop; for loops that end before the process does."""
        if _loaded:
            await _loaded[0][1].aclose()

    async def _within(self, request: Any, call: Callable[[Exchange], Awaitable[T]]) -> T:
        await _ready()
        exchange = self._exchange(request.model)
        ends = asyncio.get_running_loop().time() + request.deadline
        try:
            return await self._settle(call(exchange), exchange, ends=ends)
        finally:
            await exchange.close()

    def _exchange(self, model: str, *, streaming: bool = False) -> Exchange:
        from .wire import Exchange

        return Exchange(model=model, now=self._now, streaming=streaming, hosts=self._api_hosts)

    async def _settle(self, call: Awaitable[T], exchange: Exchange, *, ends: float) -> T:
        """What the call gives, or the error it stands for.

        The error is raised after the ``except`` blocks and loses its past, because reports of errors print contexts
        and the values of frames, and the provider's words and our keys with them.
        """
        try:
            async with asyncio.timeout_at(ends):
                return await call
        except TimeoutError:
            failure: AIError = exchange.failure or DeadlineExceeded()
        except AIError as error:
            failure = exchange.failure or error
        # litellm lets out anything, down to IndexError and plain Exception; here is where it ends.
        except Exception as error:  # noqa: BLE001
            failure = exchange.failure or self._failure(error, exchange)
        logger.info("AI call failed: model=%s error=%s status=%s", exchange.model, failure.code, exchange.status)
        failure.__cause__ = failure.__context__ = None
        raise failure.with_traceback(None)

    def _failure(self, error: Exception, exchange: Exchange) -> AIError:
        """What an error of litellm stands for that was not seen on the wire."""
        if exchange.status is not None:
            return CutReply() if exchange.streaming else MalformedReply(reason="not the form the provider promises")
        if not exchange.urls and self._lacks_key(exchange.model):
            return NotConfigured(model=exchange.model)
        by_class = {
            "AuthenticationError": NotConfigured(model=exchange.model),
            "NotFoundError": UnknownModel(model=exchange.model),
            "BadRequestError": ProviderRejected(status=400),
            "UnsupportedParamsError": ProviderRejected(status=400),
        }
        return by_class.get(type(error).__name__) or ProviderUnavailable()

    def _lacks_key(self, model: str) -> bool:
        """Asked after a failure only: litellm accepts more variables than it lists as missing."""
        if "api_key" in address_of(model, self._credentials):
            return False
        litellm, _ = load()
        return bool(litellm.validate_environment(model)["missing_keys"])

    async def _complete(self, request: Request, exchange: Exchange) -> Reply:
        answer = await self._ask("acompletion", exchange, **arguments_of(request))
        if not answer.choices:
            raise MalformedReply(reason="no choices")
        choice = answer.choices[0]
        _refuse_filtered(choice.finish_reason)
        usage = usage_of(getattr(answer, "usage", None)) if exchange.counted else Usage()
        return Reply(
            text=text_of(choice.message.content),
            model=answer.model or request.model,
            finish_reason=choice.finish_reason or "stop",
            usage=usage,
        )

    async def _pieces(self, request: Request, exchange: Exchange) -> AsyncGenerator[Chunk, None]:
        wanted = {"stream": True, "stream_options": {"include_usage": True}}
        stream = await self._ask("acompletion", exchange, **arguments_of(request), **wanted)
        texts: list[str] = []
        model, usage = request.model, Usage()
        # Some vendors are asked only when the first piece is: every piece is fetched inside of the exchange.
        with _no_last_words(stream):
            while (part := await _next(stream, exchange)) is not None:
                model = part.model or model
                if exchange.counted and getattr(part, "usage", None):
                    usage = usage_of(part.usage)
                if text := _piece(part):
                    texts.append(text)
                    yield Chunk(text=text)
        # litellm reports "stop" for a stream that broke off; only a reason that was received tells them apart. Gemini's
        # it keeps elsewhere, and makes one up there too.
        reason = stream.received_finish_reason or (stream.intermittent_finish_reason if exchange.done else None)
        _refuse_filtered(reason)
        if reason is None and not exchange.done:
            raise CutReply
        reply = Reply(text="".join(texts), model=model, finish_reason=reason or "stop", usage=usage)
        yield Chunk(reply=reply)

    async def _embed(self, request: EmbedRequest, exchange: Exchange) -> EmbedReply:
        wanted: dict[str, Any] = {}
        if request.dimensions:  # litellm drops them for models it does not know
            wanted = {"dimensions": request.dimensions, "allowed_openai_params": ["dimensions"]}
        answer = await self._ask("aembedding", exchange, input=list(request.texts), **wanted)
        vectors = vectors_of(answer.data, count=len(request.texts), dimensions=request.dimensions)
        usage = usage_of(getattr(answer, "usage", None)) if exchange.counted else Usage()
        return EmbedReply(vectors=vectors, model=answer.model or request.model, usage=usage)

    async def _image(self, request: ImageRequest, exchange: Exchange) -> ImageReply:
        # The gpt-image models give bytes always and refuse the parameter; the others give an address without it.
        form = {} if "gpt-image" in request.model else {"response_format": "b64_json"}
        answer = await self._ask("aimage_generation", exchange, prompt=request.prompt, size=request.size, n=1, **form)
        found = picture_of(answer.data)
        picture = await passed(await self._fetched(found, exchange) if isinstance(found, str) else found)
        model = getattr(answer, "model", None) or request.model
        return ImageReply(
            data=picture.data, format=picture.format, width=picture.width, height=picture.height, model=model
        )

    async def _fetched(self, url: str, exchange: Exchange) -> bytes:
        hosts = credential_of(exchange.model, self._credentials).image_hosts
        if not hosts:
            raise NotSupported(what="images as bytes")
        from .fetching import Fetcher

        self._fetcher = self._fetcher or Fetcher()
        return await _inside(exchange, self._fetcher.fetch(url, hosts=hosts))

    async def _moderate(self, request: ModerateRequest, exchange: Exchange) -> tuple[Score, ...]:
        answer = await self._ask("amoderation", exchange, input=request.text)
        return scores_of(answer.results)

    async def _ask(self, function: str, exchange: Exchange, **arguments: Any) -> Any:
        """Call litellm. Raises: anything."""
        litellm, _ = _loaded[0] if _loaded else await asyncio.to_thread(load)
        _check_known(litellm, exchange.model)
        address = address_of(exchange.model, self._credentials)
        return await _inside(exchange, getattr(litellm, function)(timeout=_SOCKET_SECONDS, **address, **arguments))


async def _inside(exchange: Exchange, call: Awaitable[T]) -> T:
    """Await ``call`` so that what it sends goes through the exchange."""
    from .wire import current

    token = current.set(exchange)
    try:
        return await call
    finally:
        current.reset(token)


@contextmanager
def _no_last_words(stream: Any) -> Iterator[None]:
    """Keep a stream of litellm's from setting context variables when it is collected as garbage: if another is being
    set at that moment, CPython loses all of them, ``decimal``'s too, and may crash (python/cpython issue 148891)."""
    try:
        yield
    finally:
        stream.logging_obj = None


async def _next(stream: Any, exchange: Exchange) -> Any:
    """The next piece of a stream; None at its end.

    Newer versions of litellm take a stream without a finish reason for cut, also where it said that it is whole.
    """
    try:
        return await _inside(exchange, anext(stream, None))
    except Exception as error:
        if exchange.done and type(error).__name__ == "MidStreamFallbackError":
            return None
        raise


def _piece(part: Any) -> str:
    content = part.choices[0].delta.content if part.choices else None
    return text_of(content) if content else ""


def _refuse_filtered(reason: str | None) -> None:
    if reason == "content_filter":
        raise Refused


def _check_known(litellm: Any, model: str) -> None:
    """Raises: ``UnknownModel``. No request is made."""
    try:
        litellm.get_llm_provider(model=model)
    except litellm.BadRequestError:
        raise UnknownModel(model=model) from None
