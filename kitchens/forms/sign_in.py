"""Name and password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils import timezone

from kitchens.actions import logins

TOO_MANY = "There were too many wrong tries. Wait a quarter of an hour, or ask an admin for a new password."


class SignInForm(AuthenticationForm):
    """Name and password; after too many wrong ones nothing is looked at for a while, right ones neither."""

    def clean(self) -> dict[str, Any]:
        who = {
            "name": self.cleaned_data.get("username", ""),
            "address": logins.address_of(self.request.META if self.request else {}),
        }
        if not logins.login_allowed(**who, now=timezone.now()):
            raise ValidationError(TOO_MANY, code="too_many")
        try:
            cleaned = super().clean()
        except ValidationError:
            logins.note_failed_login(**who, now=timezone.now())
            raise
        logins.forget_failed_logins(**who)
        return cleaned
