"""Add an AI function of your own, from an ``ai_functions.py`` in any installed app.

::

    from wagtail_ai_content.functions import AIFunction, register

    @register
    class Glossary(AIFunction):
        name = "glossary"
        ...

Its prompt is ``ai_prompts/glossary.md.j2`` in the same app. A public promise: what is imported here keeps its meaning.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .core.engine.function import AIFunction, Parsed, Prepared, Saved, Target, Task
from .core.engine.phases import Phase
from .core.engine.schema import ReplySchema
from .core.text import Text, gettext_noop
from .pipeline.functions import registry

__all__ = [
    "AIFunction",
    "Parsed",
    "Phase",
    "Prepared",
    "ReplySchema",
    "Saved",
    "Target",
    "Task",
    "Text",
    "alias",
    "gettext_noop",
    "register",
    "register_lazy",
]

FunctionOrClass = TypeVar("FunctionOrClass", AIFunction, type[AIFunction])


def register(function: FunctionOrClass) -> FunctionOrClass:
    """Offer ``function``, an instance or a class, under its ``name``; gives back what it was given.

    Raises: ``RegistryError`` for a name that is taken, or something that is not an AI function.
    """
    thing = function() if isinstance(function, type) else function
    registry.register(getattr(thing, "name", ""), thing)
    return function


def register_lazy(name: str, loader: Callable[[], AIFunction]) -> None:
    """Offer under ``name`` what ``loader`` returns, called at its first use. Raises: ``RegistryError``."""
    registry.register_lazy(name, loader)


def alias(alias: str, name: str) -> None:
    """Let ``name`` answer to ``alias`` too. Raises: ``RegistryError`` for an alias that is taken."""
    registry.alias(alias, name)
