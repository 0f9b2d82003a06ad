"""A call on its way out: which model litellm is asked for, where, with what key, and what it is told.

Never here: litellm itself, or anything of an answer.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import NotConfigured
from ..text import gettext_noop
from .addresses import read_address
from .base import Request

NO_ADDRESS = gettext_noop(
    "The AI service is not set up: API_BASE of the model “%(model)s” is not a plain address. "
    "Ask your developers to check the WAGTAIL_AI_CONTENT setting."
)

_DEFAULT_BASES = {
    # Without an address litellm asks the Hub first where the model lives: a second request, and a synchronous one.
    "huggingface": "https://router.huggingface.co/v1",
}
# litellm's own way asks an Ollama server about the model first, synchronously and more than once; its
# OpenAI-compatible door needs one request.
_OLLAMA = frozenset({"ollama", "ollama_chat"})
# For the vendors' own clients; litellm's tries are set where it is loaded. Not to Hugging Face, where litellm puts it
# into the request's body.
_ONE_TRY = {"max_retries": 0}


@dataclass(frozen=True, kw_only=True)
class Credential:
    """How to reach one provider, or one model."""

    api_key: str | None = field(default=None, repr=False)
    """None: litellm reads the provider's usual environment variable, unless ``api_base`` is given: a key from the
    environment is never sent to an address it was not meant for."""
    api_base: str | None = None
    """Address of the provider's API, e.g. of a server of one's own; None for the public one."""
    image_hosts: tuple[str, ...] = ()
    """Hosts from which an image is fetched when the provider answers with its address; empty to fetch none."""

    def arguments(self) -> dict[str, str]:
        key = self.api_key or ("not-needed" if self.api_base else None)
        return {name: value for name, value in (("api_key", key), ("api_base", self.api_base)) if value}


def credential_of(model: str, credentials: Mapping[str, Credential]) -> Credential:
    """The model's credential goes before the provider's."""
    return credentials.get(model) or credentials.get(model.partition("/")[0]) or Credential()


def address_of(model: str, credentials: Mapping[str, Credential]) -> dict[str, Any]:
    """Which model litellm is to ask, where and with what key. Raises: ``NotConfigured``."""
    prefix, _, name = model.partition("/")
    credential = credential_of(model, credentials)
    if credential.api_base and not is_plain(credential.api_base):
        raise NotConfigured(NO_ADDRESS, model=model)
    if prefix in _OLLAMA:
        base = credential.api_base or os.environ.get("OLLAMA_API_BASE") or "http://localhost:11434"
        base = base.rstrip("/").removesuffix("/v1") + "/v1"
        return {"model": f"openai/{name}", "api_base": base, "api_key": credential.api_key or "ollama", **_ONE_TRY}
    default = {"api_base": _DEFAULT_BASES[prefix]} if prefix in _DEFAULT_BASES else _ONE_TRY
    return {"model": model, **default, **credential.arguments()}


def is_plain(api_base: str) -> bool:
    """Whether the address of an API can be understood in one way only, and has nothing behind its path.

    Numbers in other notations than the usual one cannot: not every library reads them as we do.
    """
    try:
        address = read_address(api_base)
    except ValueError:
        return False
    as_written = address.host in api_base.lower() or "xn--" in address.host
    return as_written and not address.fragment and "?" not in address.target


def arguments_of(request: Request) -> dict[str, Any]:
    """The words of a request for text and the limits of its answer, in litellm's (OpenAI's) form."""
    arguments: dict[str, Any] = {
        "messages": [{"role": message.role, "content": message.content} for message in request.messages],
        "max_tokens": request.max_tokens,
    }
    if request.temperature is not None:
        arguments["temperature"] = request.temperature
    if request.schema is not None:
        form = {"name": "reply", "schema": dict(request.schema), "strict": True}
        arguments["response_format"] = {"type": "json_schema", "json_schema": form}
    return arguments
