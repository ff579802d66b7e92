"""The short form of a new kitchen."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.text import slugify

from hub.common.errors import ConflictError, InvalidError
from kitchens.actions.kitchens import create_kitchen
from kitchens.core.roles import Actor
from kitchens.models import Kitchen
from kitchens.queries.kitchens import get_kitchen, kitchens

LIFETIMES = [("1", "1 day"), ("3", "3 days"), ("7", "7 days"), ("30", "30 days")]


class KitchenForm(forms.Form):
    """Name, parent and lifetime of a new kitchen; the rules themselves stand in the action."""

    title = forms.CharField(
        max_length=120, label="What for", help_text="A few words for the others, such as “Faster joins”."
    )
    name = forms.CharField(
        max_length=60,
        required=False,
        help_text="Used in URLs and as the git branch: a-z, 0-9 and hyphens. Left empty, it is made from the words above.",
    )
    parent = forms.ChoiceField(help_text="The kitchen it mirrors: its recipes and its data, as they are now.")
    lifetime = forms.ChoiceField(choices=LIFETIMES, initial="7", help_text="It can be extended at any time.")

    def __init__(self, *args: Any, parent: str, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.kitchen: Kitchen | None = None
        self.fields["parent"].choices = [(k.slug, str(k)) for k in kitchens("ready")]
        self.fields["parent"].initial = parent

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("name"):
            cleaned["name"] = slugify(cleaned.get("title", ""))[:40].strip("-")
        return cleaned

    def create(self, *, by: Actor) -> bool:
        """Make the kitchen; what is wrong is put at its field and False returned."""
        given = self.cleaned_data
        try:
            self.kitchen = create_kitchen(
                name=given["name"],
                title=given["title"],
                parent=get_kitchen(given["parent"]),
                ends_on=self.now.date() + timedelta(days=int(given["lifetime"])),
                by=by,
                now=self.now,
            )
        except (InvalidError, ConflictError) as error:
            self.add_error(error.field if error.field in self.fields else None, str(error))
            return False
        return True
