"""The tables of tiers, budgets, prices, counts and use.

Amounts that are counted are whole numbers: requests, tokens, and millionths of a US dollar.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from wagtail_ai_content.core.usage.values import Holder, Kind, Limit, Period, Unit, micros

LIMITS = {
    "requests_per_minute": (Unit.REQUESTS, Period.MINUTE),
    "requests_per_day": (Unit.REQUESTS, Period.DAY),
    "requests_per_month": (Unit.REQUESTS, Period.MONTH),
    "tokens_per_day": (Unit.TOKENS, Period.DAY),
    "tokens_per_month": (Unit.TOKENS, Period.MONTH),
    "money_per_day": (Unit.MONEY, Period.DAY),
    "money_per_month": (Unit.MONEY, Period.MONTH),
}
"""Fields of tiers and budgets."""


def _money(label: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(
        label, max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )


class Limits(models.Model):
    """At most so much in a minute, a day, a month; null is no limit, 0 is nothing at all.

    Personal data: none, unless ``contact`` names a person.
    """

    requests_per_minute = models.PositiveIntegerField(_("requests a minute"), null=True, blank=True)
    requests_per_day = models.PositiveIntegerField(_("requests a day"), null=True, blank=True)
    requests_per_month = models.PositiveIntegerField(_("requests a month"), null=True, blank=True)
    tokens_per_day = models.PositiveBigIntegerField(_("tokens a day"), null=True, blank=True)
    tokens_per_month = models.PositiveBigIntegerField(_("tokens a month"), null=True, blank=True)
    money_per_day = _money(_("US dollars a day"))
    money_per_month = _money(_("US dollars a month"))
    contact = models.CharField(
        _("whom to ask for more"),
        max_length=255,
        blank=True,
        help_text=_("A name or an e-mail address. It is told to those who have reached the limit."),
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(money_per_day=None) | Q(money_per_day__gte=0), name="%(app_label)s_%(class)s_money_day"
            ),
            models.CheckConstraint(
                condition=Q(money_per_month=None) | Q(money_per_month__gte=0),
                name="%(app_label)s_%(class)s_money_month",
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Other limits: before the next request each count is taken anew from what was really used."""
        super().save(*args, **kwargs)
        QuotaWindow.objects.update(fresh=False)

    def limits(self, holder: Holder) -> tuple[Limit, ...]:
        """Those that are set."""
        told = {name: getattr(self, name) for name in LIMITS}
        return limits_of(told, holder=holder, contact=self.contact)


def limits_of(told: dict[str, Any], *, holder: Holder, contact: str) -> tuple[Limit, ...]:
    """Those of the fields ``told`` that are set."""
    return tuple(
        Limit(
            holder=holder,
            unit=unit,
            period=period,
            most=micros(told[name]) if unit == Unit.MONEY else int(told[name]),
            contact=contact,
        )
        for name, (unit, period) in LIMITS.items()
        if told[name] is not None
    )


