"""What is added to the edit pages of the admin, and to no others."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from tests.support.pages.models import PlainPage
from wagtail_ai_content.interfaces.editor import assets


def test_the_scripts_are_on_edit_pages_and_hold_nothing_inline(
    client: Client, editor: object, plain_page: PlainPage
) -> None:
    client.force_login(editor)
    edit = client.get(reverse("wagtailadmin_pages:edit", args=[plain_page.pk])).content.decode()
    part = edit[edit.index("wagtail_ai_content/css/editor.css") : edit.index('wac-conflict-target="status"')]
    assert part.count('type="module"') == len(assets.MODULES)
    assert " style=" not in part
    assert "<script>" not in part
    for name in ("wagtailadmin_home", "wagtailadmin_explore_root"):
        assert "wac-arrivals" not in client.get(reverse(name)).content.decode()


def test_each_language_has_its_own_words(client: Client) -> None:
    with override("en"):
        english = assets.render()
    with override("ar"):
        other = assets.render()
    assert english != other
    with override("en"):
        assert assets.render() == english
