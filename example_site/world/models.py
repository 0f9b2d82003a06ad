"""The page types of Ebbstow, and its notices. Plain Wagtail: nothing here knows that an AI app is installed."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import TaggedItemBase
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, PublishingPanel
from wagtail.api import APIField
from wagtail.fields import RichTextField, StreamField
from wagtail.models import DraftStateMixin, Orderable, Page, PreviewableMixin, RevisionMixin
from wagtail.search import index

from .blocks import ArticleBody

BODY_FEATURES = [
    "h2", "h3", "bold", "italic", "ol", "ul", "blockquote", "hr", "link", "document-link", "image", "embed",
]  # fmt: skip


def picture_field() -> models.ForeignKey:
    return models.ForeignKey("wagtailimages.Image", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")


class HomePage(Page):
    """The front page: one, at the top."""

    tagline = models.TextField(help_text="One or two sentences below the name.")
    body = RichTextField(features=BODY_FEATURES, blank=True)
    picture = picture_field()

    content_panels = [*Page.content_panels, FieldPanel("tagline"), FieldPanel("body"), FieldPanel("picture")]
    search_fields = [*Page.search_fields, index.SearchField("tagline"), index.SearchField("body")]
    api_fields = [APIField("tagline"), APIField("body"), APIField("picture")]
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["world.SectionPage"]
    max_count = 1

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["sections"] = SectionPage.objects.child_of(self).live().order_by("path")
        context["notices"] = Notice.objects.filter(live=True)
        return context


class SectionPage(Page):
    """A part of the site. Where ``is_ordered`` is set, the pages below it are read one after the other."""

    summary = models.TextField(help_text="What the pages of this section are about. Opens the section.")
    is_ordered = models.BooleanField(
        default=False,
        verbose_name="read in order",
        help_text="Number the pages below and lead the reader from one to the next.",
    )
    step_name = models.CharField(
        max_length=30, blank=True, help_text="What one page of an ordered section is called, e.g. “Stage”."
    )
    picture = picture_field()

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        MultiFieldPanel([FieldPanel("is_ordered"), FieldPanel("step_name")], heading="Order"),
        FieldPanel("picture"),
    ]
    search_fields = [*Page.search_fields, index.SearchField("summary")]
    api_fields = [APIField("summary"), APIField("is_ordered"), APIField("step_name"), APIField("picture")]
    parent_page_types = ["world.HomePage"]
    subpage_types = ["world.StoryPage", "world.ArticlePage"]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["pages"] = self.get_children().live().specific()
        return context


class PageOfSection(Page):
    """What stories and articles share: a place in their section."""

    parent_page_types = ["world.SectionPage"]
    subpage_types: list[str] = []

    class Meta:
        abstract = True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        section = self.get_parent().specific
        context["section"] = section
        if getattr(section, "is_ordered", False):
            context |= self._place_in(section)
        return context

    def _place_in(self, section: Page) -> dict[str, Any]:
        pages = list(section.get_children().live())
        here = next((number for number, page in enumerate(pages) if page.pk == self.pk), None)
        if here is None:  # a draft in the preview
            return {}
        return {
            "step": here + 1,
            "steps": len(pages),
            "previous_page": pages[here - 1] if here else None,
            "next_page": pages[here + 1] if here + 1 < len(pages) else None,
        }


class StoryPage(PageOfSection):
    """A text told from beginning to end. One without a body is a place kept for a text to come."""

    summary = models.TextField(blank=True, help_text="Two or three sentences, shown in lists and above the text.")
    body = RichTextField(features=BODY_FEATURES, blank=True)

    content_panels = [*Page.content_panels, FieldPanel("summary"), FieldPanel("body")]
    search_fields = [*Page.search_fields, index.SearchField("summary"), index.SearchField("body")]
    api_fields = [APIField("summary"), APIField("body")]

    @property
    def teaser(self) -> str:
        return self.summary


class ArticleTag(TaggedItemBase):
    content_object = ParentalKey("world.ArticlePage", on_delete=models.CASCADE, related_name="tagged_items")


class ArticlePage(PageOfSection):
    """An article put together from blocks."""

    standfirst = models.TextField(help_text="The sentence or two between the title and the article.")
    body = StreamField(ArticleBody(), blank=True)
    tags = ClusterTaggableManager(through=ArticleTag, blank=True)
    desk_notes = models.TextField(
        blank=True, help_text="For colleagues only: sources, telephone numbers, doubts. Never leaves the site."
    )

    content_panels = [
        *Page.content_panels,
        FieldPanel("standfirst"),
        FieldPanel("body"),
        InlinePanel("related_links", heading="Related links", label="link"),
        FieldPanel("tags"),
        FieldPanel("desk_notes"),
    ]
    # The desk's notes are in neither list below: what is indexed or served can be read by strangers.
    search_fields = [*Page.search_fields, index.SearchField("standfirst"), index.SearchField("body")]
    api_fields = [APIField("standfirst"), APIField("body"), APIField("tags"), APIField("related_links")]

    @property
    def teaser(self) -> str:
        return self.standfirst


class RelatedLink(Orderable):
    """A link below an article, to a page of this site or to an address elsewhere."""

    page = ParentalKey(ArticlePage, on_delete=models.CASCADE, related_name="related_links")
    title = models.CharField(max_length=120, blank=True, help_text="Left empty, a page's own title is shown.")
    link_page = models.ForeignKey("wagtailcore.Page", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    link_url = models.URLField("address", blank=True)

    panels = [FieldPanel("title"), FieldPanel("link_page"), FieldPanel("link_url")]
    api_fields = [APIField("title"), APIField("link_page"), APIField("link_url")]

    def __str__(self) -> str:
        return self.title or (self.link_page.title if self.link_page else self.link_url)

    def clean(self) -> None:
        super().clean()
        if bool(self.link_page_id) == bool(self.link_url):
            raise ValidationError("Choose a page or give an address, and only one of the two.")
        if self.link_url and not self.title:
            raise ValidationError({"title": "An address needs a title."})

    @property
    def url(self) -> str:
        return self.link_page.url if self.link_page else self.link_url


class Notice(PreviewableMixin, DraftStateMixin, RevisionMixin, index.Indexed, models.Model):
    """A notice of the island council, shown on the front page while it is live. Names of people may be in the text."""

    title = models.CharField(max_length=120)
    body = RichTextField(features=["bold", "italic", "link", "document-link"])
    _revisions = GenericRelation(
        "wagtailcore.Revision",
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="notice",
    )

    panels = [FieldPanel("title"), FieldPanel("body"), PublishingPanel()]
    search_fields = [index.SearchField("title"), index.AutocompleteField("title"), index.SearchField("body")]

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def revisions(self) -> models.Manager:
        return self._revisions

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        return "world/notice_preview.html"
