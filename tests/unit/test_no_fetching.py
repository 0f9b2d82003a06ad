"""The package has nothing that could fetch an address or open an image, but for three files that do nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "wagtail_ai_content"
# Not socket, which tells the name of a worker's machine, nor smtplib, for the errors of Django's mails.
FETCHING = {
    "aiohttp", "ftplib", "h11", "http.client", "httpcore", "httpx", "PIL", "requests", "telnetlib", "urllib.request",
    "urllib3", "wagtail.embeds.embeds", "willow",
}  # fmt: skip
ALLOWED = {
    "core/providers/wire.py": {"httpx"},  # the request to the model
    "core/providers/fetching.py": {"httpcore"},  # an image at a listed, public host
    "core/images/pixels.py": {"PIL"},  # an image that a model for images sent
}


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def fetching(file: Path) -> set[str]:
    return {name for name in imported(file) for known in FETCHING if name == known or name.startswith(f"{known}.")}


def test_only_three_files_import_what_can_fetch_or_open() -> None:
    found = {str(file.relative_to(PACKAGE)): fetching(file) for file in PACKAGE.rglob("*.py")}
    assert {name: {each.partition(".")[0] for each in modules} for name, modules in found.items() if modules} == ALLOWED


def test_only_the_adapter_has_an_image_fetched() -> None:
    using = [file for file in PACKAGE.rglob("*.py") if re.search(r"\bFetcher\b|\bfetching\b", _code(file))]
    assert sorted(file.name for file in using) == ["fetching.py", "litellm.py"]
    assert _code(PACKAGE / "core/providers/litellm.py").count(".fetch(") == 1


def _code(file: Path) -> str:
    return ast.unparse(ast.parse(file.read_text(encoding="utf-8")))


def test_nothing_asks_wagtail_to_fetch_an_embed_or_open_an_image() -> None:
    asking = ("find_embed", "get_embed", "get_finder_for_embed", "get_rendition(", "get_willow_image")
    texts = {file: file.read_text(encoding="utf-8") for file in PACKAGE.rglob("*.py")}
    assert len(texts) > 100
    assert [f"{file.name}: {name}" for file, text in texts.items() for name in asking if name in text] == []
