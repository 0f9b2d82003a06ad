"""A real HTTP server on the loopback that speaks the OpenAI protocol, and misbehaves when told to.

In a test, take the fixture ``openai_server``::

    openai_server.script({"status": 429, "headers": {"Retry-After": "3"}, "body": "{}"})
    ...
    assert len(openai_server.calls) == 1

On its own: ``python -m tests.support.openai_server --port 8099``, with ``POST /__script__`` (a list of such objects),
``POST /__reset__`` and ``GET /__stats__``. A model's name asks for a fault without a script: ``fault-429``,
``slow-2.0`` (seconds before the answer), ``drip-0.5`` (seconds between pieces), ``hang``, ``reset``, ``cut``, ``html``,
``empty``, ``filtered``, ``length``.

Keys of a script's entry: ``status``, ``headers``, ``body`` (text or bytes) or ``body_b64``, ``chunks`` (a streamed
body), ``delay`` (seconds before the answer), ``drip`` (seconds between chunks), ``repeat`` (send the chunks over and
over), ``cut`` (end without the end), ``hang``, ``reset``.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import socket
import ssl
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from .openai_answers import chat, chat_events, embeddings, image, moderation

KEEP = 10_000


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request as it arrived."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def model(self) -> str:
        return str(self.body.get("model", ""))


class OpenAIServer:
    """The state of one server; start it with :meth:`start`, in a thread of its own."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._calls: deque[Call] = deque(maxlen=KEEP)
        self._script: deque[Mapping[str, Any]] = deque()
        self._seen: set[Any] = set()
        self._disconnects: deque[float] = deque(maxlen=KEEP)
        self._counts = dict.fromkeys(("requests", "connections", "in_flight", "most_in_flight"), 0)
        self._loop = asyncio.new_event_loop()
        self._port: Future[int] = Future()

    # For tests

    @property
    def url(self) -> str:
        """The base to use as ``api_base``."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/v1"

    @property
    def port(self) -> int:
        return self._port.result(10)

    @property
    def calls(self) -> list[Call]:
        return list(self._calls)

    @property
    def stats(self) -> dict[str, int]:
        """``requests``, ``connections`` (ever opened), ``in_flight``, ``most_in_flight``, ``disconnected``."""
        return {**self._counts, "disconnected": len(self._disconnects)}

    def script(self, *entries: Mapping[str, Any]) -> None:
        """Answer the next requests like this, one entry each."""
        self._script.extend(entries)

    def reset(self) -> None:
        self._calls.clear()
        self._script.clear()
        self._disconnects.clear()
        self._counts.update(requests=0, connections=0, most_in_flight=self._counts["in_flight"])
        self._seen.clear()

    async def sees(self, condition: Callable[[], bool], *, within: float = 1.0) -> bool:
        """Whether ``condition()`` becomes true in so many seconds; looks every few milliseconds."""
        ends = time.monotonic() + within
        while not condition() and time.monotonic() < ends:
            await asyncio.sleep(0.005)
        return condition()

    def start(self) -> OpenAIServer:
        threading.Thread(target=self._run_in_thread, name="openai-server", daemon=True).start()
        self._port.result(10)
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run_in_thread(self) -> None:
        asyncio.set_event_loop(self._loop)
        runner = self._loop.run_until_complete(self.serve(0))
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    async def serve(self, port: int) -> web.AppRunner:
        app = web.Application(client_max_size=64 * 1024**2)
        app.router.add_get("/__stats__", self._on_stats)
        app.router.add_post("/__script__", self._on_script)
        app.router.add_post("/__reset__", self._on_reset)
        app.router.add_route("*", "/{path:.*}", self._on_request)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port, backlog=1024, ssl_context=self._tls)
        await site.start()
        self._port.set_result(runner.addresses[0][1])
        return runner

    # For other processes

    async def _on_stats(self, request: web.Request) -> web.Response:
        calls = [{"path": call.path, "headers": dict(call.headers), "body": call.body} for call in self._calls]
        wanted = calls[-int(request.query.get("last", "100")) :]
        return web.json_response({**self.stats, "calls": wanted})

    async def _on_script(self, request: web.Request) -> web.Response:
        self.script(*await request.json())
        return web.json_response({"queued": len(self._script)})

    async def _on_reset(self, request: web.Request) -> web.Response:
        self.reset()
        return web.json_response({})

    # One request

    async def _on_request(self, request: web.Request) -> web.StreamResponse:
        await self._note(request)
        try:
            if self._script:
                return await _misbehave(request, self._script.popleft())
            return await self._answer(request)
        except (asyncio.CancelledError, ConnectionResetError):
            self._disconnects.append(time.monotonic())
            raise
        finally:
            self._counts["in_flight"] -= 1

    async def _note(self, request: web.Request) -> None:
        self._counts["requests"] += 1
        self._counts["in_flight"] += 1
        self._counts["most_in_flight"] = max(self._counts["most_in_flight"], self._counts["in_flight"])
        if request.protocol not in self._seen:
            self._seen.add(request.protocol)
            self._counts["connections"] += 1
        raw = await request.read()
        body = json.loads(raw) if raw.startswith(b"{") else {}
        self._calls.append(Call(path=request.path, headers=dict(request.headers), body=body))

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = self._calls[-1].body if not await request.read() else json.loads(await request.read())
        fault = _fault_of(str(body.get("model", "")))
        if fault is not None:
            return await _misbehave(request, fault)
        gap = await _pause(str(body.get("model", "")))
        if request.path.endswith("/embeddings"):
            return web.json_response(embeddings(body))
        if request.path.endswith("/images/generations"):
            return web.json_response(image(body))
        if request.path.endswith("/moderations"):
            return web.json_response(moderation(violence=0.01, self_harm__intent=0.01))
        if not request.path.endswith("/chat/completions"):
            return web.json_response({"error": {"message": "no such path"}}, status=404)
        if not body.get("stream"):
            return web.json_response(chat(body))
        return await _stream(request, body, gap=gap)


async def _pause(model: str) -> float:
    """Wait as the model's name says, and return the seconds to leave between pieces."""
    kind, _, seconds = model.rpartition("/")[2].partition("-")
    if kind == "slow" and seconds:
        await asyncio.sleep(float(seconds))
    return float(seconds) if kind == "drip" and seconds else 0.0


