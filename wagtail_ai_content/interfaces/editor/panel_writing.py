"""Work on the whole page, asked for in the panel; and a look at what any request of the editor would send away."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from wagtail_ai_content.core.errors import InvalidInput
from wagtail_ai_content.core.providers.base import Cost
from wagtail_ai_content.core.text import gettext_noop
from wagtail_ai_content.pipeline.preview import Preview, preview
from wagtail_ai_content.pipeline.submit import SAVE_FIRST, Ask, submit
from wagtail_ai_content.records.jobs.api import WATCHED
from wagtail_ai_content.records.texts import localised, price_source_label

from . import telling
from .asking import Asked
from .generation import told_as_json
from .panel_choices import ASSIST, checked_variables, page_functions
from .panel_wording import fence_label, price_label

NOT_HERE = gettext_noop("“%(name)s” cannot be asked for here. Choose something else.")


@require_POST
@told_as_json
def write(request: HttpRequest) -> JsonResponse:
    """Have a worker write on the saved draft of a page; takes what ``generate/`` takes, answers 202 as it does."""
    job = submit(page_ask(Asked.of(request)))
    addresses = {"follow": telling.follow_address(job), "cancel": telling.cancel_address(job)}
    return JsonResponse({"job": str(job.pk), **addresses}, status=202)


@require_POST
@told_as_json
def look(request: HttpRequest) -> JsonResponse:
    """What ``generate/``, or work on the whole page, would send away: as data, and as HTML to show."""
    asked = Asked.of(request)
    found = preview(ask_of(asked))
    left_out = asked.withheld()
    schema = json.dumps(found.request.schema, indent=2, ensure_ascii=False) if found.request.schema else ""
    context = {
        "preview": found,
        "parts": _shown(found),
        "left_out": left_out,
        "schema": schema,
        "prices": _prices(found),
        "stopped": localised(found.stopped),
    }
    return JsonResponse(
        {
            **_as_json(found),
            "left_out": left_out,
            "stopped": context["stopped"],
            "html": render_to_string("wagtail_ai_content/panel/egress.html", context, request),
        }
    )


def ask_of(asked: Asked) -> Ask:
    """The request of the editor, or of the panel for the whole page. Raises: ``InvalidInput`` and its kinds."""
    name = asked.told.get("function") or ASSIST
    is_of_page = any(name == function.name for function in page_functions(asked.subject))
    return page_ask(asked) if is_of_page else asked.ask()


def page_ask(asked: Asked) -> Ask:
    """Raises: ``InvalidInput`` and its kinds."""
    subject, told = asked.subject, asked.told
    name = str(told.get("function", ""))
    if not any(name == function.name for function in page_functions(subject)):
        raise InvalidInput(NOT_HERE, name=name[:100])
    if subject.instance is None:
        raise InvalidInput(SAVE_FIRST)
    prompt = str(told.get("prompt", ""))
    values = checked_variables(subject, function=name, name=prompt, given=told.get("variables", {}))
    chosen = {"prompt": prompt, "variables": values} if prompt else {}
    return Ask(
        function=name,
        page=subject.instance,
        user=subject.user,
        params={"instruction": str(told.get("instruction", "")), **chosen},
        idempotency_key=str(told.get("key", "")),
        priority=WATCHED,
    )


def _as_json(found: Preview) -> dict[str, Any]:
    request = found.request
    return {
        "model": request.model,
        "fallbacks": list(found.fallbacks),
        "stays_here": found.stays_here,
        "messages": [
            {
                "role": part.role,
                "tokens": part.tokens,
                "stretches": [
                    {"kind": stretch.kind, "name": stretch.name, "text": stretch.text} for stretch in part.stretches
                ],
            }
            for part in found.parts
        ],
        "schema": request.schema,
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "tokens": found.tokens,
        "cost": _amount(found.cost),
        "most": _amount(found.most),
        "price_source": found.cost.source,
    }


def _amount(cost: Cost) -> str | None:
    return None if cost.amount is None else str(cost.amount)


def _shown(found: Preview) -> list[dict[str, Any]]:
    return [
        {
            "is_system": part.role == "system",
            "tokens": part.tokens,
            "stretches": [
                {"kind": stretch.kind, "text": stretch.text, "label": _label(stretch.kind, stretch.name)}
                for stretch in part.stretches
            ],
        }
        for part in found.parts
    ]


def _label(kind: str, name: str) -> str:
    return gettext("stays here: %(original)s") % {"original": name} if kind == "kept" else fence_label(name)


def _prices(found: Preview) -> dict[str, str]:
    return {
        "cost": price_label(found.cost),
        "most": price_label(found.most),
        "source": "" if found.cost.amount is None else price_source_label(found.cost.source),
    }
