"""Where somebody stands in single kitchens, as columns of the query that reads them: no page pays a query for it."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db import connection
from django.db.models import Aggregate, CharField, F, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat

from kitchens.core.standing import Facts
from kitchens.models.kitchen import Kitchen, Membership
from kitchens.models.people import Person

SOMEBODY = -1_094_795_585  # stands for the person in a statement that is written once
COLUMNS = ("standing_members", "standing_owned", "standing_closed")


class Joined(Aggregate):
    """The texts of a group with commas between them; no name of a kitchen has a comma or a colon."""

    function = "GROUP_CONCAT"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "%(function)s(%(expressions)s, ',')"
        return self.as_sql(compiler, connection, function="STRING_AGG", template=template, **context)


def standing_columns(person: str = "pk") -> dict[str, Coalesce]:
    """Return the columns for a query whose rows name a person by the field `person`."""
    who = OuterRef(person)
    members = _joined(
        Membership.objects.filter(person=who).order_by(), Concat("kitchen__slug", Value(":"), "role")
    )
    owned = _joined(Kitchen.objects.filter(owner=who).order_by(), F("slug"))
    others = Kitchen.objects.filter(closed=True).exclude(owner=who).order_by()
    mine = Membership.objects.filter(person=OuterRef(who)).values("kitchen")  # two queries further in
    numbered = Concat(Cast("pk", CharField()), Value(":"), "slug", output_field=CharField())
    closed = _joined(others.exclude(pk__in=mine), numbered)
    return dict(zip(COLUMNS, (members, owned, closed), strict=True))


def _joined(rows: QuerySet, text: Any) -> Coalesce:
    grouped = rows.annotate(_all=Value(1)).values("_all").annotate(_said=Joined(text)).values("_said")
    return Coalesce(Subquery(grouped), Value(""), output_field=TextField())


def facts_in(row: Any) -> Facts | None:
    """Return what a row was read with; None where the query did not ask for it."""
    said = tuple(getattr(row, column, None) for column in COLUMNS)
    return None if None in said else said  # type: ignore[return-value]


def standing_facts(person: Person) -> Facts:
    """Return where the person stands; one query unless they were read with it."""
    if said := facts_in(person):
        return said
    found = Person.objects.filter(pk=person.pk).annotate(**standing_columns()).values_list(*COLUMNS).first()
    return found or ("", "", "")


class PeopleBackend(ModelBackend):
    """Signs people in as Django does; who is signed in is read together with where they stand."""

    def get_user(self, user_id: int) -> Person | None:
        sql, parameters = _statement(connection.vendor)
        given = [user_id if one == SOMEBODY else one for one in parameters]
        person = next(iter(Person.objects.raw(sql, given)), None)
        return person if person and self.user_can_authenticate(person) else None


@cache
def _statement(_vendor: str) -> tuple[str, tuple[Any, ...]]:
    """Return the SQL that reads a person with where they stand, and its parameters, one of them SOMEBODY.

    It is the same for every request, and Django takes longer to write it than a database to answer it.
    """
    query = Person.objects.annotate(**standing_columns()).filter(pk=SOMEBODY).query
    sql, parameters = query.sql_with_params()
    return sql, tuple(parameters)
