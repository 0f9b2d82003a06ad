"""The prompts in folders: one ``.md.j2`` file each, with ``_partials/*.md.j2`` beside them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from ..text import gettext_noop
from .problems import Problem
from .template import Prompt, parse_file

SUFFIX = ".md.j2"


class FilePromptSource:
    """The prompts of some folders, read once. Where two have a file of the same name, the first folder's counts."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders

    @cached_property
    def prompts(self) -> Mapping[str, Prompt]:
        """By name, which is the file's name. Raises: ``PromptError``."""
        return {name: _read(path, name=name) for name, path in self._files("").items()}

    @cached_property
    def partials(self) -> Mapping[str, str]:
        """Text of each partial, by name."""
        return {name: path.read_text("utf-8") for name, path in self._files("_partials").items()}

    def list(self) -> tuple[Prompt, ...]:
        return tuple(self.prompts.values())

    def get(self, name: str) -> Prompt | None:
        return self.prompts.get(name)

    def for_function(self, function: str) -> Prompt | None:
        """The prompt called like the function, else the first one made for it."""
        fitting = [prompt for prompt in self.list() if prompt.function == function]
        return next((prompt for prompt in fitting if prompt.name == function), fitting[0] if fitting else None)

    def _files(self, below: str) -> dict[str, Path]:
        found = [_files(folder / below) for folder in reversed(self._folders)]
        return {name: path for files in found for name, path in files.items()}


def shipped_folder() -> Path:
    """Where the prompts of this product are: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[2]
    installed = package / "prompts_shipped"
    return installed if installed.is_dir() else package.parent / "prompts"


def _files(folder: Path) -> dict[str, Path]:
    return {path.name.removesuffix(SUFFIX): path for path in sorted(folder.glob(f"*{SUFFIX}"))}


def _read(path: Path, *, name: str) -> Prompt:
    prompt = parse_file(path.read_text("utf-8"), name=name)
    if prompt.name != name:
        raise Problem(gettext_noop("its header calls it “%(other)s”"), other=prompt.name).as_error(name)
    return prompt
