"""Builds the world: people, pictures, pages. Loading it again adds what is missing and changes nothing else.

Pages point at one another, so they are planted first, empty and not public, and filled in a second round, when each
has an id. Filling goes through Wagtail's own action, as the content lead: one revision each, published and logged.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from wagtail.actions.create import CreateAction
from wagtail.actions.edit_page import EditPageAction
from wagtail.log_actions import log
from wagtail.models import Page, Site

from . import library, people, source
from .markup import Places, rich_text
from .models import ArticlePage, HomePage, Notice, RelatedLink, SectionPage, StoryPage
from .source import Source
from .stream import stream_data

PAGE_TYPES: dict[str, type[Page]] = {
    "home": HomePage, "section": SectionPage, "story": StoryPage, "article": ArticlePage,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What there is now, and how much of it is new."""

    pages: int
    new_pages: int
    notices: int
    new_notices: int
    pictures: int


@transaction.atomic
def load() -> Loaded:
    """Build the world, or what is missing of it. Raises: ``NotADemonstration``."""
    people.make_people()
    people.allow_whole_site()
    lead = people.find("lead")
    planted = dict(_plant_all(lead))
    people.allow_section(planted["almanac"][1])
    places = Places(
        pages={slug: page.pk for slug, (_, page) in planted.items()},
        documents=library.fill_documents(lead),
        pictures=library.fill_pictures(lead),
    )
    new = [(text, page) for text, page in planted.values() if page.latest_revision is None]
    for text, page in new:
        _fill(text, page, lead=lead, places=places)
    notices = [_post(notice, lead=lead, places=places) for notice in source.notices()]
    return Loaded(pages=len(planted), new_pages=len(new), notices=len(notices), new_notices=sum(notices),
                  pictures=len(places.pictures))  # fmt: skip


def _plant_all(lead: AbstractUser) -> Iterator[tuple[str, tuple[Source, Page]]]:
    text = source.home()
    home = _plant(text, Page.get_first_root_node(), lead=lead)
    _make_front_page(home)
    yield text.one("slug"), (text, home)
    for folder in source.SECTIONS:
        text = source.section(folder)
        section = _plant(text, home, lead=lead)
        yield text.one("slug"), (text, section)
        for text in source.pages_of(folder):
            yield text.one("slug"), (text, _plant(text, section, lead=lead))


def _plant(text: Source, parent: Page, *, lead: AbstractUser) -> Page:
    slug, title = text.one("slug"), text.one("title")
    if existing := parent.get_children().filter(slug=slug).first():
        return existing.specific
    page = PAGE_TYPES[text.one("type")](title=title, slug=slug, live=False, owner=lead)
    parent.add_child(instance=page)
    log(instance=page, action="wagtail.create", user=lead)
    return page


def _make_front_page(home: Page) -> None:
    """``home`` instead of the page with which Wagtail greets a new site."""
    site = Site.objects.filter(is_default_site=True).first() or Site(hostname="localhost", is_default_site=True)
    greeting = site.root_page if site.root_page_id else None
    if greeting == home:
        return
    site.root_page, site.site_name = home, "Ebbstow"
    site.save()
    if greeting is not None and greeting.specific_class is Page and not greeting.get_children().exists():
        greeting.delete()


def _fill(text: Source, page: Page, *, lead: AbstractUser, places: Places) -> None:
    FILL[type(page)](page, text, places)
    EditPageAction(page, user=lead, publish=True).execute()


def _fill_home(page: HomePage, text: Source, places: Places) -> None:
    page.tagline = text.one("tagline")
    page.body = rich_text(text.body, places=places)
    page.picture_id = places.find("picture", text.one("picture"))


def _fill_section(page: SectionPage, text: Source, places: Places) -> None:
    page.summary = page.search_description = text.one("summary")
    page.is_ordered = text.one("ordered") == "yes"
    page.step_name = text.one("step")
    page.picture_id = places.find("picture", text.one("picture"))
    page.show_in_menus = True


def _fill_story(page: StoryPage, text: Source, places: Places) -> None:
    page.summary = page.search_description = text.one("summary")
    page.body = rich_text(text.body, places=places)


def _fill_article(page: ArticlePage, text: Source, places: Places) -> None:
    page.standfirst = page.search_description = text.one("standfirst")
    page.body = json.dumps(stream_data(text.body, slug=text.one("slug"), places=places))
    page.desk_notes = text.one("desk")
    page.tags.add(*(tag.strip() for tag in text.one("tags").split(",")))
    page.related_links = [
        RelatedLink(link_page_id=places.find("page", slug), sort_order=number)
        for number, slug in enumerate(text.all("related"))
    ]


FILL: dict[type[Page], Callable[..., None]] = {
    HomePage: _fill_home,
    SectionPage: _fill_section,
    StoryPage: _fill_story,
    ArticlePage: _fill_article,
}


def _post(text: Source, *, lead: AbstractUser, places: Places) -> bool:
    """Publish a notice; whether it is new."""
    if Notice.objects.filter(title=text.one("title")).exists():
        return False
    notice = Notice(title=text.one("title"), body=rich_text(text.body, places=places))
    CreateAction(notice, user=lead, publish=True).execute()
    return True
