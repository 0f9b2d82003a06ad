"""Navigation for the templates."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import QuerySet
from wagtail.models import Page, Site

register = template.Library()


@register.simple_tag(takes_context=True)
def sections(context: dict[str, Any]) -> QuerySet[Page]:
    """The parts of the site, for the menu."""
    site = Site.find_for_request(context["request"])
    return site.root_page.get_children().live().in_menu() if site else Page.objects.none()


@register.simple_tag
def ancestors(page: Page) -> QuerySet[Page]:
    """From the front page down to the parent of ``page``."""
    return page.get_ancestors().filter(depth__gt=1).live()
