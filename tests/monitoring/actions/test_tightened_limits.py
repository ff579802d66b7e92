"""A limit that was tightened is the cause where what was measured before would break it as well."""

from __future__ import annotations

from monitoring.models import Episode
from tests.monitoring.actions.conftest import CLEAN, LOAD, RECIPE
from tests.small_mesh import SmallMesh


def first_cause(mesh: SmallMesh, least: int) -> tuple[str, list[str]]:
    """Have five rows, then ask for `least` while four come; return kind and evidence of the first cause."""
    mesh.run(values={"rows": 5})
    mesh.forward(3600)
    tightened = RECIPE.replace("min: 3}", f"min: {least}}}")
    mesh.write("daily", {"recipe.yaml": tightened, "load.py": LOAD, "clean.sql": CLEAN})
    mesh.run(values={"rows": 4})
    cause = Episode.objects.get(test="enough rows").findings["causes"][0]
    return cause["kind"], cause["evidence"]


def test_it_comes_first_where_the_rows_of_before_are_too_few_for_it_too(watched: SmallMesh) -> None:
    kind, evidence = first_cause(watched, least=8)

    assert kind == "test"
    assert evidence[-1] == "The 5 of the last green run would be red by it, too."


def test_it_does_not_where_they_were_enough_for_it(watched: SmallMesh) -> None:
    assert first_cause(watched, least=5)[0] != "test"
