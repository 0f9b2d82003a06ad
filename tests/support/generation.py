"""What the browser asks of the editor's one address for generation, and the events that come back."""

from __future__ import annotations

import json
import uuid
from typing import Any

from asgiref.sync import async_to_sync
from django.test import AsyncRequestFactory, Client

from wagtail_ai_content.interfaces.editor import generation

GENERATE = "/admin/ai-editor/generate/"
HEADERS = {"X-Requested-With": "XMLHttpRequest"}

Told = list[tuple[str, dict[str, Any]]]


def subject(instance: Any) -> dict[str, str]:
    app, model = instance._meta.label_lower.split(".")
    return {"app": app, "model": model, "object": str(instance.pk), "parent": "", "locale": ""}


def asked(instance: Any, **told: Any) -> dict[str, Any]:
    return {
        "key": str(uuid.uuid4()),
        "subject": subject(instance),
        "path": "content",
        "place": "content",
        "function": "assist",
        "action": "improve",
        "source": "We set out at dawn. Rain fell at noon.",
        **told,
    }


def post(client: Client, told: Any) -> Any:
    """Under WSGI."""
    return client.post(GENERATE, told, content_type="application/json", headers=HEADERS)


def request_for(user: Any, told: dict[str, Any]) -> Any:
    request = AsyncRequestFactory().post(GENERATE, told, content_type="application/json")
    request.user = user
    return request


def streamed(user: Any, told: dict[str, Any]) -> Told:
    """Under ASGI: all events of the answer."""
    answer: Any = generation.generate(request_for(user, told))
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"].startswith("text/event-stream")
    assert answer["X-Accel-Buffering"] == "no"

    async def read() -> str:
        return b"".join([piece async for piece in answer]).decode()

    return events(async_to_sync(read)())


def events(body: str) -> Told:
    found: Told = []
    for block in body.split("\n\n"):
        if block.startswith("event: "):
            name, data = block.split("\n", 1)
            found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def names(told: Told) -> list[str]:
    return [name for name, _ in told]


def last(told: Told) -> dict[str, Any]:
    return told[-1][1]
