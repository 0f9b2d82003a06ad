"""Form fields for the variables of a prompt, and the values that people gave for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminAutoHeightTextInput

from wagtail_ai_content.core.errors import InvalidInput
from wagtail_ai_content.core.prompts.variables import Variable
from wagtail_ai_content.core.text import gettext_noop

WRONG_VALUE: Final = gettext_noop("%(name)s: %(reason)s")
LONGEST_VALUE: Final = 20_000


class ListField(forms.CharField):
    """Texts, one on each line."""

    def to_python(self, value: Any) -> Any:
        lines = map(str, value) if isinstance(value, list) else (super().to_python(value) or "").split("\n")
        return [line.strip() for line in lines if line.strip()]

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        super().run_validators("\n".join(value))


class ObjectField(forms.JSONField):
    """Named values, written as JSON."""

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        if found is not None and not isinstance(found, dict):
            raise ValidationError(_("Write it as a JSON object, such as {“name”: “value”} with straight quotes."))
        return found


def _text(variable: Variable) -> forms.Field:
    return forms.CharField(widget=AdminAutoHeightTextInput, max_length=LONGEST_VALUE)


def _choice(variable: Variable) -> forms.Field:
    nothing = [] if variable.required and variable.choices else [("", "---------")]
    return forms.ChoiceField(choices=[*nothing, *((choice, choice) for choice in variable.choices)])


FIELDS: Final[Mapping[str, Callable[[Variable], forms.Field]]] = {
    "text": _text,
    "number": lambda variable: forms.DecimalField(max_digits=15, decimal_places=6, localize=False),
    "choice": _choice,
    "boolean": lambda variable: forms.BooleanField(),
    "list": lambda variable: ListField(
        widget=AdminAutoHeightTextInput, help_text=_("One on each line."), max_length=LONGEST_VALUE
    ),
    "object": lambda variable: ObjectField(widget=AdminAutoHeightTextInput, help_text=_("As a JSON object.")),
}


class VariablesForm(forms.Form):
    """One field for each variable."""

    use_required_attribute = False  # the browser's own messages would hide what the server has to say

    def __init__(self, variables: Iterable[Variable], data: Mapping[str, Any] | None = None, *, key: str = "") -> None:
        super().__init__(data, auto_id=f"wac-variable-{key}-%s")
        for variable in variables:
            self.fields[variable.name] = _field(variable)


def _field(variable: Variable) -> forms.Field:
    field = FIELDS[variable.type](variable)
    field.label = variable.name.replace("_", " ").capitalize()
    field.wac_type = variable.type  # type: ignore[attr-defined]  # the browser sends a value of this type
    field.required = variable.required and variable.type != "boolean"
    field.help_text = " ".join(filter(None, [variable.help, str(field.help_text)]))
    return field


def values_of(variables: Iterable[Variable], given: Mapping[str, Any]) -> dict[str, Any]:
    """What was ``given``, as the prompt takes it; what was left empty is left out. Raises: ``InvalidInput``."""
    form = VariablesForm(variables, {name: value for name, value in given.items() if value is not None})
    if not form.is_valid():
        name, reasons = next(iter(form.errors.items()))
        raise InvalidInput(WRONG_VALUE, name=str(form.fields[name].label), reason=gettext(str(reasons[0])))
    filled = {name: value for name, value in form.cleaned_data.items() if value not in (None, "", [])}
    return {name: _plain(value) for name, value in filled.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
