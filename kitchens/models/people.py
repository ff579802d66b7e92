"""People who sign in, and the tokens of programs that act for them."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models

from kitchens.core.roles import ROLES, Actor
from kitchens.core.standing import Facts, Standing


class Person(AbstractUser):
    """Someone who signs in; the role says what they may do in the whole hub."""

    role = models.CharField(max_length=20, choices=[(r, r) for r in ROLES], default="viewer")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(role__in=ROLES), name="person_role_known")]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def actor(self, via: str = "page") -> Actor:
        """Return this person as an actor; one who is not active may do nothing.

        Roles in single kitchens come with a person who was read with them (kitchens.models.standing), and cost one
        query at the first question about a kitchen otherwise.
        """
        if not self.is_active:
            return Actor(self.pk, str(self), "", via=via)
        return Actor(self.pk, str(self), self.role, kitchen_roles=self.standing(), via=via)

    def standing(self) -> Standing:
        """Return this person's roles in single kitchens, and the kitchens that are closed to them."""
        return Standing(self.role, self._standing_facts)

    def _standing_facts(self) -> Facts:
        from kitchens.models.standing import standing_facts  # it is made of tables that refer to this one

        return standing_facts(self)


class ApiToken(models.Model):
    """A named key for programs: only its digest is kept, the key itself is shown once."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)  # the first characters, to tell tokens apart
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the key (256 random bits)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "name"], condition=models.Q(revoked_at=None), name="token_name_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class FailedLogin(models.Model):
    """How often signing in failed lately, counted per window of time for an address, or a name at an address."""

    key = models.CharField(
        max_length=200, unique=True
    )  # digest of what is counted: no names typed by mistake
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField(db_index=True)  # when the window began

    def __str__(self) -> str:
        return f"{self.count} since {self.since}"


class AuditEntry(models.Model):
    """Who did what to what, when, and through which door. Append-only; holds no values and no secrets."""

    at = models.DateTimeField(db_index=True)
    person = models.ForeignKey(Person, models.SET_NULL, null=True)
    actor = models.CharField(max_length=150)
    via = models.CharField(max_length=10)
    what = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.actor}: {self.what} {self.subject}"