async def _stream(request: web.Request, body: Mapping[str, Any], *, gap: float) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await response.prepare(request)
    for event in chat_events(body):
        await response.write(event)
        if gap:
            await asyncio.sleep(gap)
    return response


def _fault_of(model: str) -> Mapping[str, Any] | None:
    name = model.rpartition("/")[2]
    if name.startswith("fault-"):
        status = int(name.removeprefix("fault-"))
        error = json.dumps({"error": {"message": f"status {status}", "code": "test_fault"}})
        return {"status": status, "headers": {"Content-Type": "application/json"}, "body": error}
    start = 'data: {"choices":[{"index":0,"delta":{"content":"The first half"}}]}\n\n'
    faults: dict[str, Mapping[str, Any]] = {
        "hang": {"hang": True},
        "reset": {"reset": True},
        "html": {"headers": {"Content-Type": "text/html"}, "body": "<html><body>502 Bad Gateway</body></html>"},
        "empty": {"body": ""},
        "cut": {"headers": {"Content-Type": "text/event-stream"}, "chunks": [start], "cut": True},
        "filtered": {"body": json.dumps(chat({"model": name}, finish_reason="content_filter", text=""))},
        "length": {"body": json.dumps(chat({"model": name}, finish_reason="length", text="The first half of"))},
    }
    return faults.get(name)


async def _misbehave(request: web.Request, entry: Mapping[str, Any]) -> web.StreamResponse:
    """Write the answer byte by byte as the entry says, and close the connection."""
    transport = request.transport
    assert transport is not None
    if entry.get("hang"):
        await asyncio.Event().wait()
    await asyncio.sleep(entry.get("delay", 0))
    if entry.get("reset"):
        linger = struct.pack("ii", 1, 0)  # close() then sends RST in place of FIN
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()
        return web.Response()
    chunks = entry.get("chunks")
    body = _body_of(entry)
    transport.write(_head(entry, length=len(body), chunked=chunks is not None))
    if chunks is None:
        transport.write(body)
    else:
        await _write_chunks(transport, entry)
    transport.close()
    return web.Response()


def _body_of(entry: Mapping[str, Any]) -> bytes:
    if "body_b64" in entry:
        return base64.b64decode(entry["body_b64"])
    body = entry.get("body", b"")
    return body.encode() if isinstance(body, str) else body


def _head(entry: Mapping[str, Any], *, length: int, chunked: bool) -> bytes:
    given = {name.lower(): value for name, value in dict(entry.get("headers") or {}).items()}
    headers = {"connection": "close", "content-type": "application/json", **given}
    if chunked:
        headers["transfer-encoding"] = "chunked"
    else:
        headers.setdefault("content-length", str(length))
    lines = [f"HTTP/1.1 {entry.get('status', 200)} Scripted", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


async def _write_chunks(transport: asyncio.WriteTransport, entry: Mapping[str, Any]) -> None:
    while True:
        for chunk in entry["chunks"]:
            raw = chunk.encode() if isinstance(chunk, str) else chunk
            transport.write(b"%x\r\n%s\r\n" % (len(raw), raw))
            await asyncio.sleep(entry.get("drip", 0))
            if transport.is_closing():
                raise ConnectionResetError
        if not entry.get("repeat"):
            break
    if not entry.get("cut"):
        transport.write(b"0\r\n\r\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8099)
    port = parser.parse_args().port

    async def forever() -> None:
        await OpenAIServer().serve(port)
        print(f"http://127.0.0.1:{port}/v1", flush=True)
        await asyncio.Event().wait()

    asyncio.run(forever())


if __name__ == "__main__":
    main()
