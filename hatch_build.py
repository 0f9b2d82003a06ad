"""What the build does to the wheel: scripts lose their comments and spaces, under their own names (decision 0021)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from tree_sitter import Node

SCRIPTS = "wagtail_ai_content/static"
WHOLE = {"string", "regex", "template_string"}
"""Kept to the letter, spaces and all."""


class ShortenScripts(BuildHookInterface[BuilderConfig]):
    """Puts shortened scripts into the wheel in place of those of the source, which stay as they are.

    An editable install has the source. A script that cannot be shortened ends the build.
    """

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        self.folder: TemporaryDirectory[str] | None = None
        if version == "editable":
            return
        self.folder = TemporaryDirectory()
        for source in sorted(Path(self.root, SCRIPTS).rglob("*.js")):
            place = source.relative_to(self.root).as_posix()
            target = Path(self.folder.name, place)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(shortened(source.read_bytes(), place))
            build_data["force_include"][str(target)] = place

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if self.folder:
            self.folder.cleanup()


def shortened(script: bytes, place: str) -> bytes:
    """The script without comments and needless spaces; read once more, to know that it says the same.

    :raises RuntimeError: for what is no JavaScript, or would say something else without its line ends.
    """
    tree = parsed(script, place)
    result = b""
    for token in tokens(tree):
        text = token.text or b""
        result += b" " + text if would_merge(result, text) else text
    if list(outline(parsed(result, place))) != list(outline(tree)):
        raise RuntimeError(f"{place} would say something else without its spaces")
    return result


def parsed(script: bytes, place: str) -> Node:
    import tree_sitter_javascript
    from tree_sitter import Language, Parser

    root = Parser(Language(tree_sitter_javascript.language())).parse(script).root_node
    if root.has_error:
        raise RuntimeError(f"{place} is no JavaScript that can be read")
    return root


def tokens(node: Node) -> Iterator[Node]:
    if node.type == "comment":
        return
    if node.type in WHOLE or not node.children:
        yield node
        return
    for child in node.children:
        yield from tokens(child)


def outline(node: Node) -> Iterator[tuple[str, bytes | None]]:
    """All nodes but comments, in order; those without parts have their words."""
    if node.type == "comment":
        return
    is_token = node.type in WHOLE or not node.children
    yield node.type, node.text if is_token else None
    if not is_token:
        for child in node.children:
            yield from outline(child)
        yield f"end of {node.type}", None


def would_merge(before: bytes, after: bytes) -> bool:
    """Whether two tokens would be read as one: words, and signs that double."""
    if not before or not after:
        return False
    ends, starts = before[-1:], after[:1]
    return (is_word(ends) and is_word(starts)) or (ends in b"+-/" and starts == ends)


def is_word(character: bytes) -> bool:
    return character.isalnum() or character in b"_$#" or character >= b"\x80"
