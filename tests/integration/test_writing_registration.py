"""The built-in functions are registered through the public door, and loaded only when used."""

from __future__ import annotations

import subprocess
import sys

import pytest

from wagtail_ai_content import ai_functions, functions
from wagtail_ai_content.core.registry import RegistryError
from wagtail_ai_content.pipeline.functions import registry

LOADED = """
import sys
import wagtail_ai_content.ai_functions
print([name for name in sys.modules if "features" in name or name.startswith(("wagtail.", "litellm"))])
"""


def test_registering_the_built_in_functions_imports_none_of_them():
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_all_names_and_aliases_are_known():
    for name in ai_functions.BUILT_IN:
        assert registry.resolve(name) == name
    for alias, name in ai_functions.ALIASES.items():
        assert registry.resolve(alias) == name


@pytest.mark.parametrize("name", sorted(ai_functions.BUILT_IN))
def test_every_loader_gives_the_function_of_its_name(name):
    function = ai_functions.load(ai_functions.BUILT_IN[name])

    assert isinstance(function, functions.AIFunction)
    assert function.get_name() == name


def test_a_name_that_is_taken_is_refused():
    with pytest.raises(RegistryError, match="page_text"):
        functions.register_lazy("page_text", lambda: ai_functions.load(ai_functions.BUILT_IN["page_text"]))


def test_what_is_no_function_is_refused():
    with pytest.raises(RegistryError):
        functions.register("page")  # type: ignore[type-var]
