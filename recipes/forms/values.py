"""Forms of orders: a field for each value of a recipe; what does not fit is said by the recipe's own rules."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django import forms

from hub.common.errors import HubError, NotAllowedError
from kitchens.actions.overrides import OverrideFaults, change_overrides
from kitchens.core.roles import Actor
from kitchens.models import Kitchen
from recipes.core.plan import Plan, Value
from recipes.core.portions import PORTIONS, portion_of
from recipes.core.shown import as_text
from recipes.core.spec.model import RecipeSpec, ValueSpec
from recipes.core.starters import STARTERS
from recipes.models import OrderRun

PREFIX = "value-"


@dataclass(frozen=True)
class ValueRow:
    """One value of a recipe in a form: its field, and what counts if nothing is given."""

    field: forms.BoundField
    spec: ValueSpec
    effective: Value | None

    @property
    def text(self) -> str:
        return as_text(self.effective.value) if self.effective else ""


def value_field(spec: ValueSpec, effective: Value | None = None) -> forms.Field:
    """Return a field for a value; empty means "as it is set", so what is checked is checked when the order is planned."""
    said = as_text(effective.value) if effective else ""
    plain: dict[str, Any] = {"required": False, "label": spec.name, "help_text": spec.description}
    if spec.choices or spec.type == "boolean":
        offered = [as_text(choice) for choice in spec.choices] or ["yes", "no"]
        unset = ("", f"as set: {said}" if said else "choose")
        return forms.ChoiceField(**plain, choices=[unset, *((text, text) for text in offered)])
    return forms.CharField(
        **plain, widget=_widget(spec, said), strip=spec.type != "text", max_length=64 * 1024
    )


def _widget(spec: ValueSpec, said: str) -> forms.Widget:
    shown = {"placeholder": said, "autocomplete": "off", "spellcheck": "false"}
    if spec.type == "date":
        return forms.DateInput(attrs=shown | {"type": "date"})
    if spec.type in ("integer", "number"):
        return forms.TextInput(attrs=shown | {"inputmode": "decimal"})
    if spec.type in ("list", "dictionary"):
        return forms.Textarea(attrs=shown | {"rows": 2})
    return forms.TextInput(attrs=shown)


class ValuesForm(forms.Form):
    """The values of a recipe. `given()` are those that were filled in; `take_faults` puts messages at their fields."""

    def add_values(self, specs: Iterable[ValueSpec], effective: Mapping[str, Value]) -> None:
        self.specs = {spec.name: spec for spec in specs}
        self.effective = effective
        for spec in self.specs.values():
            self.fields[PREFIX + spec.name] = value_field(spec, effective.get(spec.name))

    def value_rows(self) -> Iterator[ValueRow]:
        for name, spec in self.specs.items():
            yield ValueRow(self[PREFIX + name], spec, self.effective.get(name))

    def given(self) -> dict[str, Any]:
        filled = {name: self.cleaned_data.get(PREFIX + name, "") for name in self.specs}
        return {name: text for name, text in filled.items() if text != ""}

    def take_faults(self, faults: Mapping[str, str]) -> None:
        for name, message in faults.items():
            known = PREFIX + name in self.fields
            self.add_error(PREFIX + name if known else None, message if known else f"{name}: {message}")


class OrderForm(ValuesForm):
    """Order a variation once: values, and which nodes if not all. `key` makes sending it twice harmless."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    nodes = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, label="Only these nodes"
    )
    node = forms.ChoiceField(required=False, label="Start from a node")
    portion = forms.ChoiceField(required=False, choices=list(PORTIONS.items()), label="Run")
    fixtures = forms.ChoiceField(required=False, label="Data")

    def __init__(
        self,
        data: Any,
        *,
        spec: RecipeSpec,
        nodes: Sequence[str],
        effective: Mapping[str, Value],
        around: Mapping[str, str] | None = None,
    ) -> None:
        told = {name: around[name] for name in ("node", "portion", "fixtures") if around and around.get(name)}
        super().__init__(data, initial={"key": secrets.token_hex(12)} | told)
        self._of_variation, self._needs = nodes, {name: node.needs for name, node in spec.nodes.items()}
        self.fields["nodes"].choices = [(name, name) for name in nodes]
        self.fields["node"].choices = [("", "choose a node"), *((name, name) for name in nodes)]
        sets = [(name, f"fixtures {name}") for name in spec.fixtures]
        self.fields["fixtures"].choices = [("", "the data of the kitchen"), *sets]
        self.add_values(spec.values.values(), effective)

    def clean(self) -> dict[str, Any]:
        """Refuse a portion around no node: that would run everything."""
        cleaned = super().clean() or self.cleaned_data
        if (
            cleaned.get("portion", "all") not in ("", "all")
            and not cleaned.get("node")
            and not cleaned.get("nodes")
        ):
            self.add_error("node", "Choose the node from which it goes on.")
        return cleaned

    def chosen_nodes(self) -> list[str]:
        """Return the nodes to run, none for all: those that are ticked, else the portion around one."""
        given = self.cleaned_data
        if given["nodes"] or given["portion"] in ("", "all"):
            return list(given["nodes"])
        return list(portion_of(self._of_variation, self._needs, given["node"], given["portion"]))


