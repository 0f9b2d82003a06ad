"""Well-formed answers in the forms of Anthropic's messages and Gemini's generateContent.

What is written here follows the vendors' public references; a model's name asks for ``filtered`` or ``length``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .openai_answers import filled, reply_text

LIMITED = "The first half of"


def _text(last: str, schema: Mapping[str, Any] | None) -> str:
    if schema is None:
        return reply_text({"messages": [{"content": last}]})
    return json.dumps(filled(schema, defs=schema.get("$defs", {}), words=last.split() or ["text"]))


def _joined(parts: Any) -> str:
    return parts if isinstance(parts, str) else " ".join(part.get("text", "") for part in parts)


# --- Anthropic


def message(body: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to ``POST /v1/messages``."""
    last = _joined(body["messages"][-1]["content"])
    ending, content = _ending(body, last)
    answered = sum(len(json.dumps(part.get("input", part.get("text"))).split()) for part in content)
    return {
        "id": "msg_test",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": content,
        "stop_reason": ending,
        "stop_sequence": None,
        "usage": {"input_tokens": len(last.split()), "output_tokens": answered},
    }


def _ending(body: Mapping[str, Any], last: str) -> tuple[str, list[dict[str, Any]]]:
    if "filtered" in body["model"]:
        return "refusal", []
    if "length" in body["model"]:
        return "max_tokens", [{"type": "text", "text": LIMITED}]
    forced = (body.get("tool_choice") or {}).get("name")
    tool = next((tool for tool in body.get("tools", ()) if tool["name"] == forced), None)
    if tool is not None:
        value = json.loads(_text(last, tool["input_schema"]))
        return "tool_use", [{"type": "tool_use", "id": "toolu_test", "name": forced, "input": value}]
    form = body.get("output_format") or (body.get("output_config") or {}).get("format") or {}
    return "end_turn", [{"type": "text", "text": _text(last, form.get("schema"))}]


def message_events(body: Mapping[str, Any]) -> Iterator[bytes]:
    """The same as a stream of named events."""
    whole = message(body)
    start = {**whole, "content": [], "stop_reason": None, "usage": {**whole["usage"], "output_tokens": 1}}
    yield _event("message_start", message=start)
    for place, part in enumerate(whole["content"]):
        yield from _part_events(place, part)
    ending = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
    yield _event("message_delta", delta=ending, usage={"output_tokens": whole["usage"]["output_tokens"]})
    yield _event("message_stop")


def _part_events(place: int, part: Mapping[str, Any]) -> Iterator[bytes]:
    if part["type"] == "text":
        yield _event("content_block_start", index=place, content_block={"type": "text", "text": ""})
        pieces = [{"type": "text_delta", "text": piece} for piece in _pieces(part["text"])]
    else:
        yield _event("content_block_start", index=place, content_block={**part, "input": {}})
        pieces = [{"type": "input_json_delta", "partial_json": piece} for piece in _pieces(json.dumps(part["input"]))]
    for piece in pieces:
        yield _event("content_block_delta", index=place, delta=piece)
    yield _event("content_block_stop", index=place)


def _event(kind: str, **data: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n".encode()


def _pieces(text: str) -> list[str]:
    first, *others = text.split(" ")
    return [first, *(f" {word}" for word in others)]


# --- Gemini


def content(body: Mapping[str, Any], *, model: str) -> dict[str, Any]:
    """The answer to ``:generateContent``."""
    last = _joined(body["contents"][-1]["parts"])
    asked = {"promptTokenCount": len(last.split()), "totalTokenCount": len(last.split())}
    if "blocked" in model:
        return {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": asked, "modelVersion": model}
    config = body.get("generationConfig") or body.get("generation_config") or {}
    schema = next((config[name] for name in _SCHEMAS if name in config), None)
    reason, text = "STOP", _text(last, schema and _plain(schema))
    if "filtered" in model:
        reason, text = "SAFETY", ""
    elif "length" in model:
        reason, text = "MAX_TOKENS", LIMITED
    answered = len(text.split())
    return {
        "candidates": [_candidate(text, reason)],
        "usageMetadata": {**asked, "candidatesTokenCount": answered, "totalTokenCount": len(last.split()) + answered},
        "modelVersion": model,
    }


_SCHEMAS = ("response_schema", "responseSchema", "response_json_schema", "responseJsonSchema")


def _candidate(text: str, reason: str | None) -> dict[str, Any]:
    parts = {"content": {"parts": [{"text": text}], "role": "model"}} if text else {}
    return {**parts, "index": 0, **({"finishReason": reason} if reason else {})}


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Gemini's older form of schemas writes types in capitals."""
    lowered = json.dumps(schema)
    for kind in ("OBJECT", "ARRAY", "STRING", "INTEGER", "NUMBER", "BOOLEAN"):
        lowered = lowered.replace(f'"type": "{kind}"', f'"type": "{kind.lower()}"')
    found: dict[str, Any] = json.loads(lowered)
    return found


def content_events(body: Mapping[str, Any], *, model: str) -> Iterator[bytes]:
    """The same as a stream; the last piece carries the reason and the count."""
    whole = content(body, model=model)
    if "candidates" not in whole:
        yield _data(whole)
        return
    (candidate,) = whole["candidates"]
    texts = [part["text"] for part in candidate.get("content", {}).get("parts", ())]
    for piece in _pieces("".join(texts)) if texts else ():
        yield _data({"candidates": [_candidate(piece, None)], "modelVersion": model})
    yield _data({**whole, "candidates": [{**_candidate("", candidate["finishReason"])}]})


def _data(data: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(data).encode() + b"\r\n\r\n"
