"""Server time of every page with a year of history: 100,000 runs, 1,000,000 test results.

`HUB_BENCH_RUNS` makes it smaller. Times are those of the whole request inside the process (middleware, queries,
template), of thirty requests each after one to warm up.
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

from benchmarks import history  # noqa: E402
from benchmarks.report import line, median_and_p95, note  # noqa: E402
from hub.demo.seed import seed  # noqa: E402
from kitchens.core.roles import THE_HUB  # noqa: E402
from kitchens.models import Kitchen, Person  # noqa: E402
from recipes.actions.orders import place_order  # noqa: E402
from recipes.queries.recipes import recipe_versions  # noqa: E402

RUNS = int(os.environ.get("HUB_BENCH_RUNS", "100000"))
REQUESTS = 30


def pages(last: int) -> dict[str, str]:
    """Return name -> path of the pages to measure; `last` is the newest run."""
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
        "datasets": "/datasets/",
        "dataset": "/datasets/sales.orders/",
        "lineage": "/lineage/",
        "API: runs": "/api/v1/runs",
    }


def measure(client: Client, name: str, path: str) -> None:
    answer = client.get(path)
    if answer.status_code != 200:
        note(f"{name}: {path} answered {answer.status_code}")
        line(f"{name} (answered {answer.status_code})", float("inf"), "ms", goal=50)
        return
    times = []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        client.get(path)
        times.append((time.perf_counter() - began) * 1000)
    median, p95 = median_and_p95(times)
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
    last = history.build(model, [tuple(name.split("/")) for name in names], RUNS)
    connection.close()
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(Person.objects.filter(role="admin").first())
    for name, path in pages(last).items():
        measure(client, name, path)


if __name__ == "__main__":
    main()
