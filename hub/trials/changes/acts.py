"""What people do in the trial of changes: each act picks what it is done to by the dice, and goes through a real action."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from hub.common.errors import MissingError
from hub.trials.changes.mesh import PEOPLE, RECIPES, place
from kitchens.actions import merges, provision
from kitchens.actions.retire import purge_kitchen, restore_kitchen, retire_kitchen
from kitchens.actions.rollbacks import roll_back
from kitchens.core.provision import Choices
from kitchens.core.roles import Actor
from kitchens.models import Kitchen, MergeRequest, Person
from kitchens.queries.data import newest
from recipes.actions.files import save_files

MOST_KITCHENS = 6
A_WEEK = timedelta(days=8)
ORDERS = "domains/shop/recipes/daily/orders.sql"


class Acts:
    """The acts of one process; `serial` keeps the names of its kitchens from meeting those of others."""

    def __init__(self, seed: int, serial: int) -> None:
        self.dice = random.Random(f"{seed}-{serial}")  # noqa: S311 - repeatable, no secret
        self.serial = serial
        self.made = 0

    def do_one(self) -> str:
        """Do one act and return its name; HubError where the state of things refuses it."""
        acts = list(WEIGHTS)
        act = self.dice.choices(acts, [WEIGHTS[one] for one in acts])[0]
        act(self)
        return act.__name__

    def make(self) -> None:
        """Make a kitchen, with copies where the dice say so."""
        if self._kitchens().count() >= MOST_KITCHENS:
            raise MissingError("There are kitchens enough.")
        self.made += 1
        copies = {
            "shop.customers": "masked",
            "shop.orders": self.dice.choice(("sample", "empty", "reference")),
        }
        choices = Choices(
            name=f"trial-{self.serial}-{self.made}", data=copies if self.dice.random() < 0.5 else {}
        )
        provision.create(choices, by=self._somebody(), now=timezone.now())

    def cancel(self) -> None:
        provision.cancel(
            self._one(Kitchen.objects.filter(state="provisioning")), by=self._somebody(), now=_now()
        )

    def commit(self) -> None:
        """Change a recipe, or a note that another kitchen may change as well."""
        kitchen = self._one(self._kitchens())
        price = self.dice.randrange(1, 100)
        path, text = self.dice.choices(
            (
                (f"domains/shop/notes/{kitchen.slug}.md", f"{price}\n"),
                (ORDERS, f"SELECT 1 AS id, {price} AS price UNION ALL SELECT 2, 20"),
                (f"domains/shop/notes-{self.dice.randrange(3)}.md", f"{price}\n"),
            ),
            (6, 3, 1),
        )[0]
        save_files(
            kitchen,
            {path: text.encode()},
            message=f"Price {price}",
            by=self._owner(kitchen),
            now=_now(),
            expected_commit=newest(kitchen).commit,
        )

    def run(self) -> None:
        kitchen = self._one(Kitchen.objects.filter(state="ready").exclude(tier="candidate"))
        place(kitchen, self.dice.choice(RECIPES))

    def ask(self) -> None:
        """Open a merge request and let its candidate be built."""
        source = self._one(self._kitchens())
        by = self._owner(source)
        target = self._one(Kitchen.objects.filter(pk=source.parent_id))
        request = merges.open_request(source, target, title=f"Of {source.slug}", by=by, now=_now())
        merges.start_candidate(request, by=by, now=_now())

    def build(self) -> None:
        merges.start_candidate(
            self._request(candidate_state__in=("", "void", "red")), by=self._somebody(), now=_now()
        )

    def approve(self) -> None:
        """Let somebody approve who did not write any of it."""
        request = self._request()
        others = Person.objects.exclude(pk=request.source.owner_id).filter(username__in=PEOPLE)
        merges.approve(request, by=self.dice.choice(list(others)).actor(), now=_now())

    def merge(self) -> None:
        merges.merge(self._request(candidate_state="green"), by=self._somebody(), now=_now())

    def merge_when_green(self) -> None:
        merges.merge_when_green(self._request(), True, by=self._somebody(), now=_now())

    def withdraw(self) -> None:
        merges.withdraw(self._request(), by=self._somebody(), now=_now())

    def take_in(self) -> None:
        merges.merge_down(self._one(self._kitchens()), by=self._somebody(), now=_now())

    def back(self) -> None:
        """Roll a kitchen back to one of its last revisions."""
        kitchen = self._one(Kitchen.objects.filter(state="ready").exclude(tier="candidate"))
        revisions = kitchen.revisions.exclude(number=1).order_by("-number")[1:6]
        if not revisions:
            raise MissingError("There is no earlier revision.")
        roll_back(kitchen, self.dice.choice(revisions), by=self._somebody(), now=_now())

    def retire(self) -> None:
        retire_kitchen(self._one(self._kitchens()), by=self._somebody(), now=_now())

    def restore(self) -> None:
        restore_kitchen(self._one(Kitchen.objects.filter(state="retired")), by=self._somebody(), now=_now())

    def purge(self) -> None:
        """Clean a retired kitchen as if its week were over."""
        retired = Kitchen.objects.filter(state="retired")
        purge_kitchen(self._one(retired), by=self._somebody(), now=_now() + A_WEEK)

    def _kitchens(self) -> QuerySet[Kitchen]:
        return Kitchen.objects.filter(state="ready", tier="development").select_related("parent")

    def _request(self, **which: object) -> MergeRequest:
        rows = MergeRequest.objects.filter(state="open", **which).select_related(
            "source", "target", "candidate"
        )
        found = list(rows)
        if not found:
            raise MissingError("There is no such request.")
        return self.dice.choice(found)

    def _one(self, rows: QuerySet[Kitchen]) -> Kitchen:
        found = list(rows)
        if not found:
            raise MissingError("There is no such kitchen.")
        return self.dice.choice(found)

    def _owner(self, kitchen: Kitchen) -> Actor:
        """Return who alone writes in the kitchen: the others may approve."""
        return Person.objects.get(pk=kitchen.owner_id).actor() if kitchen.owner_id else self._somebody()

    def _somebody(self) -> Actor:
        return Person.objects.get(username=self.dice.choice(PEOPLE)).actor()


def _now() -> datetime:
    return timezone.now()


# How often each act is done. Those that end things are rare, so that there is something to end.
WEIGHTS: dict[Callable[[Acts], None], int] = {
    Acts.make: 6,
    Acts.cancel: 1,
    Acts.commit: 3,
    Acts.run: 1,
    Acts.ask: 5,
    Acts.build: 3,
    Acts.approve: 10,
    Acts.merge: 10,
    Acts.merge_when_green: 4,
    Acts.withdraw: 1,
    Acts.take_in: 2,
    Acts.back: 1,
    Acts.retire: 2,
    Acts.restore: 1,
    Acts.purge: 1,
}
