"""Forms of the settings: people, tokens, connections. The rules themselves stand in the actions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django import forms

from hub.common.errors import ConflictError, InvalidError
from kitchens.actions.connections import save_connection
from kitchens.actions.people import create_person
from kitchens.actions.tokens import create_token
from kitchens.core.connections import SSL_MODES
from kitchens.core.roles import ROLES, SCOPES, Actor
from kitchens.models import Kitchen

SCOPE_WORDS = {
    "read": "read: look at everything",
    "run": "run: place, cancel and resume runs",
    "change": "change: make kitchens, change recipes",
    "events": "events: send events and results of other tools, read nothing",
    "admin": "admin: everything you may",
}


class ActionForm(forms.Form):
    """A form that hands over to one action and puts what that refuses at its field."""

    def act(self, action: Callable[..., Any], **given: Any) -> Any:
        """Return what the action returns, or None where it refused; its sentence then stands in the form."""
        try:
            return action(**given)
        except (InvalidError, ConflictError) as error:
            field = error.field.rsplit(".", 1)[-1]
            self.add_error(field if field in self.fields else None, str(error))
            return None


class PersonForm(ActionForm):
    username = forms.CharField(max_length=60, label="User name")
    full_name = forms.CharField(max_length=120, required=False, label="Name")
    email = forms.EmailField(required=False, label="E-mail")
    role = forms.ChoiceField(
        choices=[(role, role) for role in ROLES], help_text="What they may do in the whole hub."
    )
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Ten characters or more.",
    )

    def create(self, *, by: Actor, now: datetime) -> Any:
        return self.act(create_person, **self.cleaned_data, by=by, now=now)


class TokenForm(ActionForm):
    name = forms.CharField(max_length=80, help_text="Says what uses it, such as “nightly export”.")
    scopes = forms.MultipleChoiceField(
        choices=[(scope, SCOPE_WORDS[scope]) for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple,
        initial=["read"],
        help_text="A token never does more than you may.",
    )
    days = forms.IntegerField(min_value=1, max_value=365, initial=90, label="Days until it ends")

    def create(self, *, by: Actor, now: datetime) -> Any:
        given = self.cleaned_data
        ends = now + timedelta(days=given["days"])
        return self.act(
            create_token, name=given["name"], scopes=given["scopes"], by=by, now=now, expires_at=ends
        )


class ConnectionForm(ActionForm):
    name = forms.CharField(max_length=60, help_text="Recipes say this name and nothing else.")
    host = forms.CharField(max_length=255)
    port = forms.IntegerField(min_value=1, max_value=65535, initial=5432)
    database = forms.CharField(max_length=63)
    user = forms.CharField(max_length=63)
    password = forms.CharField(
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Kept encrypted, never shown again. Left empty, the one that is kept stays.",
    )
    sslmode = forms.ChoiceField(choices=[(mode, mode) for mode in SSL_MODES], label="SSL")
    read_only = forms.BooleanField(required=False, initial=True, label="Read only")
    max_parallel = forms.IntegerField(
        min_value=1, max_value=1000, required=False, label="Nodes at a time", help_text="Empty: no limit."
    )

    def save(self, *, by: Actor, now: datetime, kitchen: Kitchen | None = None) -> Any:
        given = self.cleaned_data
        settings = {name: given[name] for name in ("host", "port", "database", "user", "sslmode")}
        return self.act(
            save_connection,
            name=given["name"],
            settings=settings,
            password=given["password"] or None,
            read_only=given["read_only"],
            max_parallel=given["max_parallel"],
            kitchen=kitchen,
            by=by,
            now=now,
        )
