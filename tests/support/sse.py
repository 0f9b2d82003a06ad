"""Streams of events, as a model sends them and as the editor's server does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any


def model_stream(
    pieces: Sequence[str], *, drip: float = 0.0, cut: bool = False, end: bool = True, reason: str = "stop"
) -> dict[str, Any]:
    """An entry for the script of the model on loopback: these pieces, ``drip`` seconds apart.

    ``reason``: why it ends. ``cut``: the connection ends in the middle. ``end`` False: the stream stays open after the
    last piece.
    """
    chunks = [_chunk({"delta": {"content": piece}}) for piece in pieces]
    if not cut and end:
        chunks += [_chunk({"delta": {}, "finish_reason": reason}), "data: [DONE]\n\n"]
    return {
        "headers": {"Content-Type": "text/event-stream"},
        "chunks": chunks if end else [*chunks, *[": open\n\n"] * 600],
        "drip": drip,
        "cut": cut,
    }


def _chunk(choice: dict[str, Any]) -> str:
    return f"data: {json.dumps({'id': 'x', 'model': 'test-model', 'choices': [{'index': 0, **choice}]})}\n\n"


def events(answer: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events of an answer that is read line by line, as they come."""
    name = ""
    for raw in answer:
        line = raw.decode().rstrip("\n")
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))
