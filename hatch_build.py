"""What the build does to the wheel: each script is minified, under its own name (decision 0021)."""

from __future__ import annotations

import platform
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SCRIPTS = "wagtail_ai_content/static"
MINIFIER = "tdewolff-minify~=2.24.12"
IMPORTS_AND_BODY = re.compile(r"\A((?:\s*import\s[^;]*;)*)(.*)\Z", re.DOTALL)
EXPORT = re.compile(r"^export\s", re.MULTILINE)
IS_SERVED = (sys.platform, platform.machine().lower()) not in {("darwin", "arm64"), ("win32", "arm64")}
"""Whether the minifier can be installed here without a compiler for Go."""


class MinifyScripts(BuildHookInterface):  # type: ignore[type-arg]
    """Puts minified scripts into the wheel in place of those of the source, which stay as they are.

    An editable install has the source, and so has a wheel built where there is no minifier. A script that cannot be
    read ends the build.
    """

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        return [MINIFIER] if IS_SERVED else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        self.folder: TemporaryDirectory[str] | None = None
        if version == "editable":
            return
        if not IS_SERVED:
            self.app.display_warning("There is no minifier for this kind of machine: the scripts are as in the source.")
            return
        self.folder = TemporaryDirectory()
        for source in sorted(Path(self.root, SCRIPTS).rglob("*.js")):
            place = source.relative_to(self.root).as_posix()
            target = Path(self.folder.name, place)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(minified(source.read_text(encoding="utf-8"), place), encoding="utf-8")
            build_data["force_include"][str(target)] = place

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if self.folder:
            self.folder.cleanup()


def minified(script: str, place: str) -> str:
    """The script without comments, needless spaces and long local names; read once more, to know that it can be.

    :raises RuntimeError: for what is no JavaScript, with where.
    """
    import minify

    try:
        short: str = minify.string("text/javascript", enclosed(script))
        minify.string("text/javascript", short)
    except minify.MinifyError as error:
        raise RuntimeError(f"{place} cannot be minified: {error}") from error
    return short


def enclosed(script: str) -> str:
    """A script that exports nothing, with all but its imports in a block, where every name is a local one."""
    return script if EXPORT.search(script) else IMPORTS_AND_BODY.sub(r"\1{\2}", script)
