"""The form a structured reply must have, and the one strict way from text to value.

The only importer of pydantic, and only when a schema is first used: a site that starts up does not load it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ..errors import MalformedReply
from .reply import read_json

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")


class ReplySchema(Generic[T]):
    """A frozen dataclass as the form of a reply.

    Unknown keys are dropped, wrong types are refused (``"3"`` is not a number), numbers must be finite.
    """

    def __init__(self, form: type[T], *, max_items: int = 500) -> None:
        """``form``: a dataclass of str, int, float, bool, other dataclasses, and tuples of these.
        ``max_items``: the longest list that is accepted."""
        self._form = form
        self._max_items = max_items

    def json_schema(self) -> Mapping[str, Any]:
        """As JSON Schema in the strict dialect of structured outputs: all keys required, no others allowed."""
        schema: Mapping[str, Any] = json.loads(_of(self._form).strict_schema)
        return schema

    def parse(self, text: str) -> T:
        """``text`` as a value of the form. Raises: ``MalformedReply`` with what is wrong and where."""
        from pydantic import ValidationError

        data = read_json(text)
        _check_lengths(data, self._max_items)
        try:
            # As JSON once more: strict for values, while a list may still become a tuple and an object a dataclass.
            value: T = _of(self._form).adapter.validate_json(json.dumps(data), strict=True)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"]) or "the whole"
            raise MalformedReply(reason=f"{place}: {first['type'].replace('_', ' ')}") from None
        return value


@dataclass(frozen=True, kw_only=True)
class _Made:
    """What pydantic makes of a form, and that takes longer than reading a reply."""

    adapter: TypeAdapter[Any]
    strict_schema: str
    """As JSON, so that everybody gets a copy of their own."""


_made: dict[type[Any], _Made] = {}


def _of(form: type[Any]) -> _Made:
    """Made once a form."""
    if form not in _made:
        from pydantic import TypeAdapter

        adapter: TypeAdapter[Any] = TypeAdapter(form)
        _made[form] = _Made(adapter=adapter, strict_schema=json.dumps(_closed(adapter.json_schema())))
    return _made[form]


def _closed(schema: Any) -> Any:
    """``schema`` with every object closed and no defaults, which the strict dialect does not know."""
    if isinstance(schema, list):
        return [_closed(value) for value in schema]
    if not isinstance(schema, Mapping):
        return schema
    closed = {key: _closed(value) for key, value in schema.items() if key not in ("default", "properties", "$defs")}
    for key in ("properties", "$defs"):
        if key in schema:
            closed[key] = {name: _closed(value) for name, value in schema[key].items()}
    if "properties" in schema:
        closed |= {"additionalProperties": False, "required": list(schema["properties"])}
    return closed


def _check_lengths(data: Any, most: int) -> None:
    values = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    if isinstance(data, list) and len(data) > most:
        raise MalformedReply(reason=f"a list of more than {most} items")
    for value in values:
        _check_lengths(value, most)
