"""The cycle-time page: numbers with n, their rows, gaps where there is too little, and what it costs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests import factories

pytestmark = pytest.mark.django_db


def text_of(answer) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def make_changes(count: int, **facts):
    factories.make_domain()
    start = timezone.now() - timedelta(days=5)
    return [
        factories.make_change(factories.make_kitchen(f"change-{n}"), start=start, **facts)
        for n in range(count)
    ]


def get(browser: Client, **query):
    return browser.get(reverse("measures"), query)


def test_a_hub_without_changes_says_what_a_change_is(browser: Client):
    factories.make_production()

    said = text_of(get(browser))

    assert "No change was made in the last 8 weeks." in said
    assert "A change begins with a kitchen, and is counted from its first commit." in said
    assert "0 %" not in said


def test_three_changes_have_a_median_and_it_says_n(browser: Client):
    make_changes(3)

    said = text_of(get(browser))

    assert "3 changes went live in the last 8 weeks, half of them within 20 h." in said
    assert "Most of the time goes to going live (55 %)." in said
    assert "Lead time, median 20 h n = 3" in said
    assert "Lead time, 85 % within n/a n = 3" in said


def test_a_change_that_failed_is_counted_and_leads_to_its_row(browser: Client):
    make_changes(2)
    now = timezone.now()
    factories.make_change(
        factories.make_kitchen("bad"), start=now - timedelta(days=4), state="rolled_back", rolled_back_at=now
    )

    answer = get(browser, show="failed")

    assert "Change failure rate 33 % 1 of 3, likely" in text_of(answer)
    rows = re.findall(r'<td class="name"><a[^>]*>([^<]+)', answer.content.decode())
    assert rows[-1:] == ["bad"]


def test_an_open_change_is_shown_as_open_and_not_counted(browser: Client):
    start = timezone.now() - timedelta(hours=30)
    factories.make_domain()
    factories.make_change(factories.make_kitchen("waits"), hours=(0, 2, 3), state="open", start=start)

    said = text_of(get(browser))

    assert "No change has reached production in 8 weeks; 1 change is on the way." in said
    assert "in review" in said
    assert "1 d 6 h so far" in said
    assert "Lead time, median n/a n = 0" in said


def test_another_domain_has_none_of_them(browser: Client):
    make_changes(3)
    factories.make_domain("weather")

    said = text_of(get(browser, domain="weather"))

    assert "No change was made in the last 8 weeks." in said


@pytest.mark.parametrize("query", [{"weeks": "x"}, {"show": "nothing"}, {"domain": "<script>"}])
def test_bad_filters_fall_back(browser: Client, query):
    make_changes(1)

    assert get(browser, **query).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_and_three_changes(browser: Client, count, django_assert_num_queries):
    make_changes(count)
    get(browser)

    with django_assert_num_queries(5):
        get(browser)
