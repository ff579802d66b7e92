"""Channels and routes, as people fill them in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms

from kitchens.core.roles import Actor
from kitchens.forms.settings import ActionForm
from kitchens.models import Domain, Kitchen, Person
from monitoring.actions.alerts.channels import save_channel
from monitoring.actions.alerts.routes import add_route, change_route
from monitoring.core.incidents.channels import CHATS, SECURITY
from monitoring.core.incidents.timing import BUDGET, Habits
from monitoring.models import Channel, Route

TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
PLAIN = (
    *("domain", "owner", "severity", "kitchen", "begins", "ends", "weekdays_only", "timezone"),
    "escalate_minutes",
)
ZONE_HELP = "Of these times, such as Europe/Berlin."


class ChannelForm(ActionForm):
    """What every channel has: its name, and how it wants to be spoken to."""

    kind = ""
    name = forms.CharField(max_length=60, help_text="Routes say this name, such as “ops-chat”.")
    budget = forms.IntegerField(
        min_value=1,
        max_value=10_000,
        initial=BUDGET,
        label="Messages a week",
        help_text="What is more comes in one message a day. Beyond 30 to 50 a week people stop reading.",
    )
    digest_minutes = forms.IntegerField(
        min_value=0,
        max_value=1440,
        initial=0,
        required=False,
        label="Gather warnings for (minutes)",
        help_text="What only warns, and good news, then come in one message. 0: at once.",
    )
    quiet_from = forms.TimeField(
        required=False,
        widget=TIME,
        label="Quiet from",
        help_text="What stops something goes out all the same.",
    )
    quiet_to = forms.TimeField(required=False, widget=TIME, label="Quiet until")
    timezone = forms.CharField(max_length=60, initial="UTC", label="Time zone", help_text=ZONE_HELP)

    def __init__(self, *args: Any, channel: Channel | None = None, **given: Any) -> None:
        if channel is not None:
            given["initial"] = {"name": channel.name, **vars(channel.habits), **self.shown(channel.settings)}
        super().__init__(*args, **given)
        self.order_fields([name for name in self.fields if name not in vars(Habits())])
        if channel is not None:
            self.fields["name"].disabled = True
            self.kept(channel)

    @staticmethod
    def shown(settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the form shows of a channel's settings."""
        return dict(settings) | {"to": ", ".join(settings.get("to", []))}

    def kept(self, channel: Channel) -> None:
        """Say at the secret that the one that is kept stays."""

    def secret(self) -> str | None:
        raise NotImplementedError

    def settings(self) -> dict[str, Any]:
        return {}

    def save(self, *, by: Actor, now: datetime) -> Channel | None:
        given = self.cleaned_data
        habits = Habits(
            given["quiet_from"],
            given["quiet_to"],
            given["timezone"],
            given["digest_minutes"] or 0,
            given["budget"],
        )
        made: Channel | None = self.act(
            save_channel,
            name=given["name"],
            kind=self.kind,
            settings=self.settings(),
            secret=self.secret(),
            habits=habits,
            by=by,
            now=now,
        )
        return made


class EmailForm(ChannelForm):
    kind = "email"
    host = forms.CharField(max_length=255, label="Mail server", help_text="Such as mail.example.org.")
    port = forms.IntegerField(min_value=1, max_value=65535, initial=587)
    security = forms.ChoiceField(choices=list(SECURITY.items()))
    user = forms.CharField(max_length=255, required=False, help_text="Empty: the server asks for none.")
    password = forms.CharField(
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Kept encrypted, never shown again. Left empty, the one that is kept stays.",
    )
    sender = forms.CharField(max_length=254, help_text="The address that mails come from.")
    to = forms.CharField(
        required=False, max_length=4000, label="Write to", help_text="Addresses with commas between them."
    )
    people = forms.BooleanField(
        required=False,
        label="Write to single people, too",
        help_text="To whoever looks after an incident, and to owners of kitchens, at their own address.",
    )

    def secret(self) -> str | None:
        return self.cleaned_data["password"] or None

    def settings(self) -> dict[str, Any]:
        names = ("host", "port", "security", "user", "sender", "to", "people")
        return {name: self.cleaned_data[name] for name in names}


