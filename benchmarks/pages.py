"""Server time of every page with a year of history: 100,000 runs, 1,000,000 test results in 2,500
tests, 10,000 open episodes of failure with an open incident each.

`HUB_BENCH_RUNS` makes it smaller, `HUB_BENCH_PAGES` measures only pages with this in their name. Times are those of the
whole request inside the process (middleware, queries, template), of thirty requests each after one to warm up; of
`HUB_BENCH_ROUNDS` such rounds the best counts, for machines that have something else to do.
"""

from __future__ import annotations

import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks import alarms, history  # noqa: E402
from benchmarks.report import line, median_and_p95, note  # noqa: E402
from hub.demo.seed import seed  # noqa: E402
from kitchens.core.roles import THE_HUB  # noqa: E402
from kitchens.models import Kitchen, Person  # noqa: E402
from monitoring.models import Episode  # noqa: E402
from recipes.actions.orders import place_order  # noqa: E402
from recipes.queries.recipes import recipe_versions  # noqa: E402

RUNS = int(os.environ.get("HUB_BENCH_RUNS", "100000"))
REQUESTS = 30
ROUNDS = int(os.environ.get("HUB_BENCH_ROUNDS", "1"))
ONLY = os.environ.get("HUB_BENCH_PAGES", "")  # measure the pages with this in their name; all without it


def pages(last: int, series: int) -> dict[str, str]:
    """Return name -> path of the pages to measure; `last` is the newest run, `series` a test with a year of results."""
    report = Episode.objects.filter(kitchen__tier="production", closed_at=None).first()
    assert report is not None

    return {
        "home": "/",
        "domains": "/domains/",
        "domain": "/domains/sales/",
        "kitchens": "/kitchens/",
        "kitchen": "/kitchens/production/",
        "recipes": "/recipes/",
        "recipe": "/recipes/production/sales/daily/",
        "runs": "/runs/",
        "runs, failed ones of a domain": "/runs/?domain=sales&status=red",
        "run": f"/runs/{last}/",
        "run, live fragment": f"/runs/{last}/live/overview/",
        "tests": "/tests/",
        "tests, a further page": f"/tests/?after=3-{series + 1}",
        "tests, red ones of a check": "/tests/?verdict=red&check=unique",
        "tests of a kitchen": "/tests/?kitchen=busy-0",
        "tests, part of a name": "/tests/?test=unique&dataset=orders&period=week",
        "test": f"/tests/series/{series}/",
        "test, green for long": f"/tests/series/{series + 1}/",
        "coverage of tests": "/tests/coverage/",
        "coverage of tests, a domain": "/tests/coverage/?domain=sales",
        "test results": "/tests/results/",
        "failure reports": "/reports/",
        "failure report": f"/reports/{report.pk}/",
        "failure report as PDF": f"/reports/{report.pk}/report.pdf",
        "inbox": "/inbox/",
        "inbox, its count": "/inbox/count/",
        "incidents": "/incidents/",
        "incident": f"/incidents/{report.incident_id}/",
        "arrivals": "/arrivals/",
        "datasets": "/datasets/",
        "dataset": "/datasets/sales.orders/",
        "lineage": "/lineage/",
        "API: runs": "/api/v1/runs",
    }


def _request(client: Client, path: str) -> float:
    """Return the milliseconds of one request."""
    began = time.perf_counter()
    client.get(path)
    return (time.perf_counter() - began) * 1000


def measure(client: Client, name: str, path: str) -> None:
    answer = client.get(path)
    if answer.status_code != 200:
        note(f"{name}: {path} answered {answer.status_code}")
        line(f"{name} (answered {answer.status_code})", float("inf"), "ms", goal=50)
        return
    rounds = [median_and_p95([_request(client, path) for _ in range(REQUESTS)]) for _ in range(ROUNDS)]
    median, p95 = min(median for median, _ in rounds), min(p95 for _, p95 in rounds)
    line(f"{name}, median", median, "ms", goal=50, bytes=len(answer.content))
    line(f"{name}, p95", p95, "ms", goal=200)


def main() -> None:
    call_command("migrate", verbosity=0)
    now = timezone.now()
    seed(now)
    kitchen = Kitchen.objects.get(slug="production")
    asked = {"kitchen": kitchen, "domain": "sales", "recipe": "daily", "variation": "production"}
    model = place_order(**asked, by=THE_HUB, now=now)
    names = recipe_versions(model.commit)
    last, year = history.build(model, [tuple(name.split("/")) for name in names], RUNS)
    person = Person.objects.filter(role="admin").first()
    alarms.write(person)
    history.settle()
    connection.close()
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(person)
    for name, path in pages(last, year.first_series + 3).items():
        if ONLY in name:
            measure(client, name, path)


if __name__ == "__main__":
    main()
