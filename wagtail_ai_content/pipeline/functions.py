"""The AI functions of this site, built-in and its own."""

from __future__ import annotations

from typing import Final

from wagtail_ai_content.core.engine.function import AIFunction
from wagtail_ai_content.core.errors import UnknownFunction
from wagtail_ai_content.core.registry import Registry

registry: Final[Registry[AIFunction]] = Registry("AI function", kind=AIFunction)  # type: ignore[type-abstract]


def get_function(name: str) -> AIFunction:
    """The function of that name or alias. Raises: ``UnknownFunction`` with the names that are known."""
    function = registry.get(name)
    if function is None:
        raise UnknownFunction(name=name, known=", ".join(registry))
    return function


def is_of_form(name: str) -> bool:
    """Whether the function of that name is asked from an open form, by somebody who waits for its answer there."""
    function = registry.get(name)
    return function is not None and bool(function.editor_params)
