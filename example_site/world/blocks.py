"""The blocks of an article."""

from __future__ import annotations

from wagtail.blocks import (
    CharBlock,
    ListBlock,
    PageChooserBlock,
    RawHTMLBlock,
    RichTextBlock,
    StreamBlock,
    StructBlock,
    TextBlock,
)
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.embeds.blocks import EmbedBlock
from wagtail.images.blocks import ImageBlock

from wagtail_ai_content.blocks import AILayoutBlock, AITextBlock

PARAGRAPH_FEATURES = ["bold", "italic", "link", "document-link", "ol", "ul"]


class QuoteBlock(StructBlock):
    text = TextBlock()
    source = CharBlock(required=False, help_text="Who said it, and where if that matters.")

    class Meta:
        icon = "openquote"
        template = "world/blocks/quote.html"


class FactBlock(StructBlock):
    label = CharBlock()
    value = CharBlock()

    class Meta:
        icon = "list-ul"
        label_format = "{label}: {value}"


class AsideBlock(StreamBlock):
    """A box beside the article, with a little stream of its own."""

    paragraph = RichTextBlock(features=PARAGRAPH_FEATURES)
    note = TextBlock(icon="info-circle")
    ai_text = AITextBlock(features=PARAGRAPH_FEATURES)
    ai_layout = AILayoutBlock()

    class Meta:
        icon = "placeholder"
        template = "world/blocks/aside.html"


class TableBlock(TypedTableBlock):
    """Cells of plain or of rich text, as the columns say."""

    text = CharBlock(required=False)
    rich_text = RichTextBlock(features=["bold", "italic", "link"], required=False)


class ArticleBody(StreamBlock):
    heading = CharBlock(form_classname="title", icon="title", template="world/blocks/heading.html")
    paragraph = RichTextBlock(features=PARAGRAPH_FEATURES)
    quote = QuoteBlock()
    image = ImageBlock(template="world/blocks/image.html")
    facts = ListBlock(FactBlock(), icon="table", template="world/blocks/facts.html")
    table = TableBlock()
    aside = AsideBlock()
    embed = EmbedBlock(icon="media", template="world/blocks/embed.html")
    raw_html = RawHTMLBlock(icon="code")
    related = PageChooserBlock(icon="link", template="world/blocks/related.html")
    ai_text = AITextBlock(features=PARAGRAPH_FEATURES)
    ai_layout = AILayoutBlock()