class ResumeForm(ValuesForm):
    """Go on with a run: with its own recipe or the newest one, with its own values or new ones."""

    recipe = forms.ChoiceField(
        choices=[("old", "The recipe as it was in this run"), ("new", "The newest recipe of the kitchen")],
        initial="old",
        widget=forms.RadioSelect,
    )
    values = forms.ChoiceField(
        choices=[("old", "The values of this run"), ("new", "New values")],
        initial="old",
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any, *, run: OrderRun) -> None:
        super().__init__(data)
        own = {
            name: value
            for name, value in Plan.model_validate(run.plan).values.items()
            if value.origin != "system"
        }
        self.add_values((_spec_of(value) for value in own.values()), own)
        for name, given in run.order.values.items():
            if PREFIX + name in self.fields:
                self.initial[PREFIX + name] = as_text(given)

    def choices(self) -> dict[str, Any]:
        """Return what the action is told: which recipe, and the values where new ones are wanted."""
        new = self.cleaned_data["values"] == "new"
        return {"recipe": self.cleaned_data["recipe"], "values": self.given() if new else "old"}


def _spec_of(value: Value) -> ValueSpec:
    return ValueSpec(name=value.name, type=value.type, description=value.description)


class NewRecipeForm(forms.Form):
    """Begin a recipe: where, what it is called, and with which files."""

    domain = forms.CharField(
        max_length=60, help_text="Small letters, digits and _. A new name makes a new domain."
    )
    name = forms.CharField(max_length=60, help_text="Small letters, digits, _ and -.")
    starter = forms.ChoiceField(
        label="Begin with",
        choices=[(name, starter.about) for name, starter in STARTERS.items()],
        initial="sql",
    )

    @contextmanager
    def says_errors(self) -> Iterator[None]:
        """Put what the hub refuses at the field it is about."""
        try:
            yield
        except NotAllowedError:
            raise
        except HubError as error:
            self.add_error(error.field if error.field in self.fields else None, str(error))


class RowForm(forms.Form):
    """One row of a kitchen's values: set it (`what` is set), unset it, or propose it as default."""

    what = forms.ChoiceField(choices=[(what, what) for what in ("set", "unset", "propose")])
    key = forms.CharField(
        max_length=300
    )  # of the override: name and path; with its recipe to unset or propose it
    recipe = forms.CharField(max_length=130, required=False)
    only = forms.BooleanField(required=False)
    value = forms.CharField(required=False, strip=False, max_length=64 * 1024)

    def dress(self, row: OverridableRow, number: int) -> RowForm:
        """Give the row's value the control of its type."""
        effective = Value(name=row.spec.name, type=row.spec.type, value=row.value, origin="kitchen")
        self.fields["value"] = value_field(row.spec, effective)
        self.auto_id = f"row-{number}-%s"
        return self

    def save(self, kitchen: Kitchen, *, by: Actor, now: datetime) -> bool:
        """Set the override; what is wrong is put at the field and False returned."""
        given = self.cleaned_data
        self.key = f"{given['recipe']}:{given['key']}" if given["only"] else given["key"]
        try:
            change_overrides(kitchen, given={self.key: given["value"]}, by=by, now=now)
        except OverrideFaults as error:
            self.add_error("value", " ".join(error.faults.values()))
            return False
        return True


class OverridableRow(Protocol):
    """As much of a row as a form needs."""

    spec: ValueSpec
    value: Any

    @property
    def key(self) -> str: ...

    recipe: str


def forms_of(rows: Iterable[Any], sent: RowForm | None) -> list[tuple[Any, RowForm]]:
    """Return each row with its form; the one that was sent, and is not right, with what was typed."""
    found = []
    for number, row in enumerate(rows):
        mine = sent and sent.data.get("key") == row.key and sent.data.get("recipe") == row.recipe
        found.append((row, (sent if mine and sent else RowForm()).dress(row, number)))
    return found
