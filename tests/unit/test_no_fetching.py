"""The package has nothing that could fetch an address or open an image, but for the wire to the provider."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "wagtail_ai_content"
# Not socket, which tells the name of a worker's machine, nor smtplib, for the errors of Django's mails.
FETCHING = {
    "aiohttp", "ftplib", "http.client", "httpx", "PIL", "requests", "telnetlib", "urllib.request",
    "urllib3", "wagtail.embeds.embeds", "willow",
}  # fmt: skip
WIRE = "core/providers/wire.py"


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def fetching(file: Path) -> set[str]:
    return {name for name in imported(file) for known in FETCHING if name == known or name.startswith(f"{known}.")}


def test_only_the_wire_imports_what_can_fetch() -> None:
    found = {str(file.relative_to(PACKAGE)): fetching(file) for file in PACKAGE.rglob("*.py")}
    assert "httpx" in found[WIRE]
    assert {name for name, modules in found.items() if modules} == {WIRE}


def test_nothing_asks_wagtail_to_fetch_an_embed_or_open_an_image() -> None:
    asking = ("find_embed", "get_embed", "get_finder_for_embed", "get_rendition(", "get_willow_image")
    texts = {file: file.read_text(encoding="utf-8") for file in PACKAGE.rglob("*.py")}
    assert len(texts) > 100
    assert [f"{file.name}: {name}" for file, text in texts.items() for name in asking if name in text] == []
