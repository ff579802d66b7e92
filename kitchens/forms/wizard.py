"""The forms of the wizard that are as long as there are datasets, values, secrets or people."""

from __future__ import annotations

import json
from typing import Any

from django import forms

from kitchens.actions.provision.checks import ROLES_GIVEN
from kitchens.actions.provision.steps.people import seal_for_draft
from kitchens.core.names import secret_fault
from kitchens.core.provision import Choices
from kitchens.forms.kitchens import (
    SAMPLE,
    ChangesForm,
    LifetimeForm,
    NameForm,
    PurposeForm,
    ReviewForm,
    StepForm,
)
from kitchens.models.kitchen import DATA_CHOICES
from kitchens.queries.people import people
from kitchens.queries.secrets import secret_names
from kitchens.queries.wizard import DatasetRow, ValueRow, dataset_rows, domain_slugs, pinned, value_rows

MOST_PEOPLE, MOST_SECRETS = 200, 40


class DataForm(StepForm):
    personal = forms.ChoiceField(
        choices=[("reference", "as they are"), ("masked", "masked, in a copy")],
        widget=forms.RadioSelect,
        label="Datasets with personal columns",
        help_text="Unless one of them is chosen otherwise below.",
    )
    sample_rows = SAMPLE
    domain = forms.ChoiceField(required=False)
    search = forms.CharField(required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"}))

    def prepare(self) -> None:
        self.faults: dict[str, str] = {}
        self.domain = str(self.data.get("domain") or self.initial.get("domain", ""))
        self.search = str(self.data.get("search") or "")[:100]
        self.fields["domain"].choices = [("", "all domains"), *((slug, slug) for slug in domain_slugs())]

    def show(self, domain: str, search: str) -> None:
        """Show the datasets that match."""
        self.initial |= {"domain": domain, "search": search}
        choices = self.taken() if self.is_bound and self.is_valid() else self.choices
        self.rows = [(self._row(row), row) for row in dataset_rows(choices, domain, search[:100])]
        for name, message in self.faults.items():
            self.add_error(name if name in self.fields else None, message)

    def _row(self, row: DatasetRow) -> forms.BoundField:
        offered = [one for one in DATA_CHOICES if one != "masked" or row.personal]
        usual = self.choices.personal if row.personal else "reference"
        choices = [("", f"{usual}, as usual"), *((one, one) for one in offered)]
        name = f"data-{row.name}"
        self.fields[name] = forms.ChoiceField(required=False, choices=choices, label=row.name)
        self.initial[name] = row.choice
        return self[name]

    def taken(self) -> Choices:
        given = self.cleaned_data
        data = dict(self.choices.data)
        for key, value in self.data.items():
            if key.startswith("data-"):
                data.pop(key.removeprefix("data-"), None)
                if value:
                    data[key.removeprefix("data-")] = str(value)
        return self.choices.but(personal=given["personal"], sample_rows=given["sample_rows"], data=data)

    def put_fault(self, field: str, message: str) -> bool:
        if field.startswith("data."):
            self.faults[field.replace("data.", "data-", 1)] = message  # its row is not there yet
            return True
        return super().put_fault(field, message)


class ValuesForm(StepForm):
    """Overrides: left empty, the kitchen has what its parent has."""

    def prepare(self) -> None:
        self.rows = [(self._field(row), row) for row in value_rows(self.choices)]

    def _field(self, row: ValueRow) -> forms.BoundField:
        name = f"value-{row.name}"
        self.fields[name] = forms.CharField(required=False, max_length=64 * 1024, label=row.name)
        if row.name in self.choices.overrides:
            self.initial[name] = as_text(self.choices.overrides[row.name])
        return self[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.overrides = dict(self.choices.overrides)
        for _, row in self.rows:
            text = cleaned.get(f"value-{row.name}", "")
            self.overrides.pop(row.name, None)
            if text:
                try:
                    self.overrides[row.name] = typed(row.type, text)
                except ValueError as fault:
                    self.add_error(f"value-{row.name}", str(fault))
        return cleaned

    def taken(self) -> Choices:
        return self.choices.but(overrides=self.overrides)

    def put_fault(self, field: str, message: str) -> bool:
        if field == "overrides":
            self.add_error(None, message)
        return field == "overrides"


SHAPES: dict[str, tuple[type | tuple[type, ...], str]] = {
    "integer": (int, "a whole number, such as 150"),
    "number": ((int, float), "a number, such as 0.5"),
    "boolean": (bool, "true or false"),
    "list": (list, 'a list, such as ["a", "b"]'),
    "dictionary": (dict, 'a dictionary, such as {"a": 1}'),
}


def typed(kind: str, text: str) -> Any:
    """Return what was typed as a value of its type; ValueError in a sentence."""
    if kind not in SHAPES:
        return text
    shape, example = SHAPES[kind]
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, shape) or (isinstance(value, bool) and kind != "boolean"):
        raise ValueError(f"This is not {example}.")
    return value


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


class SecretsForm(StepForm):
    """Own values for secrets; what is typed is sealed at once and never shown."""

    new_name = forms.CharField(required=False, max_length=80, label="Another name")
    new_value = forms.CharField(
        required=False, max_length=4096, widget=forms.PasswordInput, label="Its value"
    )

    def prepare(self) -> None:
        known = secret_names(pinned(self.choices)[0]).values_list("name", flat=True)
        names = sorted({*known, *self.choices.secrets})[:MOST_SECRETS]
        self.rows = [(self._field(name), name, name in self.choices.secrets) for name in names]

    def _field(self, name: str) -> forms.BoundField:
        self.fields[f"own-{name}"] = forms.CharField(
            required=False,
            max_length=4096,
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        )
        self.fields[f"inherit-{name}"] = forms.BooleanField(required=False)
        return self[f"own-{name}"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        name = cleaned.get("new_name", "")
        if name and (fault := secret_fault(name)):
            self.add_error("new_name", fault)
        if bool(name) != bool(cleaned.get("new_value")):
            self.add_error("new_value" if name else "new_name", "A secret has a name and a value.")
        return cleaned

    def taken(self) -> Choices:
        given, kept = self.cleaned_data, dict(self.choices.secrets)
        for _, name, _ in self.rows:
            if given.get(f"inherit-{name}"):
                kept.pop(name, None)
            elif given.get(f"own-{name}"):
                kept[name] = seal_for_draft(name, given[f"own-{name}"])
        if given.get("new_name"):
            kept[given["new_name"]] = seal_for_draft(given["new_name"], given["new_value"])
        return self.choices.but(secrets=kept)


class PeopleForm(StepForm):
    """Roles in this kitchen alone, above or below the one in the whole hub."""

    username = forms.CharField(
        required=False, max_length=80, label="Somebody else", widget=forms.TextInput(attrs={"list": "people"})
    )
    role = forms.ChoiceField(choices=[(role, role) for role in ROLES_GIVEN], initial="developer")

    def prepare(self) -> None:
        self.names = [str(one.username) for one in people().filter(is_active=True)[:MOST_PEOPLE]]
        self.rows = [self._field(name, role) for name, role in sorted(self.choices.members.items())]

    def _field(self, name: str, role: str) -> forms.BoundField:
        choices = [*((one, one) for one in ROLES_GIVEN), ("", "no role of their own")]
        self.fields[f"role-{name}"] = forms.ChoiceField(
            required=False, choices=choices, label=name, initial=role
        )
        return self[f"role-{name}"]

    def taken(self) -> Choices:
        given = self.cleaned_data
        members = {name: given[f"role-{name}"] for name in self.choices.members if given[f"role-{name}"]}
        if given["username"]:
            members[given["username"]] = given["role"]
        return self.choices.but(members=members)

    def put_fault(self, field: str, message: str) -> bool:
        return super().put_fault("username" if field == "members" else field, message)


STEP_FORMS: dict[str, type[StepForm]] = {
    "purpose": PurposeForm,
    "name": NameForm,
    "changes": ChangesForm,
    "data": DataForm,
    "values": ValuesForm,
    "secrets": SecretsForm,
    "people": PeopleForm,
    "lifetime": LifetimeForm,
    "review": ReviewForm,
}
