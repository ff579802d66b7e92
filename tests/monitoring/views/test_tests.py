"""The explorer of tests, the page of one test, and the map of where tests stand. Over rows made by hand."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from kitchens.models import Pointer
from monitoring.actions import episodes
from monitoring.models import Episode
from recipes.actions.runs.series import assign, point_at_last
from recipes.models import Baseline, CommitIndex, RecipeVersion, TestResult, TestSeries
from tests.factories import (
    COMMIT,
    FLIGHT_TESTS,
    FLIGHTS,
    NOW,
    make_dataset,
    make_failed_run,
    make_finished_run,
    make_kitchen,
    make_person,
    make_production,
    make_result,
    make_revision,
    make_test,
)

pytestmark = pytest.mark.django_db
OTHER = "b" * 40


@pytest.fixture
def commit() -> str:
    """A commit of its own: what stands in one is kept, as it never changes."""
    return secrets.token_hex(20)


def settle(run, hours: float = 0) -> None:
    """Give the results of a run their time and series, as the engine does."""
    results = list(TestResult.objects.filter(run=run))
    for result in results:
        result.at = NOW + timedelta(hours=hours)
    ids = assign(results, nodes={test.name: test.node for test in FLIGHT_TESTS}, columns={}, counts=True)
    TestResult.objects.bulk_update(results, ["series", "at"])
    point_at_last(ids)


def make_index(commit: str = COMMIT, tests=FLIGHT_TESTS, tree: str = "1") -> RecipeVersion:
    nodes = {node.name: node.model_dump(mode="json") for node in FLIGHTS}
    spec = {"domain": "flights", "name": "daily", "nodes": nodes}
    spec["tests"] = {test.name: test.model_dump(mode="json") for test in tests}
    version = RecipeVersion.objects.create(
        domain="flights", name="daily", tree=tree, spec=spec, indexed_at=NOW
    )
    CommitIndex.objects.create(commit=commit, recipes={"flights/daily": version.pk}, indexed_at=NOW)
    return version


def make_series(**facts) -> TestSeries:
    made = {"kitchen_id": make_production().pk, "domain": "sales", "recipe": "daily", "severity": "stop"}
    made |= {"first_at": NOW, "last_at": NOW, "verdict": "pass", "n_results": 1}
    return TestSeries.objects.create(**made | facts)


def page(browser: Client, query: str = "") -> str:
    return browser.get(reverse("test-list") + query).content.decode()


def series_page(browser: Client, test: str = "airports exist", query: str = "") -> str:
    pk = TestSeries.objects.get(test=test, kitchen_id=make_production().pk).pk
    return browser.get(reverse("test-series", args=[pk]) + query).content.decode()


def test_every_test_has_one_row_however_often_it_was_judged_and_red_ones_come_first(browser):
    for hours in (0, 1):
        settle(make_failed_run(), hours)

    text = page(browser)

    assert "2 tests are red of 5 tests." in text
    assert text.count('class="verdict-strip"') == 5
    assert "The last 2: 2 fail" in text
    order = [
        text.index(name)
        for name in ("airports exist", "carriers are known", "delay is plausible", "enough flights")
    ]
    assert order == sorted(order)


@pytest.mark.parametrize("amount", [1, 3])
def test_the_explorer_costs_the_same_for_any_number_of_rows(browser, amount, django_assert_num_queries):
    for number in range(amount):
        make_series(test=f"test {number}", check_name="unique")

    with django_assert_num_queries(11):
        page(browser)


def test_a_test_taken_out_while_it_was_red_is_red_no_more(browser, commit):
    make_revision(make_production(), "commit", commit=commit)
    out = "airports exist"
    make_index(commit, [test for test in FLIGHT_TESTS if test.name != out])
    settle(make_failed_run())

    text = page(browser)

    assert "1 test is red of 5 tests." in text
    assert text.index("carriers are known") < text.index(out)
    assert "taken out" in text
    assert out in page(browser, "?verdict=gone")
    assert "carriers are known" not in page(browser, "?verdict=gone")
    assert out not in page(browser, "?verdict=red")


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?domain=sales", {"one", "two"}),
        ("?dataset=stock", {"three"}),
        ("?check=unique", {"one"}),
        ("?verdict=red", {"two"}),
        ("?verdict=all", {"one", "two", "three"}),
        ("?verdict=no-such", {"one", "two", "three"}),
        ("?severity=log", {"three"}),
        ("?source=dbt", {"three"}),
        ("?source=hub", {"one", "two"}),
        ("?test=TW", {"two"}),
        ("?period=day", {"one", "two"}),
        ("?test=o&verdict=pass&domain=sales", {"one"}),
        ("?recipe=daily", {"one", "two", "three"}),
        ("?domain=no-such", set()),
    ],
)
def test_filters_are_in_the_url(browser, monkeypatch, query, shown):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    make_series(test="one", check_name="unique", dataset="sales.orders")
    make_series(test="two", check_name="range", dataset="sales.orders", verdict="fail", red_since=NOW)
    make_series(
        test="three", domain="stock", dataset="stock.halls", severity="log", source="dbt",
        last_at=NOW - timedelta(days=3),
    )  # fmt: skip

    text = page(browser, query)

    assert {name for name in ("one", "two", "three") if f">{name}</a>" in text} == shown
    assert ("No test fits these filters." in text) == (not shown)


def test_pages_go_on_where_the_one_before_ended_red_ones_first(browser):
    for number in range(60):
        make_series(test=f"test {number:02}", verdict="fail" if number in (7, 55) else "pass")

    first = page(browser)
    after = first.split("after=")[1].split('"')[0]
    second = page(browser, f"?after={after}")

    names = [f">test {number:02}</a>" for number in range(60)]
    assert sum(name in first for name in names) == 50
    assert sum(name in second for name in names) == 10
    assert not any(name in first and name in second for name in names)
    assert first.index(names[55]) < first.index(names[0])
    assert "First page" in second
    assert "More tests" not in second


@pytest.mark.parametrize("after", ["x", "1-", "9-999999", "-5", "1-1-1", "99999999999999999999-1", "1-²"])
def test_a_place_that_is_not_there_shows_the_first_page(browser, after):
    make_series(test="one")

    assert ">one</a>" in page(browser, f"?after={after}")


def test_a_kitchen_without_tests_says_where_they_come_from(browser):
    make_production()

    assert "No test was judged in this kitchen yet." in page(browser)


def test_a_test_that_the_recipe_has_no_more_says_so(browser, commit):
    make_index(commit, tests=FLIGHT_TESTS[1:])
    settle(make_finished_run())
    make_revision(make_production(), "commit", commit=commit)

    text = page(browser)

    assert text.count("no longer in the recipe") == 1
    assert text.index("enough flights") < text.index("no longer in the recipe")


def test_monitors_say_that_nobody_wrote_them_and_can_be_chosen(browser, commit):
    make_index(commit)
    make_revision(make_production(), "commit", commit=commit)
    written, watched = "enough flights", "monitor.volume.raw"
    for test in (written, watched, "monitor.volume.gone"):
        make_series(domain="flights", test=test, check_name="row_count_anomaly", dataset="flights.raw")

    both, monitors, ours = page(browser), page(browser, "?source=automatic"), page(browser, "?source=hub")
    own = series_page(browser, watched)

    assert both.count('<span class="chip">automatic</span>') == 2
    assert both.count("no longer in the recipe") == 1
    assert f">{watched}</a>" in monitors
    assert f">{written}</a>" not in monitors
    assert f">{written}</a>" in ours
    assert f">{watched}</a>" not in ours
    assert "Nobody wrote this test: it watches by itself" in own
    assert '<span class="chip">automatic</span>' in own
    assert "no longer in the recipe" not in own
    assert "written</code>" in own


def test_an_old_link_to_a_further_page_of_results_leads_there(browser):
    answer = browser.get(reverse("test-list") + "?verdict=all&before=5")

    assert answer.url == reverse("result-list") + "?verdict=all&before=5"


def test_the_page_of_a_test_says_what_it_is_how_often_it_failed_and_what_it_can_see(browser):
    make_index()
    for hours, make in enumerate((make_finished_run, make_failed_run, make_failed_run)):
        settle(make(), hours)

    text = series_page(browser)

    assert "Every value of the column is found in a column of another dataset." in text
    assert "It was red in 2 of 3 evaluations (66.7 %)." in text
    assert "recipe.yaml, line 1" in text
    assert "2 of the last 3 evaluations were red (66.7 %); it turned 1 time" in text
    assert text.count("31 of 224 flights name an unknown airport") >= 2


def test_the_page_of_a_test_costs_the_same_for_any_number_of_results(browser, django_assert_num_queries):
    make_index()
    settle(make_failed_run(), 0)
    url = reverse("test-series", args=[TestSeries.objects.get(test="airports exist").pk])

    for more in (0, 2):
        for hours in range(more):
            settle(make_failed_run(), 1 + hours)
        with django_assert_num_queries(13):
            browser.get(url)


def test_stretches_of_red_are_bands_that_lead_to_their_reports(browser):
    for hours, make in enumerate((make_finished_run, make_failed_run, make_finished_run, make_failed_run)):
        settle(make(), hours)
    while episodes.sweep(NOW):
        pass

    text = series_page(browser)

    assert text.count("history-band") == 2
    for report in Episode.objects.filter(test="airports exist").values_list("pk", flat=True):
        assert f"Report {report}</a>" in text


def test_a_change_of_the_recipe_between_two_runs_is_marked_with_who_made_it(browser):
    stricter = tuple(
        t.model_copy(update={"fail": "> 5"}) if t.name == "airports exist" else t for t in FLIGHT_TESTS
    )
    make_index()
    make_index(OTHER, tests=stricter, tree="2")
    settle(make_finished_run(), 0)
    by = make_person("bo")
    merged = make_revision(make_production(), "merge", commit=OTHER, by=by, note="Stricter airports")
    settle(make_failed_run(commit=OTHER, revision=merged), 1)

    changed = series_page(browser)
    beside = series_page(browser, "enough flights")

    assert "The test itself changed in revision" in changed
    assert "by Bo Okafor: Stricter airports." in changed
    assert "The recipe changed in revision" in beside


def test_what_was_there_before_and_came_back_is_marked_with_who_brought_it_back(browser):
    make_index()
    make_index(OTHER, tree="2")
    production, by = make_production(), make_person("bo")
    make_revision(production, "commit", commit=OTHER, note="The first time")
    gone = make_revision(production, "commit", commit=COMMIT, note="Away again")
    settle(make_finished_run(commit=COMMIT, revision=gone), 0)
    back = make_revision(make_production(), "merge", commit=OTHER, by=by, note="Back again")
    settle(make_finished_run(commit=OTHER, revision=back), 1)

    page = series_page(browser)

    assert "by Bo Okafor: Back again." in page
    assert "The first time" not in page


def test_limits_are_drawn_as_they_were_and_what_a_chart_sees_is_printed(browser):
    run = make_finished_run()
    node = run.node_runs.get(node="load")
    chart = make_test("as usual", "load", "row_count_anomaly")
    judged = {
        "low": 90.0,
        "high": 120.0,
        "centre": 105.0,
        "baseline": "abc",
        "sees": "It sees a drop of 17 %.",
    }
    for low in (90.0, 95.0):
        make_result(node, chart, measure=100.0, details=judged | {"low": low})
    settle(run)

    text = series_page(browser, "as usual")

    assert "It sees a drop of 17 %." in text
    assert "history-centre" in text
    assert "90 to 120" in text
    assert "95 to 120" in text


def test_points_that_the_baseline_left_out_are_hollow(browser):
    run = make_finished_run()
    chart = make_test("as usual", "load", "row_count_anomaly")
    judged = {"low": 90.0, "high": 120.0, "baseline": "abc"}
    for _ in range(2):
        make_result(run.node_runs.get(node="load"), chart, measure=100.0, details=judged)
    settle(run)
    named = {"domain": "flights", "recipe": "daily", "variation": "production", "test": "as usual"}
    times = {"origin": NOW, "valid_until": NOW, "at": NOW, "per_week": 7, "run_id": run.pk}
    body = {"excluded": [[run.placed_at.isoformat(), "ten scales off"]]}
    Baseline.objects.create(digest="abc", body=body, **named, **times)

    assert "not learnt from: ten scales off" in series_page(browser, "as usual")


def test_details_that_are_no_numbers_draw_no_limits(browser):
    run = make_finished_run()
    test = make_test("odd", "load", "python_check")
    for low in ("<script>", [1], {"a": 1}):
        make_result(run.node_runs.get(node="load"), test, measure=1.0, details={"low": low, "sees": [low]})
    settle(run)

    text = series_page(browser, "odd")

    assert "history-limit" not in text
    assert '<script>"' not in text


def test_the_newest_result_is_marked_on_the_page_of_its_test(browser):
    run = make_finished_run()
    test = make_test("as usual", "load", "row_count_anomaly")
    result = make_result(run.node_runs.get(node="load"), test, "fail", measure=40.0)
    settle(run)
    series = TestSeries.objects.get(test="as usual")
    offered = series_page(browser, "as usual")

    answer = browser.post(
        reverse("result-mark", args=[run.pk, result.pk]), {"mark": "usable", "back": "test"}
    )

    assert "False alarm" in offered
    assert answer.url == reverse("test-series", args=[series.pk])
    assert "is marked <b>usable</b>" in series_page(browser, "as usual")
    assert "1 of 1 alarm marked as false" in series_page(browser, "as usual")


def test_a_viewer_and_a_test_that_learns_nothing_get_no_marks(browser):
    settle(make_failed_run())

    assert "False alarm" not in series_page(browser)


def test_the_same_test_in_other_kitchens_stands_beside_it_closed_ones_do_not(browser):
    settle(make_finished_run())
    settle(make_failed_run(kitchen=make_kitchen("faster-joins")), 1)
    settle(make_failed_run(kitchen=make_kitchen("secret-plan", closed=True)), 2)

    text = series_page(browser)

    assert "faster-joins</a>" in text
    assert "secret-plan" not in text


def test_a_test_of_a_closed_kitchen_is_not_shown_to_strangers(browser):
    kitchen = make_kitchen("secret-plan", closed=True)
    series = make_series(test="one", kitchen_id=kitchen.pk)

    assert browser.get(reverse("test-series", args=[series.pk])).status_code == 403
    assert browser.get(reverse("test-list") + "?kitchen=secret-plan").status_code == 403
    assert browser.get(reverse("test-coverage") + "?kitchen=secret-plan").status_code == 403


def test_older_results_are_a_page_further_with_their_own_picture(browser):
    series = make_series(test="one", n_results=70)
    rows = {"series": series, "kitchen_id": series.kitchen_id, "domain": "sales", "recipe": "daily"}
    rows |= {"test": "one", "check_name": "unique", "severity": "stop", "verdict": "pass", "at": NOW}
    for number in range(70):
        TestResult.objects.create(sentence=f"found no. {number};", measure=number, **rows)

    first = series_page(browser, "one")
    second = series_page(browser, "one", "?before=" + first.split("before=")[1].split('"')[0])

    assert ("found no. 69;" in first, "found no. 9;" in first) == (True, False)
    assert ("found no. 10;" in second, "found no. 9;" in second) == (False, True)
    assert "10 evaluations" in second


def test_a_test_of_another_tool_has_its_page_whatever_its_names_look_like(browser):
    series = make_series(
        test="<b>unique</b>",
        source="dbt",
        recipe="a/b c",
        dataset="db/schema.table",
        check_name="",
        verdict="fail",
    )
    TestResult.objects.create(
        series=series, kitchen_id=series.kitchen_id, domain="sales", recipe="a/b c", test="<b>unique</b>",
        source="dbt", severity="stop", verdict="fail", sentence="3 ids twice.", at=NOW, measure=3,
        external_url="https://dbt.example/7",
    )  # fmt: skip

    one = browser.get(reverse("test-series", args=[series.pk])).content.decode()

    assert 'href="https://dbt.example/7"' in one
    assert "It stands in dbt, which sends its results." in one
    for text in (one, page(browser)):
        assert "<b>unique" not in text


def test_a_test_that_is_not_there_is_not_found(browser):
    make_production()

    assert browser.get(reverse("test-series", args=[999])).status_code == 404


def test_the_explorer_the_results_and_the_panel_lead_to_the_page_of_a_test(browser):
    run = make_failed_run()
    settle(run)
    series = TestSeries.objects.get(test="airports exist")
    url = reverse("test-series", args=[series.pk])

    assert url in page(browser)
    assert url in browser.get(reverse("result-list")).content.decode()
    assert url in browser.get(reverse("result-detail", args=[run.pk, series.last_id])).content.decode()


@pytest.fixture
def mapped(browser, commit) -> Client:
    make_index(commit)
    settle(make_finished_run())
    production = make_production()
    revision = make_revision(production, "publish", commit=commit)
    dataset = make_dataset("flights.clean")
    written = {"revision": revision, "number": revision.number, "snapshot": dataset.snapshots.first()}
    Pointer.objects.create(kitchen=production, dataset=dataset, **written)
    return browser


def test_the_map_shows_gaps_that_lead_to_where_a_test_is_written(mapped):
    edit = reverse("recipe-edit", args=["production", "flights", "daily", "recipe.yaml"])

    text = mapped.get(reverse("test-coverage") + "?domain=flights&recipe=daily").content.decode()

    assert f'href="{edit}" aria-label="No test of the output of done' not in text  # it writes nothing
    assert f'href="{edit}" aria-label="No test of day of flights.clean: write one"' in text
    assert "airports exist" in text
    assert "<code>origin</code>" in text


def test_the_map_of_all_domains_counts_only(mapped):
    text = mapped.get(reverse("test-coverage")).content.decode()

    assert "of 4 stages of nodes have a test" in text
    assert "?kitchen=production&amp;domain=flights&amp;recipe=daily" in text
    assert "No recipe is there" in mapped.get(reverse("test-coverage") + "?domain=none").content.decode()


def test_a_kitchen_whose_commit_is_not_indexed_yet_has_an_empty_map_until_it_is(browser, commit):
    make_revision(make_production(), "commit", commit=commit)
    before = browser.get(reverse("test-coverage")).content.decode()
    make_index(commit)

    assert "No recipe without faults is here." in before
    assert "flights/daily</a>" in browser.get(reverse("test-coverage")).content.decode()


@pytest.mark.parametrize("amount", [1, 3])
def test_the_map_costs_the_same_for_any_number_of_recipes(mapped, commit, amount, django_assert_num_queries):
    index = CommitIndex.objects.get(pk=commit)
    version = index.recipes["flights/daily"]
    index.recipes = {f"flights/daily-{number}": version for number in range(amount)}
    index.save()
    mapped.get(reverse("test-coverage"))

    with django_assert_num_queries(9):
        mapped.get(reverse("test-coverage"))
