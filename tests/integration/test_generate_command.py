"""The pages that ``ai_generate`` is told by number or path."""

from __future__ import annotations

import pytest
from wagtail.models import Page

from wagtail_ai_content.core.errors import UnknownTarget
from wagtail_ai_content.management.commands.ai_generate import find_page

pytestmark = pytest.mark.django_db


def test_a_page_is_found_by_its_number_and_by_the_path_that_visitors_see(root: Page, plain_page: Page) -> None:
    assert find_page(str(plain_page.pk)).pk == plain_page.pk
    assert find_page("/walk/first/").pk == plain_page.pk
    assert find_page("walk/first").pk == plain_page.pk
    assert find_page("/").pk == root.pk


@pytest.mark.parametrize("given", ["99999", "9" * 40, "/walk/second/", "walk/first/again"])
def test_what_is_not_there_is_named(plain_page: Page, given: str) -> None:
    with pytest.raises(UnknownTarget):
        find_page(given)
