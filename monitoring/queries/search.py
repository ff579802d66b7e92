"""The search of the frame: everything that has a page, by the beginning or a part of its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from kitchens.models import Dataset, Domain, Kitchen
from kitchens.queries.seeing import seen
from recipes.models import CommitIndex, OrderRun

EACH = 6  # results of one kind

PAGES = (
    ("Mesh, today", "home"),
    ("Domains", "domain-list"),
    ("Kitchens", "kitchen-list"),
    ("New kitchen", "kitchen-new"),
    ("Recipes", "recipe-list"),
    ("Runs", "run-list"),
    ("Tests", "test-list"),
    ("Datasets", "dataset-list"),
    ("Lineage", "lineage"),
    ("Settings", "settings"),
)


@dataclass(frozen=True)
class Hit:
    """One result: where it leads, what it is called, what kind of thing it is, its icon."""

    url: str
    name: str
    kind: str
    icon: str


def search(asked: str, kitchen: Kitchen | None) -> list[Hit]:
    """Return what fits, best kinds first: at most five queries, none for an empty question."""
    asked = asked.strip().lower()
    if not asked:
        return list(_pages(""))
    return [*_runs(asked), *_pages(asked), *_named(asked), *_recipes(asked, kitchen)]


def _pages(asked: str) -> Iterator[Hit]:
    for name, url in PAGES:
        if asked in name.lower():
            yield Hit(reverse(url), name, "page", "right")


def _runs(asked: str) -> Iterator[Hit]:
    number = asked.removeprefix("run").strip(" #")
    if not number.isdecimal() or len(number) > 18:
        return
    for pk, domain, recipe, status in seen(OrderRun.objects.filter(pk=int(number))).values_list(
        "pk", "domain", "recipe", "status"
    ):
        yield Hit(reverse("run-detail", args=[pk]), f"Run {pk} of {domain}/{recipe}", status, "run-icon")


def _named(asked: str) -> Iterator[Hit]:
    for domain in Domain.objects.filter(title__icontains=asked)[:EACH]:
        yield Hit(domain.get_absolute_url(), domain.title, "domain", "domain")
    for kitchen in Kitchen.objects.filter(slug__icontains=asked, state="ready").exclude(tier="candidate")[
        :EACH
    ]:
        yield Hit(kitchen.get_absolute_url(), str(kitchen), "kitchen", "kitchen")
    for dataset in Dataset.objects.filter(name__icontains=asked)[:EACH]:
        yield Hit(dataset.get_absolute_url(), dataset.name, "dataset", "dataset")


def _recipes(asked: str, kitchen: Kitchen | None) -> Iterator[Hit]:
    """Recipes of the newest commit of the kitchen, from its index. One query."""
    if kitchen is None:
        return
    newest = kitchen.revisions.filter(number=kitchen.head).values("commit")
    index = CommitIndex.objects.filter(commit__in=newest).values_list("recipes", flat=True).first() or {}
    fitting = sorted(name for name in index if asked in name.lower())
    for domain, _, recipe in (name.partition("/") for name in fitting[:EACH]):
        url = reverse("recipe-detail", args=[kitchen.slug, domain, recipe])
        yield Hit(url, f"{domain}/{recipe}", "recipe", "recipe")
