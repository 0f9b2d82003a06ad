"""Two blocks for a site's own StreamFields: a text that AI writes, and suggestions for how a page is laid out.

::

    from wagtail_ai_content.blocks import AILayoutBlock, AITextBlock

    class Body(StreamBlock):
        paragraph = RichTextBlock()
        ai_text = AITextBlock(features=["bold", "italic", "link"])
        ai_layout = AILayoutBlock()

Both are plain data: they stay readable and editable, and render the same, without any AI service, and migrations know
them as Wagtail's own ``StructBlock``. The names of their parts keep their meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.forms import Media
from django.forms.widgets import Script
from django.utils.translation import gettext_lazy as _
from wagtail.admin.telepath import register
from wagtail.blocks import CharBlock, FieldBlock, RichTextBlock, StructBlock, TextBlock
from wagtail.blocks.struct_block import BlockGroup, StructBlockAdapter

__all__ = ["AIBlock", "AILayoutBlock", "AITextBlock"]

LONGEST_BRIEF: Final = 4000
LONGEST_NAME: Final = 100


def _note(block: FieldBlock, *, label: Any, help_text: Any = "") -> FieldBlock:
    """``block`` as a note to the AI, which is no part of the content: neither read, nor written, nor counted.

    Its words are put in afterwards, for what a block is made with stands in the migrations of every site, and each
    change of a word would ask all of them for a new one.
    """
    block.meta.ai_instruction = True
    return _worded(block, label=label, help_text=help_text)


def _worded(block: FieldBlock, *, label: Any, help_text: Any = "") -> FieldBlock:
    block.meta.label = block.label = label
    if isinstance(block, TextBlock):
        block.field_options["help_text"] = help_text
    elif isinstance(block, CharBlock):
        block.field.help_text = help_text
    return block


class AIBlock(StructBlock):  # type: ignore[misc]  # Wagtail ships no types
    """What the AI blocks have in common: their scripts come with their form, and an AI never makes one."""

    class Meta:
        group = _("AI")
        ai_create = False


class AITextBlock(AIBlock):
    """A rich text with the brief it was written from.

    The site shows, indexes and serves its text alone. ``features`` (an argument, or in ``Meta``) are those of the text.
    """

    brief = _note(
        TextBlock(required=False, rows=2, max_length=LONGEST_BRIEF, search_index=False),
        label=_("Brief"),
        help_text=_("What the text is to say, for the AI alone. It is never shown on the site."),
    )
    prompt = _note(
        CharBlock(required=False, max_length=LONGEST_NAME, search_index=False),
        label=_("Prompt"),
        help_text=_("The site’s prompt that is used, by its name."),
    )
    tone = _note(CharBlock(required=False, max_length=LONGEST_NAME, search_index=False), label=_("Tone"))
    text = _worded(RichTextBlock(required=False), label=_("Text"))

    def __init__(self, local_blocks: Sequence[Any] | None = None, **kwargs: Any) -> None:
        features = kwargs.get("features", getattr(self._meta_class, "features", None))
        own = [] if features is None else [("text", _text_with(features))]
        super().__init__([*own, *(local_blocks or ())], **kwargs)

    def get_searchable_content(self, value: Any) -> list[str]:
        return list(self.child_blocks["text"].get_searchable_content(value["text"])) if self.search_index else []

    def get_api_representation(self, value: Any, context: Any = None) -> dict[str, Any]:
        return {"text": self.child_blocks["text"].get_api_representation(value["text"], context=context)}

    class Meta:
        icon = "edit"
        label = _("AI text")
        template = "wagtail_ai_content/blocks/text.html"
        label_format = "{text}"
        features: Sequence[str] | None = None
        form_layout = BlockGroup(["brief", "text"], settings=["prompt", "tone"])
        form_attrs = {
            "data-controller": "wac-text-block",
            "data-action": "wac-assist:state@document->wac-text-block#hear input->wac-text-block#look",
            "data-wac-text-block-generate-value": _("Generate"),
            "data-wac-text-block-regenerate-value": _("Regenerate"),
            "data-wac-text-block-writing-value": _("Writing…"),
            "data-wac-text-block-ready-value": _("The text is ready. Take it or leave it below."),
            "data-wac-text-block-applied-value": _("The text is in its field."),
            "data-wac-text-block-discarded-value": _("Nothing was changed."),
            "data-wac-text-block-missing-value": _("Write in the brief what the text is to say, then generate it."),
            "data-wac-text-block-unavailable-value": _(
                "AI cannot write here at the moment. You can write the text yourself."
            ),
            "data-wac-text-block-usual-value": _("As usual"),
            "data-wac-text-block-gone-value": _("%(name)s (no longer there)"),
        }


class AILayoutBlock(AIBlock):
    """A brief, and two or three arrangements of the blocks allowed beside it, to look at and to put in.

    A tool of the editor: the site neither shows, indexes nor serves anything of it.
    """

    brief = _note(
        TextBlock(required=False, rows=2, max_length=LONGEST_BRIEF, search_index=False),
        label=_("Brief"),
        help_text=_("What this part of the page is for. It is never shown on the site."),
    )

    def render(self, value: Any, context: Any = None) -> str:
        return ""

    def get_searchable_content(self, value: Any) -> list[str]:
        return []

    def get_api_representation(self, value: Any, context: Any = None) -> dict[str, Any]:
        return {}

    class Meta:
        icon = "table"
        label = _("AI layout")
        label_format = "{brief}"
        form_attrs = {
            "data-controller": "wac-layout-block",
            "data-wac-layout-block-suggest-value": _("Suggest arrangements"),
            "data-wac-layout-block-again-value": _("Suggest others"),
            "data-wac-layout-block-stop-value": _("Stop"),
            "data-wac-layout-block-stopped-value": _("Stopped. Nothing was changed."),
            "data-wac-layout-block-arranging-value": _("Arranging…"),
            "data-wac-layout-block-ready-value": _("%(count)s arrangements are below."),
            "data-wac-layout-block-one-value": _("One arrangement is below."),
            "data-wac-layout-block-missing-value": _(
                "Write in the brief what this part of the page is for, then try again."
            ),
            "data-wac-layout-block-failed-value": _("Something went wrong, and nothing was changed. Try again."),
            "data-wac-layout-block-insert-all-value": _("Insert all"),
            "data-wac-layout-block-insert-value": _("Insert"),
            "data-wac-layout-block-insert-name-value": _("Insert “%(label)s” of “%(name)s”"),
            "data-wac-layout-block-insert-all-name-value": _("Insert all blocks of “%(name)s”"),
            "data-wac-layout-block-preview-name-value": _("Preview of “%(name)s”"),
            "data-wac-layout-block-inserted-value": _("%(count)s blocks were put in below."),
            "data-wac-layout-block-inserted-one-value": _("One block was put in below."),
            "data-wac-layout-block-full-value": _(
                "There is room for no more blocks of this kind here. Nothing was put in."
            ),
            "data-wac-layout-block-partly-value": _("%(count)s blocks did not fit in and were left out."),
            "data-wac-layout-block-partly-one-value": _("One block did not fit in and was left out."),
            "data-wac-layout-block-undo-value": _("Undo"),
            "data-wac-layout-block-undone-value": _("The blocks were taken out again."),
            "data-wac-layout-block-kept-value": _(
                "Blocks that you changed since were kept; the others were taken out."
            ),
            "data-wac-layout-block-look-value": _("Look at it in a new tab"),
            "data-wac-layout-block-unavailable-value": _("AI is not available here."),
        }


def _text_with(features: Sequence[str]) -> FieldBlock:
    return _worded(RichTextBlock(required=False, features=list(features)), label=_("Text"))


class AIBlockAdapter(StructBlockAdapter):  # type: ignore[misc]
    """Wagtail's own struct in the browser, with our script and style sheet."""

    def __init__(self, script: str) -> None:
        self._script = script

    @property
    def media(self) -> Media:
        script: Any = Script(f"wagtail_ai_content/js/blocks/{self._script}.js", type="module")
        ours = Media(css={"all": ["wagtail_ai_content/css/blocks.css"]}, js=[script])
        media: Media = super().media + ours
        return media


register(AIBlockAdapter("text_block_controller"), AITextBlock)
register(AIBlockAdapter("layout_block_controller"), AILayoutBlock)
