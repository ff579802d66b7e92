from datetime import timedelta

import pytest
from django.utils import timezone

from kitchens.models import AuditEntry, Kitchen

URL = "/api/v1/kitchens"


def ends(days=7):
    return (timezone.now().date() + timedelta(days=days)).isoformat()


@pytest.fixture
def api(production, asking):
    return asking("developer", ("change", "read"))


def post(client, url, body):
    return client.post(url, body, content_type="application/json")


def test_a_kitchen_is_made_read_extended_and_retired(api):
    made = post(api, URL, {"name": "late-flights", "ends_on": ends()})

    assert made.status_code == 201, made.json()
    assert (made.json()["parent"], made.json()["revision"], made.json()["owner"]) == (
        "production",
        1,
        "developer",
    )
    assert api.get(f"{URL}/late-flights").json() == made.json()
    assert post(api, f"{URL}/late-flights/extend", {"ends_on": ends(30)}).json()["ends_on"] == ends(30)
    assert api.post(f"{URL}/late-flights/retire").json()["state"] == "retired"
    assert AuditEntry.objects.filter(via="api", actor__contains="token").count() == 3


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "production", "ends_on": ends()}, "name"),
        ({"name": "late-flights"}, "ends_on"),
        ({"name": "late-flights", "ends_on": "soon"}, "ends_on"),
        ({"name": "late-flights", "ends_on": ends(), "owner": 1}, "owner"),
        ({"name": "late-flights", "ends_on": ends(), "tier": "production"}, "tier"),
        ({}, "name"),
    ],
)
def test_a_wrong_field_is_named(api, body, field):
    answer = post(api, URL, body)

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert Kitchen.objects.count() == 1


def test_the_list_goes_on_where_it_ended(api):
    for number in range(3):
        post(api, URL, {"name": f"kitchen-{number}", "ends_on": ends()})

    seen, url = [], f"{URL}?limit=2"
    while url:
        answer = api.get(url)
        seen += [kitchen["slug"] for kitchen in answer.json()["items"]]
        url = answer.json()["next"]

    assert seen == ["production", "kitchen-0", "kitchen-1", "kitchen-2"]
    assert "Link" not in answer


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "after=0", "after=99999999999999999999", "state=x"]
)
def test_a_wrong_page_is_refused(api, query):
    assert api.get(f"{URL}?{query}").status_code == 422


@pytest.mark.parametrize("slug", ["nobody", "..", "%2e%2e%2fmain", "a" * 61, "%00"])
def test_a_kitchen_that_is_not_there_is_a_problem(api, slug):
    answer = api.get(f"{URL}/{slug}")

    assert answer.status_code in {400, 404, 422}
    assert answer["Content-Type"] == "application/problem+json"


def test_revisions_say_who_and_why(api):
    post(api, URL, {"name": "late-flights", "ends_on": ends()})

    (revision,) = api.get(f"{URL}/late-flights/revisions").json()["items"]

    assert (revision["number"], revision["cause"], revision["parent"], revision["by"]) == (
        1, "created", "production@1", "developer",
    )  # fmt: skip


def test_lists_cost_the_same_for_any_number(api, django_assert_num_queries):
    def costs():
        with django_assert_num_queries(2):  # token, list
            api.get(URL)

    api.get(URL)  # stamps the token's use
    costs()
    for number in range(3):
        post(api, URL, {"name": f"kitchen-{number}", "ends_on": ends()})
    costs()
