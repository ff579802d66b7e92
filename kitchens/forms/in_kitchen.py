"""Forms on the pages of one kitchen: its people, its secrets, what it asks of merges."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms

from kitchens.actions.members import set_member
from kitchens.actions.policy import set_policy
from kitchens.actions.secrets import set_secret
from kitchens.core.policies import RULES, Policy
from kitchens.core.roles import ROLES, Actor
from kitchens.core.secrets import LONGEST_VALUE
from kitchens.forms.settings import ActionForm
from kitchens.models import Kitchen, Person

ROLE_WORDS = {
    "viewer": "viewer: look",
    "developer": "developer: change, run, ask for merges",
    "operator": "operator: also secrets, people, rollback",
}
RULE_WORDS = {"allow": "allow it", "approval": "needs an approval that says so", "refuse": "never"}


class Unseen(forms.Textarea):
    """A text that is sent and never shown again, whatever was wrong with the form."""

    def format_value(self, value: Any) -> str:
        return ""


class MemberForm(ActionForm):
    person = forms.ChoiceField(help_text="Somebody who can sign in.")
    role = forms.ChoiceField(help_text="What they may do in this kitchen, whatever they may elsewhere.")

    def __init__(self, data: Any, *, people: Iterable[Person], roles: Iterable[str]) -> None:
        super().__init__(data)
        self.people = {person.username: person for person in people}
        self.fields["person"].choices = [
            (name, f"{person} ({name}, {person.role} in the hub)") for name, person in self.people.items()
        ]
        self.fields["role"].choices = [(role, ROLE_WORDS[role]) for role in roles]
        self.fields["role"].initial = "developer"

    def save(self, *, kitchen: Kitchen, by: Actor, now: datetime) -> Any:
        person = self.people[self.cleaned_data["person"]]
        return self.act(
            set_member, kitchen=kitchen, person=person, role=self.cleaned_data["role"], by=by, now=now
        )


class SecretForm(ActionForm):
    name = forms.CharField(
        max_length=80, help_text="Nodes ask for it: context.secret(“NAME”), $HUB_SECRET_NAME."
    )
    value = forms.CharField(
        strip=False,
        max_length=LONGEST_VALUE,
        widget=Unseen(
            attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false", "class": "input unseen-text"}
        ),
        help_text="Kept encrypted and never shown again. One of the same name here is replaced.",
    )

    def save(self, *, kitchen: Kitchen | None, by: Actor, now: datetime) -> Any:
        return self.act(set_secret, **self.cleaned_data, kitchen=kitchen, by=by, now=now)


class PolicyForm(ActionForm):
    protected = forms.BooleanField(
        required=False,
        label="Protected",
        help_text="It changes by merges and rollbacks only: no edit, push or override.",
    )
    approvals = forms.IntegerField(
        min_value=0, max_value=10, help_text="Of people who neither opened the request nor wrote any of it."
    )
    approver_role = forms.ChoiceField(
        choices=[(role, role) for role in ROLES[1:]], label="Who approves is at least"
    )
    runs_green = forms.BooleanField(
        required=False,
        label="Runs green",
        help_text="Changed recipes ran green in the source, on exactly what is merged.",
    )
    tests_removed = forms.ChoiceField(
        choices=[(rule, RULE_WORDS[rule]) for rule in RULES], label="A test is removed"
    )
    breaking = forms.ChoiceField(
        choices=[(rule, RULE_WORDS[rule]) for rule in RULES], label="Something breaks elsewhere"
    )
    canary_runs = forms.IntegerField(
        min_value=0, max_value=100, help_text="Green runs on live inputs before it goes on."
    )

    def __init__(self, data: Any, *, policy: Policy, protected: bool) -> None:
        super().__init__(data, initial=policy.as_dict() | {"protected": protected})

    def save(self, *, kitchen: Kitchen, by: Actor, now: datetime) -> Any:
        policy = {name: value for name, value in self.cleaned_data.items() if name != "protected"}
        protected = self.cleaned_data["protected"]
        return self.act(set_policy, kitchen=kitchen, protected=protected, policy=policy, by=by, now=now)
