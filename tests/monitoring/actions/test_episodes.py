"""Episodes: from the first red run of a test or node to green, whenever and however often they are worked out."""

from __future__ import annotations

import pytest

from kitchens.core.roles import THE_HUB
from monitoring.actions import episodes
from monitoring.models import Episode
from recipes.actions.runs.again import resume
from recipes.models import OrderRun
from recipes.signals import order_run_ended


def run(mesh, rows: int = 3, **facts) -> OrderRun:
    mesh.forward(3600)
    return mesh.run(values={"rows": rows} | facts)


@pytest.fixture
def deaf():
    """Nobody hears that runs end, as after a crash between the end of a run and its signal."""
    order_run_ended.disconnect(dispatch_uid="monitoring.episodes")
    yield
    from monitoring.apps import _run_ended

    order_run_ended.connect(_run_ended, dispatch_uid="monitoring.episodes")


def facts(episode: Episode) -> tuple:
    return (
        episode.named, episode.green_run_id, episode.first_run_id, episode.last_run_id, episode.fixed_run_id,
        episode.n_red, episode.n_runs, episode.ending,
    )  # fmt: skip


def test_a_green_run_opens_nothing(watched) -> None:
    run(watched)

    assert not Episode.objects.exists()


def test_an_episode_goes_from_the_first_red_run_to_the_next_green_one(watched) -> None:
    green, red, again, fixed = run(watched), run(watched, 1), run(watched, 2), run(watched)

    assert facts(Episode.objects.get()) == (
        "enough rows", green.pk, red.pk, again.pk, fixed.pk, 2, 2, "green",
    )  # fmt: skip


def test_an_episode_keeps_what_was_found_first(watched) -> None:
    run(watched, 1), run(watched, 2)

    episode = Episode.objects.get()

    assert episode.is_open
    assert episode.sentence == "flights.raw has 1 row (expected at least 3)."
    assert episode.first_result.n_scope == 1
    assert episode.last_result.n_scope == 2
    assert (episode.green_run, episode.node, episode.dataset) == (None, "load", "flights.raw")


def test_a_test_that_turns_red_again_opens_a_second_episode(watched) -> None:
    run(watched, 1), run(watched), run(watched, 1)

    assert [one.is_open for one in Episode.objects.order_by("pk")] == [False, True]


def test_a_red_test_that_only_warns_opens_one_and_one_that_is_only_written_down_does_not(watched) -> None:
    run(watched, 12)

    assert [(one.test, one.severity) for one in Episode.objects.all()] == [("not too many", "warn")]


def test_a_node_that_fails_without_a_failed_test_has_an_episode_of_its_own(watched) -> None:
    green, red, fixed = run(watched), run(watched, broken=True), run(watched)

    episode = Episode.objects.get()
    assert facts(episode) == ("load", green.pk, red.pk, red.pk, fixed.pk, 1, 1, "green")
    assert "the supplier sent nothing we can read" in episode.sentence


def test_a_run_resumed_counts_once(watched) -> None:
    red = run(watched, 1)
    watched.forward(60)
    resume(red, by=THE_HUB, now=watched.now)
    watched.work()

    episode = Episode.objects.get()
    assert (episode.n_red, episode.n_runs) == (2, 1)


def test_what_nobody_heard_is_found_by_the_sweep(watched, deaf) -> None:
    green, red, fixed = run(watched), run(watched, 1), run(watched)
    assert not Episode.objects.exists()

    assert episodes.sweep(watched.now) == 3

    assert facts(Episode.objects.get()) == ("enough rows", green.pk, red.pk, red.pk, fixed.pk, 1, 1, "green")
    assert episodes.sweep(watched.now) == 0


def test_runs_taken_up_in_any_order_and_twice_make_the_same_episodes(watched, deaf) -> None:
    runs = [run(watched), run(watched, 1), run(watched, 2), run(watched), run(watched, 1)]
    for one in (runs[4], runs[3], runs[2], runs[0], runs[1]):
        episodes.follow(one.pk)
    found = [facts(one) for one in Episode.objects.order_by("after")]
    OrderRun.objects.update(followed=False)

    while episodes.sweep(watched.now):
        pass

    assert [facts(one) for one in Episode.objects.order_by("after")] == found
    assert [one[4] for one in found] == [runs[3].pk, None]


def test_an_episode_of_a_test_that_was_taken_out_ends_with_the_next_whole_green_run(watched) -> None:
    run(watched, 1)
    recipe = (
        "description: rows\nvalues: {rows: {type: integer}}\n"
        "nodes: {load: {kind: python, file: load.py, writes: flights.raw}}\nvariations: {production: {}}\n"
    )
    load = "def run(context):\n    context.write('flights.raw', [{'n': 1}])\n"
    watched.write("daily", {"recipe.yaml": recipe, "load.py": load})

    later = run(watched, 1)

    assert facts(Episode.objects.get())[4:] == (later.pk, 1, 1, "removed")