class AddressForm(ChannelForm):
    address = forms.CharField(
        max_length=2000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Kept encrypted, never shown again: whoever has it can write there.",
    )

    def kept(self, channel: Channel) -> None:
        self.fields["address"].required = False
        self.fields[
            "address"
        ].help_text = f"It is {channel.settings['shown']}, kept encrypted. Empty: it stays."

    def secret(self) -> str | None:
        return self.cleaned_data["address"] or None


class WebhookForm(AddressForm):
    kind = "webhook"


class ChatForm(AddressForm):
    kind = "chat"
    services = forms.CharField(
        required=False,
        disabled=True,
        label="Services",
        initial=", ".join(sorted(set(CHATS.values()))),
        help_text="Addresses are those of Apprise, such as slack://token_a/token_b/token_c/#channel.",
    )


FORMS: Mapping[str, type[ChannelForm]] = {"email": EmailForm, "webhook": WebhookForm, "chat": ChatForm}


class RouteForm(ActionForm):
    """A rule; what is left empty matches all."""

    channel = forms.ModelChoiceField(Channel.objects.none(), to_field_name="name")
    domain = forms.ModelChoiceField(
        Domain.objects.none(), to_field_name="slug", required=False, empty_label="every domain"
    )
    owner = forms.ModelChoiceField(
        Person.objects.none(), to_field_name="username", required=False, empty_label="anybody’s"
    )
    severity = forms.ChoiceField(
        required=False, choices=[("", "all"), ("stop", "what stops"), ("warn", "what warns")]
    )
    kitchen = forms.ModelChoiceField(
        Kitchen.objects.none(),
        to_field_name="slug",
        empty_label=None,
        help_text="Other kitchens tell their own user only.",
    )
    begins = forms.TimeField(required=False, widget=TIME, label="Only from")
    ends = forms.TimeField(required=False, widget=TIME, label="until")
    weekdays_only = forms.BooleanField(required=False, label="Monday to Friday only")
    timezone = forms.CharField(max_length=60, initial="UTC", label="Time zone", help_text=ZONE_HELP)
    escalate_to = forms.ModelChoiceField(
        Channel.objects.none(), to_field_name="name", required=False, empty_label="nobody", label="Then tell"
    )
    escalate_minutes = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=10080,
        initial=0,
        label="after (minutes)",
        help_text="Where nobody has acknowledged it by then.",
    )

    def __init__(self, *args: Any, route: Route | None = None, **given: Any) -> None:
        if route is not None:
            named = {name: getattr(route, name) for name in PLAIN}
            given["initial"] = named | {"channel": route.channel, "escalate_to": route.escalate_to}
        self.route = route
        super().__init__(*args, **given)
        self.fields["channel"].queryset = self.fields["escalate_to"].queryset = Channel.objects.order_by(
            "name"
        )
        self.fields["domain"].queryset = Domain.objects.order_by("slug")
        self.fields["owner"].queryset = Person.objects.filter(is_active=True).order_by("username")
        self.fields["kitchen"].queryset = Kitchen.objects.filter(
            tier__in=("production", "canary"), state="ready"
        ).order_by("id")

    def save(self, *, by: Actor, now: datetime) -> Any:
        given = dict(self.cleaned_data)
        given["domain"] = given["domain"].slug if given["domain"] else ""
        given["kitchen"] = given["kitchen"].slug
        given["escalate_minutes"] = given["escalate_minutes"] or 0
        if self.route is not None:
            return self.act(change_route, pk=self.route.pk, **given, by=by, now=now)
        return self.act(add_route, **given, by=by, now=now)
