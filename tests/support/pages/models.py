"""A section, and one page type for each shape of content."""

from __future__ import annotations

from django.db import models
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.api import APIField
from wagtail.blocks import (
    BlockQuoteBlock,
    CharBlock,
    ChoiceBlock,
    EmailBlock,
    IntegerBlock,
    ListBlock,
    PageChooserBlock,
    RawHTMLBlock,
    RegexBlock,
    RichTextBlock,
    StaticBlock,
    StreamBlock,
    StructBlock,
    TextBlock,
    URLBlock,
)
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.images.blocks import ImageBlock
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    Orderable,
    Page,
    RevisionMixin,
    TranslatableMixin,
    WorkflowMixin,
)
from wagtail.search import index

from wagtail_ai_content.blocks import AILayoutBlock, AITextBlock

PARAGRAPH_FEATURES = ["bold", "italic", "link", "ol", "ul"]


class SectionPage(Page):
    """The parent of a set of pages that are read in order."""

    step_name = models.CharField(max_length=30, blank=True)
    intro = models.TextField(blank=True)

    content_panels = [*Page.content_panels, FieldPanel("step_name"), FieldPanel("intro")]


class PlainPage(Page):
    """Text fields without markup, among fields that hold no prose."""

    kicker = models.CharField(max_length=40, blank=True)
    content = models.TextField(blank=True, max_length=5000)
    colour = models.CharField(max_length=10, blank=True, choices=[("red", "Red"), ("blue", "Blue")])
    address = models.URLField(blank=True)
    contact = models.EmailField(blank=True)
    code = models.SlugField(blank=True)
    unseen = models.TextField(blank=True, help_text="Has no panel.")

    content_panels = [
        *Page.content_panels,
        FieldRowPanel([FieldPanel("kicker"), FieldPanel("colour")]),
        FieldPanel("content"),
        FieldPanel("address"),
        FieldPanel("contact"),
        FieldPanel("code"),
    ]


class RichPage(Page):
    """A rich text body with few features, a read-only field and one for some people only."""

    summary = models.TextField(blank=True)
    body = RichTextField(
        blank=True, features=["h2", "h3", "bold", "italic", "link", "ol", "ul", "hr", "embed", "image"]
    )
    imported = models.TextField(blank=True)
    legal = models.TextField(blank=True)

    edit_handler = TabbedInterface(
        [
            ObjectList([*Page.content_panels, FieldPanel("summary"), FieldPanel("body")], heading="Content"),
            ObjectList(
                [FieldPanel("imported", read_only=True), FieldPanel("legal", permission="pages.change_richpage")],
                heading="More",
            ),
            ObjectList(Page.promote_panels, heading="Promote"),
        ]
    )


class SectionBlock(StructBlock):
    heading = CharBlock(max_length=80)
    text = RichTextBlock(features=PARAGRAPH_FEATURES)
    remark = TextBlock(required=False)
    items = ListBlock(CharBlock(max_length=60))


class AsideBlock(StreamBlock):
    paragraph = RichTextBlock(features=PARAGRAPH_FEATURES)
    note = TextBlock()
    sections = ListBlock(SectionBlock())


class DeepBody(StreamBlock):
    heading = CharBlock()
    paragraph = RichTextBlock(features=PARAGRAPH_FEATURES)
    quote = BlockQuoteBlock()
    section = SectionBlock()
    aside = AsideBlock()
    image = ImageBlock()
    raw_html = RawHTMLBlock()
    address = URLBlock()
    contact = EmailBlock()
    reference = RegexBlock(regex=r"^[A-Z]+$")
    tone = ChoiceBlock(choices=[("a", "A")])
    rule = StaticBlock()
    related = PageChooserBlock()


class DeepPage(Page):
    """Struct, list and stream blocks inside each other, notes that never leave the site, and inline children."""

    body = StreamField(DeepBody(), blank=True)
    desk_notes = models.TextField(blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("body"),
        MultiFieldPanel([FieldPanel("desk_notes")], heading="For colleagues"),
        InlinePanel("links"),
    ]


class DeepPageLink(Orderable):
    page = ParentalKey(DeepPage, on_delete=models.CASCADE, related_name="links")
    title = models.CharField(max_length=120)

    panels = [FieldPanel("title")]

    def __str__(self) -> str:
        return self.title


class MarginBlock(StreamBlock):
    note = TextBlock()
    ai_text = AITextBlock()
    ai_layout = AILayoutBlock()


class NotebookBody(StreamBlock):
    """AI blocks among others, and inside of others."""

    heading = CharBlock(max_length=60)
    paragraph = RichTextBlock(features=PARAGRAPH_FEATURES)
    quote = StructBlock([("text", TextBlock()), ("source", CharBlock(required=False))])
    margin = MarginBlock()
    ai_text = AITextBlock(features=PARAGRAPH_FEATURES)
    ai_layout = AILayoutBlock()

    class Meta:
        block_counts = {"heading": {"max_num": 2}}


class NotebookPage(Page):
    """Its body takes AI blocks."""

    body = StreamField(NotebookBody(), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("body")]
    search_fields = [*Page.search_fields, index.SearchField("body")]
    api_fields = [APIField("body")]


class PricesBlock(TypedTableBlock):
    text = CharBlock(required=False)
    remark = RichTextBlock(features=PARAGRAPH_FEATURES, required=False)
    number = IntegerBlock(required=False)
    supplier = TextBlock(required=False)
    raw_html = RawHTMLBlock(required=False)


class TableBody(StreamBlock):
    paragraph = RichTextBlock(features=PARAGRAPH_FEATURES)
    times = TableBlock()
    prices = PricesBlock()
    offer = StructBlock([("heading", CharBlock()), ("prices", PricesBlock())])


class TablePage(Page):
    """Both of Wagtail's kinds of tables among paragraphs, and one inside of a struct."""

    body = StreamField(TableBody(), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("body")]


class TextlessPage(Page):
    """Nothing to write into but its title."""

    sidebar = StreamField([("address", URLBlock()), ("rule", StaticBlock())], blank=True)

    content_panels = [*Page.content_panels, FieldPanel("sidebar")]


class Bulletin(WorkflowMixin, DraftStateMixin, LockableMixin, RevisionMixin, models.Model):
    """A snippet with everything that Wagtail gives to snippets."""

    title = models.CharField(max_length=80)
    text = models.TextField(blank=True)

    panels = [FieldPanel("title"), FieldPanel("text")]

    def __str__(self) -> str:
        return self.title


class Leaflet(TranslatableMixin, DraftStateMixin, RevisionMixin, models.Model):
    """A snippet that can be translated."""

    title = models.CharField(max_length=80)
    text = RichTextField(blank=True)

    panels = [FieldPanel("title"), FieldPanel("text")]

    class Meta(TranslatableMixin.Meta):
        pass

    def __str__(self) -> str:
        return self.title