class Tier(Limits, ClusterableModel):  # type: ignore[misc]  # modelcluster ships no types
    """What each of the people it is granted to may use.

    A tier granted to a person goes before those of their groups; of several groups' tiers the most generous limit
    holds. One tier may hold for everybody else; without one, everybody else has no limits. It cannot be deleted while
    it is granted to somebody, since its limits would fall away unseen.
    """

    name = models.CharField(_("name"), max_length=100, unique=True)
    is_default = models.BooleanField(
        _("for everybody else"),
        default=False,
        help_text=_("Holds for all people who have no other tier. Only one tier can."),
    )

    class Meta(Limits.Meta):
        app_label = "wagtail_ai_content"
        verbose_name = _("AI tier")
        verbose_name_plural = _("AI tiers")
        ordering = ("pk",)
        constraints = [
            *Limits.Meta.constraints,
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="wac_tier_one_default",
                violation_error_message=_("Another tier holds for everybody else already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TierGrant(models.Model):
    """A tier of a person or of a group; each has one at most.

    Personal data: who has which tier; deleted with the person.
    """

    tier = ParentalKey(Tier, on_delete=models.PROTECT, related_name="grants")
    group = models.OneToOneField(
        Group, null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("group")
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("person"),
    )

    class Meta:
        app_label = "wagtail_ai_content"
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=Q(group=None, user__isnull=False) | Q(user=None, group__isnull=False),
                name="wac_grant_group_or_user",
                violation_error_message=_("Choose a group or a person, one of the two."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.tier}: {self.group or self.user}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Other limits, see :meth:`Limits.save`."""
        super().save(*args, **kwargs)
        QuotaWindow.objects.update(fresh=False)


class Budget(Limits):
    """What all people of a site, or of a group, or all together may use.

    ``holder`` says in one word for whom it is, so that there is one budget for each. When half, four fifths and all of
    a monthly sum are spent, those who may change budgets are told. Deleting a budget takes its limits away.
    """

    site = models.ForeignKey(
        "wagtailcore.Site", null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("site")
    )
    group = models.ForeignKey(
        Group, null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("group")
    )
    holder = models.CharField(max_length=80, unique=True, editable=False)

    class Meta(Limits.Meta):
        app_label = "wagtail_ai_content"
        verbose_name = _("AI budget")
        verbose_name_plural = _("AI budgets")
        ordering = ("pk",)
        constraints = [
            *Limits.Meta.constraints,
            models.CheckConstraint(
                condition=Q(site=None) | Q(group=None),
                name="wac_budget_site_or_group",
                violation_error_message=_("Choose a site or a group, or neither for everybody together."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.site or self.group or gettext("Everybody together"))

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.holder = str(self.held_by())
        super().save(*args, **kwargs)

    def held_by(self) -> Holder:
        if self.site_id:
            return Holder(kind=Kind.SITE, key=str(self.site_id), name=str(self))
        if self.group_id:
            return Holder(kind=Kind.GROUP, key=str(self.group_id), name=str(self))
        return Holder(kind=Kind.ALL)


class ModelPrice(models.Model):
    """What a model costs from a day on; of several the latest that has begun. It goes before the setting PRICES.

    A price of zero is a price: the model costs nothing. Personal data: none.
    """

    model = models.CharField(
        _("model"), max_length=200, help_text=_("As provider/model, the way it is written in the settings.")
    )
    input_per_million = models.DecimalField(
        _("US dollars for a million tokens sent"), max_digits=14, decimal_places=6, validators=[MinValueValidator(0)]
    )
    output_per_million = models.DecimalField(
        _("US dollars for a million tokens received"),
        max_digits=14,
        decimal_places=6,
        validators=[MinValueValidator(0)],
    )
    valid_from = models.DateField(_("valid from"), default=timezone.localdate)

    class Meta:
        app_label = "wagtail_ai_content"
        verbose_name = _("AI price")
        verbose_name_plural = _("AI prices")
        ordering = ("model", "-valid_from")
        constraints = [
            models.UniqueConstraint(fields=["model", "valid_from"], name="wac_price_once_a_day"),
            models.CheckConstraint(
                condition=Q(input_per_million__gte=0, output_per_million__gte=0), name="wac_price_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} ({self.valid_from})"


class QuotaWindow(models.Model):
    """The running count of one limit: what is spent and what is set aside since ``start``.

    A later period takes over the same row, so that the table stays as small as the number of limits, and a clock that
    was set back finds the later count, with no new room. ``fresh`` is false when limits were changed: then what was
    spent is counted anew from the events before the next request. ``told`` is the highest share of a monthly sum, in
    per cent, that people were told of.

    Personal data: the number of a user.
    """

    slot = models.CharField(primary_key=True, max_length=120)
    """Who, what and in which period: ``user:5 tokens day``."""
    start = models.DateTimeField()
    reserved = models.BigIntegerField(default=0)
    spent = models.BigIntegerField(default=0)
    fresh = models.BooleanField(default=True)
    told = models.PositiveSmallIntegerField(default=0)

    class Meta:
        app_label = "wagtail_ai_content"

    def __str__(self) -> str:
        return f"{self.slot} {self.spent}+{self.reserved}"


class UsageEvent(models.Model):
    """One answer of a model: what it took. Never changed once written, and kept when job, person and site are gone.

    ``cost`` is null where it is unknown. Personal data: the number and name of who asked.
    """

    job = models.UUIDField()
    actor = models.CharField(max_length=64, blank=True)
    user_name = models.CharField(max_length=255, blank=True)
    site_key = models.PositiveIntegerField(null=True)
    site_name = models.CharField(max_length=255, blank=True)
    function = models.CharField(max_length=100)
    model = models.CharField(max_length=200)
    prompt_tokens = models.PositiveIntegerField(null=True)
    completion_tokens = models.PositiveIntegerField(null=True)
    cost = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    price_source = models.CharField(max_length=60, blank=True)
    estimated = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        app_label = "wagtail_ai_content"
        ordering = ("id",)
        indexes = [
            models.Index(fields=["job"], name="wac_event_job"),
            models.Index(fields=["at"], name="wac_event_at"),
            models.Index(fields=["actor", "at"], name="wac_event_actor"),
            models.Index(fields=["site_key", "at"], name="wac_event_site"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.at:%Y-%m-%d %H:%M:%S}"


class UsageTotal(models.Model):
    """All events of one person on one site with one model in one month, added up as they come.

    ``money`` is in millionths of a US dollar; ``unknown`` counts the answers whose cost is not in it.

    Personal data: the number and name of who asked.
    """

    month = models.DateField(_("month"))
    actor = models.CharField(max_length=64, blank=True)
    user_name = models.CharField(pgettext_lazy("who asked an AI", "person"), max_length=255, blank=True)
    site_key = models.PositiveIntegerField(default=0)
    site_name = models.CharField(_("site"), max_length=255, blank=True)
    model = models.CharField(_("model"), max_length=200)
    answers = models.PositiveBigIntegerField(_("answers"), default=0)
    prompt_tokens = models.PositiveBigIntegerField(_("tokens sent"), default=0)
    completion_tokens = models.PositiveBigIntegerField(_("tokens received"), default=0)
    money = models.PositiveBigIntegerField(_("cost"), default=0)
    unknown = models.PositiveBigIntegerField(_("of unknown cost"), default=0)

    class Meta:
        app_label = "wagtail_ai_content"
        verbose_name = _("AI usage")
        verbose_name_plural = _("AI usage records")
        ordering = ("-month", "-money", "pk")
        constraints = [
            models.UniqueConstraint(fields=["month", "actor", "site_key", "model"], name="wac_total_once"),
        ]
        indexes = [models.Index(fields=["-month", "-money"], name="wac_total_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.user_name} {self.model}"
