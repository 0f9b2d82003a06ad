"""The well-formed answers of the test server: they echo what was asked, and fill any JSON Schema plausibly."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

_CREATED = 1_700_000_000


def chat(body: Mapping[str, Any], *, finish_reason: str = "stop", text: str | None = None) -> dict[str, Any]:
    text = reply_text(body) if text is None else text
    message = {"role": "assistant", "content": text}
    return {
        "id": "chatcmpl-test",
        "object": "chat.completion",
        "created": _CREATED,
        "model": body.get("model", ""),
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
        "usage": usage(body, text),
    }


def chat_events(body: Mapping[str, Any]) -> Iterator[bytes]:
    text = reply_text(body)
    words = text.split(" ")
    for place, word in enumerate(words):
        yield _event(body, {"content": word if place == 0 else " " + word})
    yield _event(body, {}, finish_reason="stop")
    if (body.get("stream_options") or {}).get("include_usage"):
        yield _line({**_envelope(body), "choices": [], "usage": usage(body, text)})
    yield b"data: [DONE]\n\n"


def _event(body: Mapping[str, Any], delta: Mapping[str, Any], *, finish_reason: str | None = None) -> bytes:
    return _line({**_envelope(body), "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]})


def _envelope(body: Mapping[str, Any]) -> dict[str, Any]:
    model = body.get("model", "")
    return {"id": "chatcmpl-test", "object": "chat.completion.chunk", "created": _CREATED, "model": model}


def _line(data: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(data).encode() + b"\n\n"


def usage(body: Mapping[str, Any], text: str) -> dict[str, int]:
    asked = sum(len(str(message.get("content", "")).split()) for message in body.get("messages", []))
    answered = len(text.split())
    return {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered}


def reply_text(body: Mapping[str, Any]) -> str:
    """The reply to a chat request: a filled schema where one is given, an echo of the last message else."""
    last = str((body.get("messages") or [{"content": "nothing"}])[-1].get("content", ""))
    form = body.get("response_format") or {}
    schema = (form.get("json_schema") or {}).get("schema") if form.get("type") == "json_schema" else None
    if schema is not None:
        return json.dumps(filled(schema, defs=schema.get("$defs", {}), words=last.split() or ["text"]))
    return "You asked: " + " ".join(last.split()[:60])


def filled(schema: Mapping[str, Any], *, defs: Mapping[str, Any], words: list[str], name: str = "text") -> Any:
    """A value that satisfies the schema, made of ``words``."""
    if "$ref" in schema:
        return filled(defs[schema["$ref"].rpartition("/")[2]], defs=defs, words=words, name=name)
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return filled(schema[choice][0], defs=defs, words=words, name=name)
    if "const" in schema or "enum" in schema:
        return schema.get("const", (schema.get("enum") or [None])[0])
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        parts = schema.get("properties", {})
        return {key: filled(part, defs=defs, words=words, name=key) for key, part in parts.items()}
    if kind == "array":
        return _list(schema, defs=defs, words=words, name=name)
    return _simple(kind, schema, words=words, name=name)


def _list(schema: Mapping[str, Any], *, defs: Mapping[str, Any], words: list[str], name: str) -> list[Any]:
    if "prefixItems" in schema:
        return [filled(part, defs=defs, words=words, name=name) for part in schema["prefixItems"]]
    count = min(max(schema.get("minItems", 0), 3), schema.get("maxItems", 1000))
    items = schema.get("items", {"type": "string"})
    return [filled(items, defs=defs, words=words[i:] + words[:i], name=f"{name} {i + 1}") for i in range(count)]


def _simple(kind: str, schema: Mapping[str, Any], *, words: list[str], name: str) -> Any:
    low, high = schema.get("minimum", 0), schema.get("maximum")
    if kind == "integer":
        return low if high is None else (low + high) // 2
    if kind == "number":
        return 0.5 if low <= 0.5 <= (high if high is not None else 1) else low
    if kind == "boolean":
        return True
    if kind == "null":
        return None
    text = f"The {name.replace('_', ' ')}: {' '.join(words[:12])}"
    return text[: schema.get("maxLength", 500)].ljust(schema.get("minLength", 0), ".")


def embeddings(body: Mapping[str, Any]) -> dict[str, Any]:
    texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
    size = body.get("dimensions") or 8
    rows = []
    for index, text in enumerate(texts):
        numbers = vector(str(text), size)
        as_text = base64.b64encode(struct.pack(f"<{size}f", *numbers)).decode()
        value = as_text if body.get("encoding_format") == "base64" else numbers
        rows.append({"object": "embedding", "index": index, "embedding": value})
    count = sum(len(str(text).split()) for text in texts)
    spent = {"prompt_tokens": count, "total_tokens": count}
    return {"object": "list", "data": rows, "model": body.get("model", ""), "usage": spent}


def vector(text: str, size: int) -> list[float]:
    """The same for the same text, between -1 and 1, never all zero."""
    stream = b"".join(hashlib.sha256(f"{text}/{block}".encode()).digest() for block in range(size // 16 + 1))
    numbers = struct.unpack(f"<{size}H", stream[: size * 2])
    return [round(number / 32768 - 1 + 1e-4, 6) for number in numbers]


def image(body: Mapping[str, Any]) -> dict[str, Any]:
    width, _, height = str(body.get("size", "64x64")).partition("x")
    data = png(int(width), int(height or width))
    return {"created": _CREATED, "data": [{"b64_json": base64.b64encode(data).decode()}]}


def png(width: int, height: int) -> bytes:
    """One colour, as small as it gets."""
    rows = (b"\x00" + b"\x33\x66\x99" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _part(b"IHDR", head) + _part(b"IDAT", zlib.compress(rows, 9)) + _part(b"IEND", b"")


def _part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def moderation(**scores: float) -> dict[str, Any]:
    """A verdict on one text, by category; from 0.5 it is flagged. Python's names stand for the service's."""
    named = {name.replace("__", "/").replace("_", "-"): score for name, score in scores.items()}
    flags = {name: score >= 0.5 for name, score in named.items()}
    result = {"flagged": any(flags.values()), "categories": flags, "category_scores": named}
    return {"id": "modr-test", "model": "omni-moderation-latest", "results": [result]}
