"""``{% load wagtail_ai_content_tags %}``: say what an AI wrote, to readers and to machines."""

from __future__ import annotations

import json
from typing import Any, Final

from django import template
from django.db.models import Model
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from .. import conf, provenance
from ..provenance import PageProvenance, PartProvenance

register = template.Library()

_CACHE: Final = "_wagtail_ai_content_provenance"
_ESCAPES: Final = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&\u2028\u2029"}
"""What could end a script or open a comment, as JSON writes it."""


@register.simple_tag(takes_context=True)
def ai_provenance(context: Context, subject: Any = None, part: Any = None) -> PartProvenance | str:
    """What an AI wrote of the page, or of a part of it: a block of a StreamField, a field's name, a content path.

    ``{% ai_provenance %}`` prints “AI-generated”, “AI-assisted” or nothing; with ``as`` there is more to use::

        {% ai_provenance block as mark %}
        <section ai-disclosure="{{ mark.disclosure }}">…</section>

    ``subject`` is a page or snippet (the template's ``page`` when left out), or already the part.
    """
    if subject is not None and not isinstance(subject, Model):
        subject, part = None, subject
    holder = _holder(context, subject)
    if holder is None:
        return ""
    found = _provenance(context, holder)
    return found if part is None else found.part(str(getattr(part, "id", None) or part))


@register.simple_tag(takes_context=True)
def ai_meta(context: Context, subject: Any = None) -> SafeString:
    """Metadata for machines, for the ``<head>``: nothing where no AI wrote anything or ``DISCLOSE`` is off.

    The JSON-LD is data, not code: a Content Security Policy does not ask for a nonce.
    """
    holder = _holder(context, subject)
    found = _provenance(context, holder) if holder is not None and conf.get("DISCLOSE") else None
    if found is None or found.kind == "human":
        return SafeString("")
    return format_html(
        '<meta name="ai-disclosure" content="{}">\n<script type="application/ld+json">{}</script>',
        found.disclosure,
        _json(_linked_data(context, holder, found)),
    )


def _holder(context: Context, subject: Any) -> Any:
    holder = subject if subject is not None else context.get("page") or context.get("object")
    return holder if isinstance(holder, Model) else None


def _provenance(context: Context, holder: Any) -> PageProvenance:
    """Looked up once for each object; in a preview worked out from what is previewed."""
    known: PageProvenance | None = holder.__dict__.get(_CACHE)
    if known is None:
        previewed = getattr(context.get("request"), "is_preview", False) and holder is _holder(context, None)
        known = provenance.of_content(holder) if previewed else provenance.of(holder)
        setattr(holder, _CACHE, known)
    return known


def _linked_data(context: Context, holder: Any, found: PageProvenance) -> dict[str, str]:
    get_full_url = getattr(holder, "get_full_url", None)
    url = get_full_url(context.get("request")) if get_full_url else None
    data = {
        "@context": "https://schema.org",
        "@type": "WebPage" if get_full_url else "CreativeWork",
        "name": str(holder),
        "digitalSourceType": found.digital_source_type,
    }
    return {**data, "url": url} if url else data


def _json(data: dict[str, str]) -> SafeString:
    return mark_safe(json.dumps(data, ensure_ascii=False).translate(_ESCAPES))  # noqa: S308  (escaped for a script)
