"""Embeds of the island's own film shelf, which is a folder of moving drawings: no request leaves the site."""

from __future__ import annotations

import re
from typing import Any

from django.templatetags.static import static
from django.utils.html import format_html
from wagtail.embeds.exceptions import EmbedNotFoundException
from wagtail.embeds.finders.base import EmbedFinder

ADDRESS = re.compile(r"https://films\.ebbstow\.example/([a-z-]+)/?$")
FILMS = {"the-wade-in-one-tide": "The Wade in one tide: the water leaves the causeway and returns"}


class FilmFinder(EmbedFinder):
    """``https://films.ebbstow.example/<name>`` as a drawing that moves."""

    def accept(self, url: str) -> bool:
        return ADDRESS.match(url) is not None

    def find_embed(self, url: str, max_width: int | None = None, max_height: int | None = None) -> dict[str, Any]:
        match = ADDRESS.match(url)
        if match is None or match[1] not in FILMS:
            raise EmbedNotFoundException(f"There is no film at {url}.")
        title = FILMS[match[1]]
        drawing = static(f"world/films/{match[1]}.svg")
        return {
            "title": title,
            "author_name": "The Ebbstow Film Shelf",
            "provider_name": "Ebbstow",
            "type": "rich",
            "width": 960,
            "height": 400,
            "html": format_html('<img class="film" src="{}" alt="{}" width="960" height="400">', drawing, title),
        }
