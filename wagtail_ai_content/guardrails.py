"""Guardrails: the contract for checks of a site's own, and those that come with the app.

::

    # mysite/checks.py
    class NoPrices(Guardrail):
        name = "Prices"
        stages = frozenset({Stage.REPLY})

        async def judge(self, content, models):
            return [
                Finding(action=Action.REVIEW, category="a price", excerpt=found[0])
                for text in content.texts
                if (found := PRICE.search(text))
            ]

    # settings
    WAGTAIL_AI_CONTENT = {"GUARDRAILS": [{"NAME": "mysite.checks.NoPrices"}]}
"""

from wagtail_ai_content.core.guardrails.check import Action, Asker, Content, Finding, Guardrail, Stage
from wagtail_ai_content.core.guardrails.remote import ModelJudge, ProviderModeration
from wagtail_ai_content.core.guardrails.wording import Claims, InclusiveLanguage

__all__ = [
    "Action",
    "Asker",
    "Claims",
    "Content",
    "Finding",
    "Guardrail",
    "InclusiveLanguage",
    "ModelJudge",
    "ProviderModeration",
    "Stage",
]
