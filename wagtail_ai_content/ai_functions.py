"""The built-in functions, registered as a site registers its own; each module is imported at its first use."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from .core.engine.function import AIFunction
from .functions import alias, register_lazy

BUILT_IN: Final = {
    "page_text": "writing.page_text.PageText",
    "rewrite": "writing.rewrite.Rewrite",
    "title": "writing.title.Title",
    "meta": "writing.meta.Meta",
    "summarise": "writing.summarise.Summarise",
    "assist": "writing.assist.Assist",
    "suggestions": "analysis.suggestions.Suggestions",
    "layout": "layout.layout.Layout",
}
"""Class of each function below ``features``, by the function's name."""

ALIASES: Final = {
    "page_content": "page_text",
    "page_text_generation": "page_text",
    "summarize": "summarise",
    "summary": "summarise",
    "meta_description": "meta",
    "seo": "meta",
}
"""Names other systems use, and those of earlier designs."""


def load(path: str) -> AIFunction:
    """The function of a path in ``BUILT_IN``."""
    module, _, name = path.rpartition(".")
    function: AIFunction = getattr(import_module(f"{__package__}.features.{module}"), name)()
    return function


for _name, _path in BUILT_IN.items():
    register_lazy(_name, lambda path=_path: load(path))  # type: ignore[misc]
for _alias, _name in ALIASES.items():
    alias(_alias, _name)
