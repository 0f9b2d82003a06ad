"""The documentation against the code: complete where it lists something, and no link into nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from wagtail_ai_content.conf import OPTIONS
from wagtail_ai_content.core.errors import AIError

REPO = Path(__file__).parents[2]
DOCS = REPO / "docs"
PAGES = sorted([REPO / "README.md", REPO / "CHANGELOG.md", *DOCS.rglob("*.md")])
DECISIONS = sorted((DOCS / "decisions").glob("0*.md"))

FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^()\s]+)\)")
OTHER_CODE = re.compile(r'(?:\berror_code=|^    code = )"(\w+)"', re.MULTILINE)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def test_the_reference_of_settings_lists_exactly_the_options() -> None:
    listed = re.findall(r"^### `(\w+)`$", _read(DOCS / "reference" / "settings.md"), re.MULTILINE)

    assert sorted(listed) == sorted(OPTIONS)


@pytest.mark.parametrize("error", [AIError, *AIError.__subclasses__()], ids=lambda error: error.__name__)
def test_every_error_of_the_tree_is_listed_with_its_message(error: type[AIError]) -> None:
    text = _read(DOCS / "reference" / "errors.md")

    missing = [kind.code for kind in _tree(error) if f"`{kind.code}`" not in text or kind.message not in text]

    assert missing == []


def test_codes_given_outside_of_the_tree_are_listed() -> None:
    sources = [_read(path) for path in (REPO / "wagtail_ai_content").rglob("*.py")]
    codes = {code for text in sources for code in OTHER_CODE.findall(text)}

    text = _read(DOCS / "reference" / "errors.md")

    assert {"internal", "worker_lost", "read_back"} <= codes
    assert [code for code in sorted(codes) if f"`{code}`" not in text] == []


def test_the_reference_of_system_checks_lists_exactly_the_checks() -> None:
    source = _read(REPO / "wagtail_ai_content" / "checks.py")
    errors = {f"E{int(number):03}" for number in re.findall(r"_error\(\s*(\d+),", source)}
    warnings = set(re.findall(r"\.(W\d{3})", source))

    listed = re.findall(
        r"^\| `wagtail_ai_content\.([EW]\d{3})`", _read(DOCS / "reference" / "system-checks.md"), re.MULTILINE
    )

    assert len(errors) > 10
    assert sorted(listed) == sorted(errors | warnings)


def test_every_command_is_in_the_reference() -> None:
    commands = [path.stem for path in (REPO / "wagtail_ai_content" / "management" / "commands").glob("[a-z]*.py")]
    text = _read(DOCS / "reference" / "commands.md")

    assert "ai_generate" in commands
    assert [name for name in commands if f"## `{name}`" not in text] == []


def test_every_decision_is_listed_and_numbered_without_a_gap() -> None:
    index = _read(DOCS / "decisions" / "README.md")

    assert [path.name[:4] for path in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]
    assert [path.name for path in DECISIONS if f"[{path.name[:4]}]({path.name})" not in index] == []


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.name[:4])
def test_a_decision_says_what_was_rejected(decision: Path) -> None:
    parts = re.findall(r"^\*\*(\w+)\.\*\*", _read(decision), re.MULTILINE)

    assert parts == ["Context", "Decision", "Rejected", "Consequences"]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(REPO)))
def test_links_lead_somewhere(page: Path) -> None:
    assert [link for link in _links(page) if not _resolves(link, page)] == []


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda path: str(path.relative_to(REPO)))
def test_every_page_can_be_reached_from_the_readme(page: Path) -> None:
    assert page.resolve() in _reachable(REPO / "README.md")


def _tree(error: type[AIError]) -> Iterator[type[AIError]]:
    yield error
    for kind in error.__subclasses__():
        yield from _tree(kind)


def _read(path: Path) -> str:
    return path.read_text("utf-8")


def _links(page: Path) -> list[str]:
    """Links inside of the repository; code is not searched."""
    return [link for link in LINK.findall(FENCE.sub("", _read(page))) if "://" not in link]


def _resolves(link: str, page: Path) -> bool:
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    return target.exists() and (not anchor or anchor in _anchors(target))


def _anchors(page: Path) -> set[str]:
    """Of the headings, as GitHub makes them."""
    headings = (heading.lower().replace("`", "") for heading in HEADING.findall(FENCE.sub("", _read(page))))
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in headings}


def _reachable(start: Path) -> set[Path]:
    found, waiting = set[Path](), [start.resolve()]
    while waiting:
        page = waiting.pop()
        if page not in found and page.suffix == ".md" and page.is_file():
            found.add(page)
            waiting += [(page.parent / link.partition("#")[0]).resolve() for link in _links(page)]
    return found
