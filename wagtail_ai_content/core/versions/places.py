"""Places inside a page's content, and what makes two contents equal.

Content is what Wagtail's ``serializable_data()`` gives: a dictionary in which a StreamField is a JSON *string* of
``[{"type", "value", "id"}, …]``. A place is Wagtail's content path: ``body.<block id>.<struct key>.<item id>``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from ..errors import UnknownTarget

META = frozenset(
    {
        "pk",
        "id",
        "content_type",
        "path",
        "depth",
        "numchild",
        "url_path",
        "draft_title",
        "live",
        "has_unpublished_changes",
        "owner",
        "locked",
        "locked_at",
        "locked_by",
        "latest_revision",
        "latest_revision_created_at",
        "live_revision",
        "first_published_at",
        "last_published_at",
        "go_live_at",
        "expire_at",
        "expired",
        "translation_key",
        "locale",
        "alias_of",
        "wagtail_admin_comments",
    }
)
"""What belongs to the page as a whole and not to a version of its content."""
CHILD_META = frozenset({"pk", "id", "translation_key", "locale"})
"""The same for inline children, whose numbers are only given out when they are published."""

_SORTED = json.JSONEncoder(sort_keys=True, default=str)
_BLOCK_KEY = re.compile(r'(<[a-zA-Z][^<>]*?)\sdata-block-key="[^"<>]*"')


def get(content: Mapping[str, Any], path: str) -> Any:
    """What stands at ``path``; the raw children for a whole StreamField. Raises: ``UnknownTarget``."""
    field, *parts = path.split(".")
    node = _field(content, field)
    node = json.loads(node) if _is_stream(node) else node
    for part in parts:
        position = _position(node, part, path=path)
        node = node[position]["value"] if isinstance(node, list) else node[position]
    return node


def with_changes(content: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of ``content`` with other values at the places in ``changes``, and everything else as it was.

    A place that is a whole StreamField takes a list of raw children. A change of the whole comes before changes inside
    it. StreamFields that end up the same stay byte-equal. Raises: ``UnknownTarget``.
    """
    result = dict(content)
    for path in sorted(changes):
        field, *parts = path.split(".")
        result[field] = _changed(_field(result, field), parts, value=changes[path], path=path)
    return result


def overlap(one: str, other: str) -> bool:
    """Whether two places are the same, or one lies in the other."""
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def comparable(content: Mapping[str, Any]) -> dict[str, Any]:
    """``content`` without what saving alone may change, so that equal means that no person would see a difference."""
    return {key: _field_value(value) for key, value in content.items() if key not in META}


def digest(content: Mapping[str, Any]) -> str:
    """A SHA-256 of :func:`comparable`, in hexadecimal."""
    written = json.dumps(comparable(content), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def same(one: Any, other: Any) -> bool:
    """Whether a person sees no difference between two values."""
    texts = _written(one), _written(other)
    return texts[0] == texts[1] or (
        any("data-block-key" in text for text in texts) and canonical(one) == canonical(other)
    )


def canonical(value: Any) -> str:
    """JSON that is equal for two values between which a person sees no difference."""
    written = _written(value)
    return _written(_raw(value)) if "data-block-key" in written else written


# --- places


def _field(content: Mapping[str, Any], field: str) -> Any:
    if field not in content:
        raise UnknownTarget(what="field", name=field)
    return content[field]


def _is_stream(value: Any) -> bool:
    """Whether a field's value is the JSON of a StreamField; a text that only begins like one is not."""
    if not isinstance(value, str) or not value.startswith("["):
        return False
    try:
        data = json.loads(value)
    except (ValueError, RecursionError):
        return False
    return isinstance(data, list) and all(isinstance(item, dict) and {"type", "value"} <= item.keys() for item in data)


def _position(node: Any, part: str, *, path: str) -> Any:
    """The key of ``part`` in a struct, or the index of the block of that id in a list."""
    if isinstance(node, dict) and part in node:
        return part
    if isinstance(node, list):
        for index, item in enumerate(node):
            if isinstance(item, dict) and item.get("id") == part and "value" in item:
                return index
    raise UnknownTarget(what="block", name=path)


def _changed(old: Any, parts: list[str], *, value: Any, path: str) -> Any:
    """A field's value with another ``value`` at ``parts`` inside it."""
    if not _is_stream(old) or not (parts or isinstance(value, list)):
        return _put(old, parts, value=value, path=path)
    before = json.loads(old)
    # Dumped as Wagtail's StreamField does it: Django's encoder adds nothing for data that came from JSON.
    after = json.dumps(_put(before, parts, value=value, path=path))
    return old if after == json.dumps(before) else after


def _put(node: Any, parts: list[str], *, value: Any, path: str) -> Any:
    if not parts:
        return value
    position = _position(node, parts[0], path=path)
    if isinstance(node, dict):
        return {**node, position: _put(node[position], parts[1:], value=value, path=path)}
    item = {**node[position], "value": _put(node[position]["value"], parts[1:], value=value, path=path)}
    return [*node[:position], item, *node[position + 1 :]]


# --- comparing


def _written(value: Any) -> str:
    return _SORTED.encode(value)


def _field_value(value: Any) -> Any:
    if _is_stream(value):
        return _raw(json.loads(value))
    if isinstance(value, list):
        return [_child(item) if isinstance(item, Mapping) and "pk" in item else _raw(item) for item in value]
    return _raw(value)


def _child(child: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _field_value(value) for key, value in child.items() if key not in CHILD_META}


def _raw(value: Any) -> Any:
    """JSON data without block keys; what JSON does not know becomes what Django's encoder makes of it."""
    if isinstance(value, Mapping):
        return {key: _raw(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_raw(item) for item in value]
    if isinstance(value, str):
        return _BLOCK_KEY.sub(r"\1", value)
    if value is None or isinstance(value, int | float):
        return value
    return _moment(value) if isinstance(value, datetime | date | time) else str(value)


def _moment(value: datetime | date | time) -> str:
    """Milliseconds and ``Z``, so that content fresh from a model equals the same content read back from a revision."""
    text = re.sub(r"(\.\d{3})\d+", r"\1", value.isoformat())
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text
