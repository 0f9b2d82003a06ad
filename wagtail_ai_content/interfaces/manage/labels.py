"""What things are called in the reports, and how they are chosen in their filters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext

from wagtail_ai_content.pipeline.functions import registry


def function_label(name: str) -> str:
    """What a person calls the AI function ``name``; the name itself where it is no longer installed."""
    function = registry.get(name) if name else None
    return gettext(function.title) if function and function.title else name


def translated(words: str) -> str:
    """Words of a guardrail: of those that come with the app in the reader's language, of others as they are."""
    return gettext(words) if words else ""


def function_choices() -> list[tuple[str, str]]:
    return sorted(((name, function_label(name)) for name in registry), key=lambda choice: choice[1])


def account_choices(known: Iterable[str]) -> list[tuple[str, str]]:
    """The accounts with these numbers, by name: those who were deleted, too."""
    users, numbers = get_user_model(), list(known)
    keys = [number for number in numbers if _is_key(users, number)]
    names = {str(user.pk): user.get_username() for user in users._default_manager.filter(pk__in=keys)}
    gone = gettext("Account %(number)s, deleted")
    return sorted(((one, names.get(one, gone % {"number": one})) for one in numbers), key=lambda choice: choice[1])


def _is_key(model: Any, number: str) -> bool:
    try:
        model._meta.pk.to_python(number)
    except ValueError:
        return False
    return True
