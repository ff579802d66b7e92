"""Layered drawings: nothing overlaps, edges go left to right, equal structures look equal."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from recipes.core.graphs import fitted, layout
from recipes.core.pictures import BOX, Attempted, Drawn, gantt_of, graph_of
from tests.factories import NOW

CHAIN = [("load", "clean"), ("clean", "daily"), ("load", "daily")]


def a_mesh(size: int, seed: int = 1) -> tuple[list[str], list[tuple[str, str]]]:
    dice = random.Random(seed)
    nodes = [f"node {number}" for number in range(size)]
    edges = [(nodes[dice.randrange(max(0, n - 9), n)], nodes[n]) for n in range(1, size) for _ in range(2)]
    return nodes, edges


@pytest.mark.parametrize("size", [1, 2, 7, 60])
def test_boxes_never_overlap_and_lie_inside_the_drawing(size: int):
    nodes, edges = a_mesh(size)

    drawing = layout([*nodes, "alone", "alone too"], edges)

    for one, other in combinations(drawing.boxes, 2):
        apart = abs(one.x - other.x) >= one.width or abs(one.y - other.y) >= one.height
        assert apart, (one, other)
    assert all(0 <= box.x <= drawing.width - box.width for box in drawing.boxes)
    assert all(0 <= box.y <= drawing.height - box.height for box in drawing.boxes)


def test_every_edge_goes_to_the_right():
    nodes, edges = a_mesh(40)
    place = {box.name: box.x for box in layout(nodes, edges).boxes}

    assert all(place[a] < place[b] for a, b in edges)


def test_an_edge_over_several_layers_runs_around_the_boxes_between():
    drawing = layout(["load", "clean", "daily"], CHAIN)

    long = next(curve for curve in drawing.curves if (curve.source, curve.target) == ("load", "daily"))
    assert "H" in long.path


def test_equal_structures_are_drawn_once_and_equal():
    assert layout(["load", "clean", "daily"], CHAIN) is layout(["load", "clean", "daily"], CHAIN)


def test_edges_to_unknown_nodes_and_to_oneself_are_left_out():
    drawing = layout(["a"], [("a", "a"), ("a", "gone")])

    assert [box.name for box in drawing.boxes] == ["a"]
    assert drawing.curves == ()


def test_nothing_to_draw_is_an_empty_drawing():
    assert layout([], []).boxes == ()


def test_a_name_is_cut_where_the_box_ends():
    assert fitted("clean", 120) == "clean"
    assert fitted("W" * 80, 120) == "W" * 9 + "…"


def test_dots_show_what_is_not_green_first_and_say_how_many_more_there_are():
    tests = [(f"test {n}", "pass") for n in range(14)] + [("orphans", "fail")]

    graph = graph_of([Drawn("clean", "sql", "failed", 91.0, tuple(tests))], {})

    box = graph.boxes[0]
    assert (box.dots[0].name, box.more) == ("orphans", "+2")
    assert box.said == "clean, failed, 1 min 31 s, 15 tests, 1 not green"
    assert (box.width, box.height) == BOX


@pytest.mark.parametrize("seconds", [0.2, 0.9, 7, 100])
def test_no_two_ticks_of_a_gantt_read_the_same(seconds: float):
    end = NOW.fromtimestamp(NOW.timestamp() + seconds, NOW.tzinfo)
    whole = Drawn("whole", "sql", "succeeded", seconds, (), (Attempted("succeeded", NOW, end),))

    assert len(set(gantt_of([whole], NOW, end).ticks)) == 5


def test_a_gantt_puts_the_label_where_there_is_room():
    def node(name: str, start: float, end: float) -> Drawn:
        moments = [NOW.fromtimestamp(NOW.timestamp() + second, NOW.tzinfo) for second in (start, end)]
        return Drawn(name, "sql", "succeeded", end - start, (), (Attempted("succeeded", *moments),))

    end = NOW.fromtimestamp(NOW.timestamp() + 100, NOW.tzinfo)
    gantt = gantt_of([node("early", 0, 10), node("late", 90, 100), node("whole", 0, 100)], NOW, end)

    assert [row.side for row in gantt.rows] == ["after", "before", "inside"]
    assert gantt.rows[1].bars[0].left == 90
    assert gantt_of([Drawn("pending", "sql", "pending")], NOW, end) is None
