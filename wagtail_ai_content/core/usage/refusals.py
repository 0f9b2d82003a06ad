"""Why a request is refused: which limit, how much of it is used, when it starts again, and whom to ask."""

from __future__ import annotations

from typing import Final

from wagtail_ai_content.core.text import Text, gettext_noop

from .values import Holder, Kind, Limit, Period, Unit, dollars

AMOUNTS: Final = {
    (Unit.REQUESTS, Period.MINUTE): gettext_noop("%(most)s requests a minute"),
    (Unit.REQUESTS, Period.DAY): gettext_noop("%(most)s requests a day"),
    (Unit.REQUESTS, Period.MONTH): gettext_noop("%(most)s requests a month"),
    (Unit.TOKENS, Period.DAY): gettext_noop("%(most)s tokens a day"),
    (Unit.TOKENS, Period.MONTH): gettext_noop("%(most)s tokens a month"),
    (Unit.MONEY, Period.DAY): gettext_noop("%(most)s US dollars a day"),
    (Unit.MONEY, Period.MONTH): gettext_noop("%(most)s US dollars a month"),
}
HOLDERS: Final = {
    Kind.USER: gettext_noop("for you (tier “%(name)s”)"),
    Kind.GROUP: gettext_noop("for the group “%(name)s” together"),
    Kind.SITE: gettext_noop("for the site “%(name)s”"),
    Kind.ALL: gettext_noop("for everybody together"),
}


def shown(amount: int, unit: Unit) -> str:
    """An amount as people read it: dollars with two decimals, or as many as it needs."""
    if unit != Unit.MONEY:
        return f"{amount:,}"
    text = f"{dollars(amount):,f}"
    whole, _, rest = text.partition(".")
    return f"{whole}.{rest.rstrip('0').ljust(2, '0')}"


def amount_of(limit: Limit) -> Text:
    return Text(AMOUNTS[limit.unit, limit.period], {"most": shown(limit.most, limit.unit)})


def holder_of(holder: Holder) -> Text:
    return Text(HOLDERS[holder.kind], {"name": holder.name})
