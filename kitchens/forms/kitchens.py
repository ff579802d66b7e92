"""The forms of the wizard: one for each step; each turns what was filled in into choices."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse

from kitchens.actions.drafts import own_name
from kitchens.core.provision import TEMPLATES, Choices
from kitchens.core.provision.choices import LARGEST_SAMPLE
from kitchens.queries.kitchens import kitchens
from kitchens.queries.provision import recipes_of
from kitchens.queries.wizard import domain_slugs, pinned, revision_choices

LIFETIMES = [("1", "1 day"), ("3", "3 days"), ("7", "7 days"), ("30", "30 days")]


class StepForm(forms.Form):
    """A step of the wizard. `taken()` are the choices with what this step says; the rules stand in the plan."""

    def __init__(self, data: Any, *, choices: Choices, draft: int, person_id: int) -> None:
        super().__init__(data, initial=choices.as_dict())
        self.choices, self.draft, self.person_id = choices, draft, person_id
        self.prepare()

    def prepare(self) -> None:
        """Fill in what can be chosen."""

    def taken(self) -> Choices:
        """Return the choices with this step's. Only after the form was found valid."""
        return self.choices.but(**self.cleaned_data)

    def put_fault(self, field: str, message: str) -> bool:
        """Put a fault at its field where this step has it; say whether it has."""
        if field not in self.fields:
            return False
        self.add_error(field, message)
        return True


class PurposeForm(StepForm):
    purpose = forms.ChoiceField(
        choices=[(one.key, one.title) for one in TEMPLATES.values()], widget=forms.RadioSelect
    )

    def taken(self) -> Choices:
        """Return the presets of the purpose where it changed; a name that was only suggested goes with it."""
        template = TEMPLATES[self.cleaned_data["purpose"]]
        if template.key == self.choices.purpose:
            return self.choices
        before = TEMPLATES[self.choices.purpose]
        suggested = self.choices.name.startswith(f"{before.stem}-")
        name = own_name(template.key, self.person_id) if suggested else self.choices.name
        presets = template.choices(name)
        return self.choices.but(
            purpose=template.key, name=name, days=presets.days, tier=presets.tier, personal=presets.personal
        )

    @property
    def cards(self) -> list[tuple[Any, Any]]:
        return [(radio, TEMPLATES[str(radio.data["value"])]) for radio in self["purpose"]]


class NameForm(StepForm):
    name = forms.CharField(
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="In URLs and as the git branch: a-z, 0-9 and hyphens.",
    )
    title = forms.CharField(
        max_length=120,
        required=False,
        label="What for",
        help_text="A few words for the others, such as “Faster joins”.",
    )
    description = forms.CharField(max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    parent = forms.ChoiceField(help_text="The kitchen it mirrors: its recipes and its data.")
    parent_revision = forms.TypedChoiceField(
        coerce=int,
        label="Revision of the parent",
        help_text="What it reads stays at this one until you merge down.",
    )

    def prepare(self) -> None:
        self.fields["name"].widget.attrs |= {
            "hx-get": reverse("kitchen-draft-name", args=[self.draft]),
            "hx-trigger": "input changed delay:250ms",
            "hx-target": "#name-said",
            "hx-swap": "innerHTML",
        }
        self.fields["parent"].choices = [
            (one.slug, f"{one} ({one.tier}, revision {one.head})") for one in kitchens("ready")
        ]
        parent = self.data.get("parent", self.choices.parent)
        self.fields["parent_revision"].choices = revision_choices(parent, self.choices.parent_revision)

    def taken(self) -> Choices:
        """Return the choices with this step's; what a run left belongs to the parent it ran in."""
        taken = super().taken()
        return taken if taken.parent == self.choices.parent else taken.but(run=0)


class ChangesForm(StepForm):
    domains = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    recipes = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    ingredients = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, label="Made along with it"
    )

    def prepare(self) -> None:
        facts = recipes_of(pinned(self.choices)[1].commit)
        self.fields["domains"].choices = [(slug, slug) for slug in domain_slugs()]
        self.fields["recipes"].choices = [(one.path, one.path) for one in facts]
        self.fields["ingredients"].choices = [
            (one.key, f"{one.name} of {recipe.path}") for recipe in facts for one in recipe.ingredients
        ]
        self.initial["ingredients"] = list(self.choices.ingredients)

    def taken(self) -> Choices:
        given = self.cleaned_data
        kept = self.choices.ingredients
        return self.choices.but(
            domains=tuple(given["domains"]),
            recipes=tuple(given["recipes"]),
            ingredients={key: dict(kept.get(key, {})) for key in given["ingredients"]},
        )


class LifetimeForm(StepForm):
    days = forms.TypedChoiceField(
        choices=LIFETIMES, coerce=int, widget=forms.RadioSelect, label="It lives for"
    )
    max_parallel_nodes = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=1000,
        label="Nodes at the same time",
        help_text="At most so many nodes of it run at once. Left empty: as many as the hub has.",
    )
    minutes = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=10080,
        label="Minutes of a run",
        help_text="Longer runs in it are stopped. Left empty: no limit.",
    )

    def prepare(self) -> None:
        if self.choices.tier == "canary":
            self.fields["days"].choices = [*LIFETIMES, ("0", "until it is retired")]
        seconds = self.choices.max_run_seconds
        self.initial["minutes"] = seconds // 60 if seconds else None

    def taken(self) -> Choices:
        given = self.cleaned_data
        return self.choices.but(
            days=given["days"],
            ends_on="",
            max_parallel_nodes=given["max_parallel_nodes"],
            max_run_seconds=given["minutes"] * 60 if given["minutes"] else None,
        )

    def put_fault(self, field: str, message: str) -> bool:
        return super().put_fault({"ends_on": "days", "max_run_seconds": "minutes"}.get(field, field), message)


class ReviewForm(StepForm):
    """Nothing is chosen here."""

    def taken(self) -> Choices:
        return self.choices


SAMPLE = forms.IntegerField(
    min_value=1, max_value=LARGEST_SAMPLE, label="Rows of a sample", help_text="Drawn at random."
)
