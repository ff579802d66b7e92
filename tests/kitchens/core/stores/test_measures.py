"""Numbers kept with parts: found again, bounded, gone with the part, and never more than a convenience."""

import json
import threading

import pytest

from kitchens.core.stores import measures
from kitchens.core.stores.base import Column, WriteMode
from kitchens.core.stores.embedded import files


@pytest.fixture
def staged(store):
    with store.session({}, "measures-1") as session:
        version = session.stage_sql(
            "a.b",
            "SELECT i AS n, CASE WHEN i > 7 THEN NULL ELSE 'x' END AS t FROM range(10) r(i)",
            WriteMode(),
        ).version
        return version, session.facts("a.b")


def read(store, *versions):
    with store.session({one.dataset: one for one in versions}, "measures-2") as session:
        return session.measures([part.name for one in versions for part in one.parts])


def test_numbers_are_added_to_those_that_are_there_and_found_again(store, staged):
    (part,) = staged[0].parts

    store.keep({part.name: {"one": ["i", "1"]}})
    store.keep({part.name: {"two": ["i", "2"]}})

    assert read(store, staged[0]) == {part.name: {"one": ["i", "1"], "two": ["i", "2"]}}


def test_they_go_with_the_part_and_none_are_kept_of_what_is_gone(store, staged):
    (part,) = staged[0].parts
    store.keep({part.name: {"one": ["i", "1"]}})

    store.discard([part.name])
    store.keep({part.name: {"one": ["i", "1"]}})

    assert read(store, staged[0]) == {}


def test_writers_at_once_leave_numbers_that_can_be_read(store, staged):
    (part,) = staged[0].parts
    writers = [
        threading.Thread(target=store.keep, args=({part.name: {f"n{number}": ["i", "1"]}},))
        for number in range(8)
    ]

    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert set(read(store, staged[0])[part.name]) <= {f"n{number}" for number in range(8)}
    assert read(store, staged[0])[part.name]


def test_who_wrote_a_part_knows_its_rows_and_who_did_not_is_told_nothing(store, staged):
    version, facts = staged
    (part,) = version.parts

    assert facts[part.name].rows == 10
    if version.store == "embedded":
        assert facts[part.name].columns["n"] == measures.ColumnFacts(0, "0", "9")
        assert facts[part.name].columns["t"] == measures.ColumnFacts(2)  # a footer may have cut its texts
    with store.session({"a.b": version}, "measures-3") as session:
        assert session.facts("a.b") == {}


def test_a_subset_reads_its_parts_only_and_may_number_them(store, staged):
    version, _ = staged
    with store.session({"a.b": version}, "measures-4") as session:
        rows = [{"n": 100, "t": "y"}]
        grown = session.stage_rows("a.b", rows, WriteMode("append"), [Column("n", "BIGINT")]).version
        name = session.subset("a.b", grown.parts[-1:])
        numbered = session.subset("a.b", grown.parts, "place of it")

        assert session.query(f"SELECT n FROM {name}").rows == ((100,),)
        sql = f'SELECT "place of it", count(*) FROM {numbered} GROUP BY 1 ORDER BY 1'
        assert session.query(sql).rows == ((0, 10), (1, 1))


def test_the_oldest_make_room_but_facts_stay():
    large = "x" * (measures.LARGEST - 2)
    numbers = {measures.FACTS: {"rows": 1}} | {str(number): large for number in range(9)}

    kept = measures.merged({}, numbers)

    assert len(json.dumps(kept)) <= measures.MOST_BYTES
    assert list(kept) == [measures.FACTS, "2", "3", "4", "5", "6", "7", "8"]
    assert measures.merged({}, {"too large": large + "xx"}) == {}


@pytest.mark.parametrize("text", ["", "{", "[1]", "\x00\x00", '{"edition": "older", "numbers": {"one": 1}}'])
def test_a_file_that_a_crash_or_another_engine_left_is_as_none(tmp_path, text):
    from kitchens.core.stores.embedded import measures as kept

    path = files.measures_path(tmp_path, "parts/00/a-1/a.b-00000000.parquet")
    path.parent.mkdir(parents=True)
    path.write_text(text)

    assert kept.known(tmp_path, ["parts/00/a-1/a.b-00000000.parquet"]) == {}
