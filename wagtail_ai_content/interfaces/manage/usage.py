"""Tiers, budgets and prices in the Wagtail admin, under Settings."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import Count
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_noop, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from wagtail_ai_content.core.usage.refusals import amount_of, shown
from wagtail_ai_content.core.usage.values import Holder, Kind
from wagtail_ai_content.pipeline.usage import Use, use_of
from wagtail_ai_content.records.texts import cost_label, localised
from wagtail_ai_content.records.usage.api import Budget, ModelPrice, Tier

from .usage_people import people

TWINS = _("There is a budget for them already. Change that one.")
TWIN_PRICE = _("There is a price for this model from this day on already. Change that one, or choose another day.")
HOLDS_FOR_OTHERS = gettext_noop(
    "This tier holds for everybody who has no other. Untick “For everybody else” first, so that nobody is left without "
    "limits unnoticed."
)
FREE_PRICE = _("0 means that it costs nothing.")


def shown_limits(row: Any) -> str:
    """The limits that are set, in words."""
    limits = row.limits(Holder(kind=Kind.ALL))
    return ", ".join(localised(amount_of(limit)) for limit in limits) or gettext("No limits")


def limit_panels() -> list[Any]:
    """Used by tiers and budgets alike."""
    return [
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [
                        FieldPanel("requests_per_minute"),
                        FieldPanel("requests_per_day"),
                        FieldPanel("requests_per_month"),
                    ]
                ),
                FieldRowPanel([FieldPanel("tokens_per_day"), FieldPanel("tokens_per_month")]),
                FieldRowPanel([FieldPanel("money_per_day"), FieldPanel("money_per_month")]),
            ],
            heading=_("Limits"),
            help_text=_("Leave a field empty for no limit. 0 allows nothing at all."),
        ),
        FieldPanel("contact"),
    ]


class TierList(generic.IndexView):  # type: ignore[misc]  # Wagtail ships no types
    """The tiers, each with the number of those it is granted to."""

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().annotate(granted=Count("grants"))


class TierDelete(generic.DeleteView):  # type: ignore[misc]
    """Deletes a tier whose limits hold for nobody; of others it says who has to get another one first."""

    @property
    def in_use(self) -> str:
        count = self.object.grants.count()
        if not count:
            limits_others = self.object.is_default and self.object.limits(Holder(kind=Kind.ALL))
            return gettext(HOLDS_FOR_OTHERS) if limits_others else ""
        told = ngettext(
            "This tier is granted to %(count)s person or group. Grant another tier first, so that nobody is left "
            "without limits unnoticed.",
            "This tier is granted to %(count)s people and groups. Grant them another tier first, so that nobody is "
            "left without limits unnoticed.",
            count,
        )
        return told % {"count": count}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "is_protected": True} if self.in_use else context

    def form_valid(self, form: Any) -> Any:
        return self.render_to_response(self.get_context_data(form=form)) if self.in_use else super().form_valid(form)


class TierViewSet(ModelViewSet):  # type: ignore[misc]
    """Tiers, under Settings."""

    model = Tier
    name = "ai_tier"
    icon = "group"
    menu_label = _("AI tiers")
    add_to_settings_menu = True
    index_view_class = TierList
    delete_view_class = TierDelete
    delete_template_name = "wagtail_ai_content/manage/tier_delete.html"
    copy_view_enabled = False
    search_fields = ["name"]
    list_display = [
        "name",
        Column("limits", label=_("Limits"), accessor=shown_limits),
        Column("granted", label=_("Granted"), sort_key="granted"),
        BooleanColumn("is_default", label=_("For everybody else"), sort_key="is_default"),
    ]
    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            *limit_panels(),
            InlinePanel(
                "grants",
                panels=[FieldPanel("group"), FieldPanel("user", widget=people.widget_class)],
                heading=_("Granted to"),
                label=_("group or person"),
                help_text=_("A person's own tier goes before those of their groups."),
            ),
            FieldPanel("is_default"),
        ]
    )


class BudgetForm(WagtailAdminModelForm):  # type: ignore[misc]
    """A budget, of which there is one for each site and group, and one for everybody."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if self.errors:
            return cleaned
        wanted = Budget(site=cleaned["site"], group=cleaned["group"])
        twins = Budget.objects.filter(holder=str(wanted.held_by()))
        if not (wanted.site and wanted.group) and twins.exclude(pk=self.instance.pk).exists():
            self.add_error("site" if wanted.site else "group", TWINS)
        return cleaned


class BudgetList(generic.IndexView):  # type: ignore[misc]
    """The budgets, with the names of their sites and groups in the same query, and what is used of all in another."""

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("site", "group")

    def get_table(self, object_list: Any) -> Any:
        rows = list(object_list)
        limits = {row.pk: row.limits(row.held_by()) for row in rows}
        uses = {use.limit.slot: use for use in use_of([limit for some in limits.values() for limit in some])}
        for row in rows:
            row.used = ", ".join(shown_use(uses[limit.slot]) for limit in limits[row.pk])
        return super().get_table(rows)


def shown_use(use: Use) -> str:
    """“12.40 of 50.00 US dollars a month (24 %)”."""
    told = {"used": shown(use.used, use.limit.unit), "limit": localised(amount_of(use.limit)), "share": use.share}
    return gettext("%(used)s of %(limit)s (%(share)s %%)") % told


class BudgetViewSet(ModelViewSet):  # type: ignore[misc]
    """Budgets, under Settings."""

    model = Budget
    name = "ai_budget"
    icon = "calendar-check"
    menu_label = _("AI budgets")
    add_to_settings_menu = True
    index_view_class = BudgetList
    copy_view_enabled = False
    list_display = [
        "__str__",
        Column("used", label=_("Used of its limits")),
    ]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [FieldPanel("site"), FieldPanel("group")],
                heading=_("For"),
                help_text=_("Choose a site or a group; neither for everybody together."),
            ),
            *limit_panels(),
        ],
        base_form_class=BudgetForm,
    )


class PriceForm(WagtailAdminModelForm):  # type: ignore[misc]
    """A price, of which a model has one from a day on."""

    class Meta:
        error_messages: ClassVar = {NON_FIELD_ERRORS: {"unique_together": TWIN_PRICE}}


class PriceViewSet(ModelViewSet):  # type: ignore[misc]
    """Prices, under Settings."""

    model = ModelPrice
    name = "ai_price"
    icon = "tag"
    menu_label = _("AI prices")
    add_to_settings_menu = True
    copy_view_enabled = False
    search_fields = ["model"]
    list_display: list[Any] = [
        "model",
        Column(
            "input_per_million",
            label=_("Million tokens sent"),
            sort_key="input_per_million",
            accessor=lambda row: cost_label(row.input_per_million),
        ),
        Column(
            "output_per_million",
            label=_("Million tokens received"),
            sort_key="output_per_million",
            accessor=lambda row: cost_label(row.output_per_million),
        ),
        Column(
            "valid_from", label=_("Valid from"), sort_key="valid_from", accessor=lambda row: date_format(row.valid_from)
        ),
    ]
    edit_handler = ObjectList(
        [
            FieldPanel("model"),
            FieldPanel("input_per_million", help_text=FREE_PRICE),
            FieldPanel("output_per_million", help_text=FREE_PRICE),
            FieldPanel("valid_from"),
        ],
        base_form_class=PriceForm,
    )
