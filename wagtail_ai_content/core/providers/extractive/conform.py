"""Does a value have the form of a JSON Schema? The last look at an answer before it leaves.

Covers what structured outputs and pydantic use (draft 2020-12). A keyword that asserts something and is not known here
counts as not satisfied, so that the answer is never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from math import isfinite
from typing import Any

Schema = Mapping[str, Any] | bool

_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: is_number(value),
    "integer": lambda value: is_number(value) and value == int(value),
}
_UNKNOWN = frozenset(
    {
        *("not", "if", "then", "else", "contains", "minContains", "maxContains", "propertyNames", "patternProperties"),
        *("dependentRequired", "dependentSchemas", "dependencies", "unevaluatedProperties", "unevaluatedItems"),
        *("$dynamicRef", "$recursiveRef"),
    }
)
MOST_DEPTH = 30


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def resolve(schema: Schema, root: Schema) -> Schema:
    """``schema`` with its ``$ref`` followed and the keywords beside it added. A reference to nowhere allows nothing."""
    for _ in range(MOST_DEPTH):
        if isinstance(schema, bool) or "$ref" not in schema:
            return schema
        target = _at(root, str(schema["$ref"]))
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        if isinstance(target, bool):
            schema = beside if target else False
        else:
            schema = {**target, **beside} if not target.keys() & beside.keys() else {"allOf": [target, beside]}
    return False


def conforms(value: Any, schema: Schema, *, root: Schema) -> bool:
    schema = resolve(schema, root)
    if isinstance(schema, bool):
        return schema
    if _UNKNOWN & schema.keys():
        return False
    return (
        _has_type(value, schema)
        and _is_listed(value, schema)
        and _is_combined(value, schema, root=root)
        and (not isinstance(value, str) or _is_string(value, schema))
        and (not is_number(value) or _is_in_range(value, schema))
        and (not isinstance(value, list) or _is_array(value, schema, root=root))
        and (not isinstance(value, dict) or _is_object(value, schema, root=root))
    )


def same(one: Any, other: Any) -> bool:
    """Equal as JSON: 1 is 1.0, but true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


def _at(root: Schema, reference: str) -> Schema:
    if not reference.startswith("#"):
        return False
    node: Any = root
    for part in reference[1:].split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(node, Mapping) or part not in node:
            return False
        node = node[part]
    return node if isinstance(node, Mapping | bool) else False


def _has_type(value: Any, schema: Mapping[str, Any]) -> bool:
    types = schema.get("type")
    if types is None:
        return True
    return any(name in _TYPES and _TYPES[name](value) for name in ([types] if isinstance(types, str) else types))


def _is_listed(value: Any, schema: Mapping[str, Any]) -> bool:
    if "const" in schema and not same(value, schema["const"]):
        return False
    return "enum" not in schema or any(same(value, item) for item in schema["enum"])


def _is_combined(value: Any, schema: Mapping[str, Any], *, root: Schema) -> bool:
    def fitting(key: str) -> int:
        return sum(conforms(value, branch, root=root) for branch in schema[key])

    return (
        ("allOf" not in schema or fitting("allOf") == len(schema["allOf"]))
        and ("anyOf" not in schema or fitting("anyOf") > 0)
        and ("oneOf" not in schema or fitting("oneOf") == 1)
    )


def _is_string(value: str, schema: Mapping[str, Any]) -> bool:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        return False
    return "pattern" not in schema or re.search(schema["pattern"], value) is not None


def _is_in_range(value: float, schema: Mapping[str, Any]) -> bool:
    return (
        value >= schema.get("minimum", value)
        and value <= schema.get("maximum", value)
        and ("exclusiveMinimum" not in schema or value > schema["exclusiveMinimum"])
        and ("exclusiveMaximum" not in schema or value < schema["exclusiveMaximum"])
        and (not schema.get("multipleOf") or Fraction(value) % Fraction(schema["multipleOf"]) == 0)
    )


def _is_array(value: list[Any], schema: Mapping[str, Any], *, root: Schema) -> bool:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        return False
    if schema.get("uniqueItems") and any(same(a, b) for at, a in enumerate(value) for b in value[:at]):
        return False
    first = schema.get("prefixItems", [])
    return all(
        conforms(item, first[at] if at < len(first) else schema.get("items", True), root=root)
        for at, item in enumerate(value)
    )


def _is_object(value: dict[str, Any], schema: Mapping[str, Any], *, root: Schema) -> bool:
    if not schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", len(value)):
        return False
    if any(key not in value for key in schema.get("required", ())):
        return False
    properties = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    return all(conforms(item, properties.get(key, others), root=root) for key, item in value.items())
