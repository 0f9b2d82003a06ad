"""The built-in engine's answers satisfy whatever schema is asked for, or it says that it cannot."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from wagtail_ai_content.core.errors import NotSupported
from wagtail_ai_content.core.providers.base import Request
from wagtail_ai_content.core.providers.extractive.answers import answer
from wagtail_ai_content.core.providers.extractive.conform import conforms

TEXT = (
    "A kiln keeps heat in. The kiln temperature rises slowly in the first firing. Raise the kiln temperature by no "
    "more than 100 °C an hour. Pyrometric cones measure heat work. A cone bends when time and heat have done enough."
)
NAMES = st.sampled_from(
    [
        "title",
        "description",
        "summary",
        "keywords",
        "tags",
        "score",
        "note",
        "body",
        "slug",
        "isDraft",
        "items",
        "x",
        "edits",
    ]
)


def ask(schema: Any, **material: Any) -> Any:
    data = {"function": "custom", "language": "en", "text": TEXT, "page_title": "Kilns", **material}
    return json.loads(
        answer(Request(model="builtin/extractive", messages=(), max_tokens=500, schema=schema, material=data))
    )


def is_valid(value: Any, schema: Any) -> bool:
    return Draft202012Validator(schema).is_valid(value)


@st.composite
def strings(draw: st.DrawFn) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if draw(st.booleans()):
        schema["minLength"] = draw(st.integers(0, 400))
    if draw(st.booleans()):
        schema["maxLength"] = schema.get("minLength", 0) + draw(st.integers(0, 200))
    return schema


@st.composite
def numbers(draw: st.DrawFn) -> dict[str, Any]:
    """With room enough between the bounds for a multiple of the step."""
    schema: dict[str, Any] = {"type": draw(st.sampled_from(["integer", "number"]))}
    low = draw(st.integers(-1000, 1000))
    if draw(st.booleans()):
        schema[draw(st.sampled_from(["minimum", "exclusiveMinimum"]))] = low
    if draw(st.booleans()):
        schema[draw(st.sampled_from(["maximum", "exclusiveMaximum"]))] = low + draw(st.integers(14, 50))
    if draw(st.booleans()):
        schema["multipleOf"] = draw(st.integers(1, 7))
    return schema


CHOICES = st.lists(st.one_of(st.integers(), st.text(max_size=8), st.booleans(), st.none()), min_size=1, max_size=5)
LEAVES = st.one_of(
    strings(),
    numbers(),
    CHOICES.map(lambda choices: {"enum": choices}),
    st.sampled_from(
        [{"type": "boolean"}, {"type": "null"}, {"const": {"a": [1]}}, {}, True, {"type": ["string", "null"]}]
    ),
)


@st.composite
def arrays(draw: st.DrawFn, items: st.SearchStrategy[Any]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "array", "items": draw(items)}
    if draw(st.booleans()):
        schema["minItems"] = draw(st.integers(0, 4))
    if draw(st.booleans()):
        schema["maxItems"] = schema.get("minItems", 0) + draw(st.integers(0, 3))
    return schema


@st.composite
def objects(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> dict[str, Any]:
    properties = draw(st.dictionaries(NAMES, values, max_size=5))
    required = draw(st.lists(st.sampled_from(sorted(properties)), unique=True)) if properties else []
    schema = {"type": "object", "properties": properties, "required": required}
    if draw(st.booleans()):
        schema["additionalProperties"] = False
    return schema


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    branches = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(arrays(inner), objects(inner), branches.map(lambda several: {"anyOf": several}))


SCHEMAS = objects(st.recursive(LEAVES, nested, max_leaves=12))


@given(SCHEMAS)
@settings(deadline=None, max_examples=200)
def test_any_schema_is_satisfied(schema: dict[str, Any]) -> None:
    assert is_valid(ask(schema), schema)


@given(SCHEMAS)
@settings(deadline=None)
def test_the_same_schema_gets_the_same_answer(schema: dict[str, Any]) -> None:
    assert json.dumps(ask(schema)) == json.dumps(ask(schema))


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-50, 50), st.text(max_size=6)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=6,
)


@given(JSON, st.recursive(LEAVES, nested, max_leaves=8))
@settings(deadline=None)
def test_the_last_look_agrees_with_a_validator(value: Any, schema: Any) -> None:
    assert conforms(value, schema, root=schema) == is_valid(value, schema)


class Idea(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str = Field(max_length=40)
    description: str = Field(min_length=10, max_length=90)
    keywords: list[str] = Field(min_length=2, max_length=4)
    score: float = Field(ge=0.5, lt=1)
    intent: Literal["informational", "unknown"]
    published: bool
    parent: Idea | None = None
    related: list[Idea] = []
    tone: Literal["dry"] | None
    tags: set[str]
    pair: tuple[str, int]
    extra: dict[str, int]


class Ideas(BaseModel):
    ideas: list[Idea] = Field(min_length=2)
    best: Idea


def test_pydantic_models_with_references_to_themselves_are_satisfied() -> None:
    found = Ideas.model_validate(ask(Ideas.model_json_schema()))
    assert found.best.title == "Kilns" or found.best.title in TEXT or "and" in found.best.title
    assert found.best.intent == "unknown"
    assert found.best.score == 0.5
    assert found.best.published is False
    assert len({idea.title for idea in found.ideas}) == len(found.ideas)


@dataclass(frozen=True, kw_only=True)
class Cluster:
    name: str
    keywords: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Clusters:
    clusters: tuple[Cluster, ...]
    note: str


def test_dataclasses_are_satisfied_with_words_of_the_text() -> None:
    schema = TypeAdapter(Clusters).json_schema()
    found = ask(schema)
    assert is_valid(found, schema)
    assert "kiln temperature" in found["clusters"][0]["keywords"]
    assert "nothing was invented" in found["note"]


def test_what_a_property_is_filled_with_follows_from_its_name() -> None:
    properties: dict[str, Any] = {
        "headline": {"type": "string", "maxLength": 50},
        "metaDescription": {"type": "string", "maxLength": 80},
        "keywords": {"type": "array", "items": {"type": "string"}},
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "is_safe": {"type": "boolean"},
    }
    found = ask({"type": "object", "properties": properties, "required": list(properties)})
    assert found["metaDescription"].rstrip("…") in TEXT
    assert "kiln temperature" in found["keywords"]
    assert (found["confidence"], found["is_safe"]) == (0, False)
    assert 0 < len(found["headline"]) <= 50


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": {"type": "string"}, "minItems": 6, "uniqueItems": True},
        {"type": "array", "items": {"type": "string", "maxLength": 2}, "minItems": 4, "uniqueItems": True},
        {"type": "array", "items": {"type": "integer", "minimum": 3}, "minItems": 4, "uniqueItems": True},
        {"type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 3, "uniqueItems": True},
        {"type": "array", "items": {"type": "boolean"}, "minItems": 2, "uniqueItems": True},
        {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "minItems": 2, "items": False},
        {"oneOf": [{"type": "integer"}, {"type": "number"}, {"type": "string", "maxLength": 3}]},
        {"allOf": [{"type": "string", "maxLength": 20}, {"minLength": 15}]},
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        {"type": "number", "multipleOf": 0.25, "minimum": 0.3},
        {"type": "string", "pattern": "^[a-z0-9-]+$"},
        {"type": "string", "pattern": "^#[0-9a-f]{6}$"},
        {"type": "string", "format": "date"},
        {"$ref": "#/$defs/a", "$defs": {"a": {"type": "integer", "minimum": 2}}},
    ],
)
def test_less_usual_demands_are_met(schema: dict[str, Any]) -> None:
    assert is_valid(ask(schema), schema)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "^ISBN [0-9]{13}$"},
        {"type": "integer", "minimum": 3, "maximum": 2},
        {"type": "object", "required": ["a"], "additionalProperties": False},
        {"type": "array", "items": {"type": "null"}, "minItems": 2, "uniqueItems": True},
        {"not": {}},
        {"$ref": "#/nowhere"},
        {"anyOf": [{"$ref": "#"}]},
        {"type": "string", "pattern": "("},
        {"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]},
    ],
)
def test_a_form_that_cannot_be_met_is_refused_in_a_sentence(schema: dict[str, Any]) -> None:
    with pytest.raises(NotSupported, match="an answer of this form"):
        ask(schema)


UNITS = [{"id": "u1", "kind": "text", "html": "<p>The the kiln is hot.</p>"}]
PAGES = [
    {"title": "Kilns", "text": TEXT},
    {"title": "Clay", "text": "Clay is decomposed rock. It shrinks as it dries."},
]


NOTE = {"type": "string", "maxLength": 9}


@pytest.mark.parametrize(
    ("material", "schema"),
    [
        ({"units": UNITS}, {"edits": {"type": "array", "maxItems": 0}}),
        ({"pages": PAGES, "text": ""}, {"blocks": {"type": "array", "maxItems": 1}}),
        ({}, {"titles": {"type": "array", "items": {"type": "string", "maxLength": 12}, "minItems": 3}}),
        ({}, {"seo_title": {"maxLength": 5}, "search_description": {"maxLength": 20}, "score": {"type": "integer"}}),
        ({}, {"summary": {"type": "string", "minLength": 300}}),
    ],
)
def test_our_own_answers_bend_to_tighter_schemas(material: Mapping[str, Any], schema: dict[str, Any]) -> None:
    properties = {**schema, "note": NOTE}
    whole = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    assert is_valid(ask(whole, **material), whole)


def test_html_that_does_not_fit_is_left_out_and_never_cut() -> None:
    edit = {
        "type": "object",
        "properties": {"id": {"type": "string"}, "html": {"type": "string", "maxLength": 30}},
        "required": ["id", "html"],
    }
    properties = {"edits": {"type": "array", "items": edit}, "note": {"type": "string"}}
    long = {"id": "u0", "kind": "text", "html": "<p>The the kiln in the shed behind the house is hot.</p>"}
    found = ask({"type": "object", "properties": properties}, function="rewrite", units=[long, *UNITS])
    assert found["edits"] == [{"id": "u1", "html": "<p>The kiln is hot.</p>"}]
