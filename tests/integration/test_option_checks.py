"""System checks of what a site says about its fields and about the addresses of its providers."""

from __future__ import annotations

from typing import Any

import pytest

from wagtail_ai_content.checks import check_options

CANARY = "sk-canary-0f4c"


@pytest.fixture
def told(settings: Any) -> Any:
    """``told(FIELDS={…})``: the messages about it."""

    def check(**options: Any) -> list[Any]:
        settings.WAGTAIL_AI_CONTENT = options
        return check_options(None)

    return check


def ids(found: list[Any]) -> list[str]:
    return [message.id.removeprefix("wagtail_ai_content.") for message in found]


@pytest.mark.parametrize(
    "rules",
    [
        {},
        {"only": ["title"], "exclude": ("body.quote",), "private": {"desk_notes"}},
        {"blocks": {"body": ["paragraph", "heading", "note", "sections"]}},
        {"blocks": {"body": []}},
    ],
)
def test_rules_that_can_be_read_are_silent(rules: Any, told: Any) -> None:
    assert told(FIELDS={"pages.DeepPage": rules}) == []


@pytest.mark.parametrize(
    "rules",
    [
        ["title"],
        {"privat": ["desk_notes"]},
        {"private": "desk_notes"},
        {"only": [1]},
        {"blocks": ["paragraph"]},
        {"blocks": {"body": "paragraph"}},
        {"blocks": {"desk_notes": ["paragraph"]}},
        {"blocks": {"missing": ["paragraph"]}},
    ],
)
def test_rules_that_would_not_hold_are_refused(rules: Any, told: Any) -> None:
    assert ids(told(FIELDS={"pages.DeepPage": rules})) == ["E006"]


def test_blocks_may_be_said_of_a_parent(told: Any) -> None:
    assert told(FIELDS={"wagtailcore.page": {"blocks": {"body": ["paragraph", "quote"]}}}) == []


@pytest.mark.parametrize("label", ["pages.Missing", "nowhere.Page", "pages"])
def test_blocks_of_a_model_that_is_not_there_are_refused(label: str, told: Any) -> None:
    assert ids(told(FIELDS={label: {"blocks": {"body": ["paragraph"]}}})) == ["E006"]


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("pages.DeepPage", "raw_html"),
        ("pages.DeepPage", "items"),
        ("pages.NotebookPage", "ai_text"),
        ("pages.NotebookPage", "missing"),
    ],
    ids=["raw HTML", "a part of a block", "an AI block", "none at all"],
)
def test_blocks_that_an_ai_never_makes_are_refused_and_named(label: str, kind: str, told: Any) -> None:
    (message,) = told(FIELDS={label: {"blocks": {"body": ["paragraph", kind]}}})
    assert (ids([message]), repr(kind) in message.msg, "paragraph" in message.hint) == (["E007"], True, True)


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "https://api.example.org/v1",
        "https://10.0.0.5:8443/v1",
        "http://127.0.0.1:11434",
        "http://127.8.8.8/v1",
        "http://localhost:8000/v1",
        "http://LOCALHOST./",
        "http://[::1]:8000/v1",
    ],
)
def test_an_address_to_which_texts_go_safely_is_silent(address: Any, told: Any) -> None:
    assert told(PROVIDERS={"openai": {"API_BASE": address}}) == []


@pytest.mark.parametrize(
    "address",
    ["http://api.example.org/v1", "http://10.0.0.5:8000", "http://localhost.example.org/"],
)
def test_an_address_without_encryption_is_warned_of(address: str, told: Any) -> None:
    assert ids(told(PROVIDERS={"openai": {"API_BASE": address}})) == ["W008"]


@pytest.mark.parametrize(
    "address",
    [
        5,
        "api.example.org",
        "//api.example.org/v1",
        "ftp://api.example.org",
        "file:///etc/passwd",
        "http:127.0.0.1",
        "https://api.example.org/v1?key=1",
        "https://evil.example/#api.openai.com",
        "https://[::1",
        "https://a:port/",
        "http://0177.0.0.1/",
        "http://2130706433/",
        "https://api.example.org\\evil.example/",
        "https://api.example.org\t.evil.example/",
        "https://api.example.org\u200b/v1",
        "https://api%2eexample.org/",
    ],
)
def test_what_is_no_address_of_an_api_is_refused(address: Any, told: Any) -> None:
    assert ids(told(PROVIDERS={"openai": {"API_BASE": address}})) == ["E008"]


@pytest.mark.parametrize("address", [f"https://:{CANARY}@api.example.org/v1", f"http://{CANARY}@127.0.0.1/"])
def test_an_address_with_a_key_in_it_is_refused_and_the_key_not_shown(address: str, told: Any) -> None:
    found = told(PROVIDERS={"openai": {"API_BASE": address}})
    assert ids(found) == ["E009"]
    assert CANARY not in f"{found[0].msg} {found[0].hint}"


@pytest.mark.parametrize("hosts", ["images.example.org", [1], None, {"a": True}])
def test_hosts_that_are_no_list_are_refused(hosts: Any, told: Any) -> None:
    assert ids(told(PROVIDERS={"openai": {"IMAGE_HOSTS": hosts}})) == ["E050"]


def test_hosts_in_a_list_are_silent(told: Any) -> None:
    assert told(PROVIDERS={"openai": {"IMAGE_HOSTS": ["images.example.org", ".example.net"]}}, API_HOSTS=["*"]) == []


def test_a_list_of_other_things_than_hosts_is_refused(told: Any) -> None:
    assert ids(told(API_HOSTS=[5], PROVIDERS={"openai": {"API_BASE": "https://api.example.org/v1"}})) == ["E050"]


@pytest.mark.parametrize("address", ["https://api.openai.com.evil.example/v1", "https://evil.example/api.openai.com"])
def test_an_address_at_a_host_that_is_not_listed_is_refused(address: str, told: Any) -> None:
    found = told(API_HOSTS=["api.openai.com"], PROVIDERS={"openai": {"API_BASE": address}})
    assert ids(found) == ["E051"]
    assert "evil" not in f"{found[0].msg} {found[0].hint}"


def test_an_address_at_a_host_that_is_listed_is_silent(told: Any) -> None:
    assert told(API_HOSTS=["api.openai.com"], PROVIDERS={"openai": {"API_BASE": "https://API.openai.com./v1"}}) == []
