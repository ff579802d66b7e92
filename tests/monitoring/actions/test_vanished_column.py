"""A test whose column vanished is an error with an owner, never green, never switched off."""

from __future__ import annotations

from django.utils import timezone

from kitchens.models import Domain
from monitoring.models import Episode
from monitoring.queries.gates import gate_of_run
from monitoring.queries.report.report import report_of
from recipes.models import TestSeries

RECIPE = """
    description: A column that comes and goes
    values:
      column: {type: text, default: email}
    nodes:
      load: {kind: python, file: load.py, writes: flights.people}
    tests:
      everybody has a mail: {node: load, check: not_null, dataset: flights.people, column: email}
    variations: {production: {}}
"""
LOAD = """
    def run(context):
        context.write("flights.people", [{"id": 1, context.values["column"]: "a"}])
"""


def test_a_test_whose_column_vanished_is_an_error_with_an_owner(mesh) -> None:
    mesh.write("daily", {"recipe.yaml": RECIPE, "load.py": LOAD})
    owner = mesh.person("olga")
    Domain.objects.filter(slug="flights").update(owner=owner.person_id)
    assert mesh.run().status == "succeeded"

    red = [mesh.run(values={"column": "mail"}) for _ in range(3)]

    assert {run.status for run in red} == {"failed"}
    assert [run.test_results.get().verdict for run in red] == ["error"] * 3  # never switched off
    series = TestSeries.objects.get()
    assert (series.verdict, series.n_red, series.red_since is not None) == ("error", 3, True)
    episode = Episode.objects.get()
    assert (episode.is_open, episode.verdict, episode.n_runs) == (True, "error", 3)
    assert report_of(episode.pk, timezone.now()).owner == "olga"
    assert gate_of_run(red[-1].pk).state == "closed"
