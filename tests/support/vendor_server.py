"""The loopback server with two more protocols: Anthropic's messages and Gemini's generateContent.

Everything else, Hugging Face's router with it, speaks OpenAI's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from aiohttp import web

from .openai_server import OpenAIServer
from .vendor_answers import content, content_events, message, message_events

_GEMINI = re.compile(r"(?:models/(?P<model>[^/:]+))?:(?P<call>generateContent|streamGenerateContent)$")


class VendorServer(OpenAIServer):
    """As its parent; ``calls`` and ``script`` work for all protocols."""

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read() or b"{}")
        if request.path.endswith("/messages"):
            if body.get("stream"):
                return await _stream(request, message_events(body))
            return web.json_response(message(body))
        if found := _GEMINI.search(request.path):
            model = found["model"] or "gemini"
            if found["call"] == "streamGenerateContent":
                return await _stream(request, content_events(body, model=model))
            return web.json_response(content(body, model=model))
        return await super()._answer(request)


async def _stream(request: web.Request, events: Iterator[bytes]) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await response.prepare(request)
    for event in events:
        await response.write(event)
    return response
