"""The tests and failures of a year: a series for every test, an episode for every failure, 10,000 of them still open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Max, OuterRef, Subquery
from django.utils import timezone

from benchmarks.rows import insert, plain_row, stamp
from kitchens.models import Kitchen, Revision
from monitoring.models import Episode
from recipes.models import TestResult, TestSeries

if TYPE_CHECKING:
    from benchmarks.history import Year

OPEN = 10_000
KITCHENS = 20  # in which those are open that are not in production
SAID = "31 of 224 rows name an unknown shop."
FOUND = {"causes": [], "changes": {}, "upstream": [], "log": []}  # as where nothing that differs was found


class Histories:
    """Series and episodes that follow from the results of a year, and red tests in kitchens beside it."""

    def __init__(self, year: Year) -> None:
        self.year = year
        self.first_result = 1 + (TestResult.objects.aggregate(last=Max("pk"))["last"] or 0)
        now = timezone.now()
        times = {"first_at": now, "last_at": now}
        self.series = plain_row(TestSeries(kitchen_id=year.model.kitchen_id, severity="stop", **times))
        self.episode = plain_row(
            Episode(
                kitchen_id=year.model.kitchen_id, opened_at=now, last_red_at=now, found_at=now, findings=FOUND
            )
        )
        del self.episode["id"]

    def result(self, number: int, place: int) -> int:
        return self.first_result + number * self.year.each + place

    def results(self) -> Iterator[dict[str, Any]]:
        for place, row in enumerate(self.year.results()):
            yield row | {"id": self.first_result + place}

    def all_series(self) -> Iterator[dict[str, Any]]:
        """Yield the series of the year, as the results leave them."""
        last: dict[int, tuple[int, int, int, int]] = {}  # series -> newest run, place, results, red ones
        for number in range(self.year.count):
            for place in range(self.year.each):
                one = self.year.series_of(number, place)
                _, _, count, red = last.get(one, (0, 0, 0, 0))
                last[one] = (number, place, count + 1, red + self.year.failed(number, place))
        for one, (number, place, count, red) in sorted(last.items()):
            test, at = self.year.tests[place % len(self.year.tests)], stamp(self.year.at(number))
            failed = self.year.failed(number, place)
            yield self.series | self.year.recipe_of(number) | {
                "id": self.year.first_series + one,
                "test": self.year.named(one),
                "node": self.year.nodes[place % len(self.year.nodes)].node,
                "check_name": test.check,
                "dataset": test.dataset,
                "verdict": "fail" if failed else "pass",
                "first_at": stamp(self.year.at(number % (self.year.count // 2))),
                "last_at": at,
                "red_since": at if failed else None,
                "n_results": count,
                "n_red": red,
            }  # fmt: skip

    def all_episodes(self) -> Iterator[dict[str, Any]]:
        """Yield an episode for every red result of the year, over with the next result of its test."""
        round_ = self.year.round
        for number in range(self.year.count):
            for place in (place for place in range(self.year.each) if self.year.failed(number, place)):
                one, fixed = self.year.series_of(number, place), number + round_
                over = fixed < self.year.count and not self.year.failed(fixed, place)
                run, result, at = (
                    self.year.run(number),
                    self.result(number, place),
                    stamp(self.year.at(number)),
                )
                green = self.result(number - round_, place) if number >= round_ else None
                yield self._red(one, place, at) | self.year.recipe_of(number) | {
                    "after": green or 0,
                    "green_run_id": self.year.run(number - round_) if green else None,
                    "green_result_id": green,
                    "first_run_id": run,
                    "last_run_id": run,
                    "first_result_id": result,
                    "last_result_id": result,
                    "closed_at": stamp(self.year.at(fixed)) if over else None,
                    "ending": "green" if over else "",
                    "fixed_run_id": self.year.run(fixed) if over else None,
                    "fixed_result_id": self.result(fixed, place) if over else None,
                }  # fmt: skip

    def _red(self, one: int, place: int, at: Any) -> dict[str, Any]:
        test = self.year.tests[place % len(self.year.tests)]
        return self.episode | {
            "series_id": self.year.first_series + one,
            "test": self.year.named(one),
            "node": self.year.nodes[place % len(self.year.nodes)].node,
            "check_name": test.check,
            "dataset": test.dataset,
            "verdict": "fail",
            "sentence": SAID,
            "opened_at": at,
            "last_red_at": at,
        }

    def elsewhere(self, wanted: int) -> Iterator[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]:
        """Yield series, result and episode of `wanted` tests of the year that are red in kitchens since their one run."""
        kitchens = _kitchens(self.year.model.kitchen)
        result = next(self.year.results())
        first_series = self.year.first_series + self.year.all_tests
        for number in range(wanted):
            one, kitchen = number // KITCHENS, kitchens[number % KITCHENS]
            place, at = one % self.year.each, stamp(self.year.end - timedelta(minutes=number))
            base = self._red(one, place, at) | {"kitchen_id": kitchen, "series_id": first_series + number}
            base |= self.year.recipe_of(one // self.year.each // self.year.turns)
            same = {
                name: base[name]
                for name in ("kitchen_id", "domain", "recipe", "test", "check_name", "dataset", "verdict")
            }
            pk = self.result(self.year.count, number)
            yield (
                self.series | same | {"id": base["series_id"], "node": base["node"], "first_at": at, "last_at": at,
                                      "red_since": at, "n_results": 1, "n_red": 1},
                result | same | {"id": pk, "run_id": None, "node_run_id": None, "series_id": base["series_id"],
                                 "sentence": SAID, "measure": 31.0, "n_fail": 31, "at": at},
                base | {"first_result_id": pk, "last_result_id": pk},
            )  # fmt: skip


def _kitchens(parent: Kitchen) -> list[int]:
    made = []
    for number in range(KITCHENS):
        slug = f"busy-{number}"
        named = {"slug": slug, "title": f"Busy {number}", "branch": f"kitchens/{slug}", "store": parent.store}
        kitchen = Kitchen.objects.create(
            parent=parent, tier="development", head=1, created_at=timezone.now(), **named
        )
        first = parent.revisions.latest("number")
        Revision.objects.create(
            kitchen=kitchen,
            number=1,
            commit=first.commit,
            parent_revision=first,
            cause="created",
            at=timezone.now(),
        )
        made.append(kitchen.pk)
    return made


def write(year: Year) -> None:
    """Write the results of a year with their series and episodes, and so many red tests in kitchens that 10,000 are open."""
    found = Histories(year)
    insert(TestSeries, found.all_series())
    insert(TestResult, found.results())
    insert(Episode, found.all_episodes())
    wanted = OPEN - Episode.objects.filter(closed_at=None).count()
    elsewhere = list(found.elsewhere(wanted))
    for model, place in ((TestSeries, 0), (TestResult, 1), (Episode, 2)):
        insert(model, (rows[place] for rows in elsewhere))
    newest = TestResult.objects.filter(series=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    TestSeries.objects.filter(pk__gte=year.first_series).update(last=Subquery(newest))
