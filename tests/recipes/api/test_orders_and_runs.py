"""Orders and runs by the API, with real recipes, workers and data."""

import json

from recipes.models import OrderRun
from tests.small_mesh import joins

ORDER = {"domain": "flights", "recipe": "daily", "variation": "production"}


def post(client, url, body=None, **headers):
    return client.post(f"/api/v1{url}", body or {}, content_type="application/json", headers=headers)


def get(client, url):
    answer = client.get(f"/api/v1{url}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_an_order_becomes_a_run_that_can_be_read_to_its_last_detail(mesh, asking):
    api = asking()

    placed = post(api, "/orders", ORDER | {"values": {"day": "2026-03-08"}})
    assert placed.status_code == 201, placed.content
    run = placed.json()
    assert (run["status"], run["placed_by"], run["kitchen"]) == ("queued", "operator", "production")
    assert placed["Location"] == f"/api/v1/runs/{run['id']}"

    mesh.work()

    done = get(api, f"/runs/{run['id']}")
    assert (done["status"], done["nodes_done"], done["nodes_total"], done["tests_total"]) == (
        "succeeded",
        2,
        2,
        1,
    )
    assert done["published"] == mesh.kitchen.head + 1

    nodes = get(api, f"/runs/{run['id']}/nodes")["items"]
    assert [(node["node"], node["status"]) for node in nodes] == [
        ("load", "succeeded"),
        ("clean", "succeeded"),
    ]

    load = get(api, f"/runs/{run['id']}/nodes/load")
    assert load["measures"]["rows"] == 2
    assert load["attempts"][0]["status"] == "succeeded"
    assert "select" in get(api, f"/runs/{run['id']}/nodes/clean")["sql"][0].lower()

    log = get(api, f"/runs/{run['id']}/nodes/load/log")
    assert "loading 2026-03-08" in log["text"]
    rest = get(api, f"/runs/{run['id']}/nodes/load/log?offset={log['next']}")
    assert (rest["text"], rest["complete"]) == ("", True)

    (test,) = get(api, f"/runs/{run['id']}/tests")["items"]
    assert (test["test"], test["verdict"], test["node"], test["measure"]) == (
        "enough flights",
        "pass",
        "load",
        2,
    )

    values = {
        value["name"]: (value["value"], value["origin"])
        for value in get(api, f"/runs/{run['id']}/values")["items"]
    }
    assert values["day"] == ("2026-03-08", "order")
    assert values["least"] == (1, "recipe")


def test_a_run_leaves_datasets_versions_rows_and_lineage(mesh, asking):
    api = asking()
    mesh.run()

    assert [dataset["name"] for dataset in get(api, "/datasets")["items"]] == ["flights.clean", "flights.raw"]
    clean = get(api, "/datasets/flights.clean")
    assert (clean["snapshot"]["rows"], clean["domain"]) == (1, "flights")
    assert [snapshot["id"] for snapshot in get(api, "/datasets/flights.clean/snapshots")["items"]] == [
        clean["snapshot"]["id"]
    ]
    rows = get(api, "/datasets/flights.raw/rows?limit=1")
    assert ([column["name"] for column in rows["columns"]], rows["rows"]) == (
        ["id", "day"],
        [[1, "2026-03-09"]],
    )
    lineage = get(api, "/lineage?focus=dataset:flights.clean")
    assert {"source": "recipe:flights/daily", "target": "dataset:flights.clean"} in lineage["edges"]


def test_the_same_key_places_an_order_once(mesh, asking):
    api = asking()
    key = {"Idempotency-Key": "nightly-2026-03-10"}

    first, second = post(api, "/orders", ORDER, **key), post(api, "/orders", ORDER, **key)
    other = post(api, "/orders", ORDER | {"values": {"least": 5}}, **key)

    assert first.json() == second.json()
    assert OrderRun.objects.count() == 1
    assert (other.status_code, other.json()["title"]) == (409, "Conflict")


def test_a_wrong_value_is_named_and_nothing_is_placed(mesh, asking):
    answer = post(asking(), "/orders", ORDER | {"values": {"day": "someday", "least": "x", "none": 1}})

    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {
        "values.day",
        "values.least",
        "values.none",
    }
    assert not OrderRun.objects.exists()


def test_a_wrong_order_is_refused(mesh, asking):
    api = asking()
    for wrong, status in (
        ({"recipe": "none"}, 404),
        ({"variation": "none"}, 404),
        ({"kitchen": "none"}, 404),
        ({"nodes": ["none"]}, 404),
        ({"by": "admin"}, 422),
        ({"priority": 10**9}, 422),
        ({"values": {str(n): n for n in range(201)}}, 422),
    ):
        answer = post(api, "/orders", ORDER | wrong)
        assert answer.status_code == status, answer.content
        assert answer["Content-Type"] == "application/problem+json"
    for key in ("x" * 201, "new\u00e4", "a b"):
        assert post(api, "/orders", ORDER, **{"Idempotency-Key": key}).status_code == 422
    assert not OrderRun.objects.exists()


def test_a_developer_orders_in_a_kitchen_but_not_in_production(mesh, asking):
    mesh.child("sandbox")
    api = asking("developer")

    refused = post(api, "/orders", ORDER)
    placed = post(api, "/orders", ORDER | {"kitchen": "sandbox"})

    assert (refused.status_code, placed.status_code) == (403, 201)
    assert "needs the role operator" in refused.json()["detail"]


def test_a_run_is_cancelled_once(mesh, asking):
    api = asking()
    run = mesh.order()

    assert post(api, f"/runs/{run.pk}/cancel").json()["status"] == "cancelled"
    again = post(api, f"/runs/{run.pk}/cancel")

    assert again.status_code == 409
    assert "ended" in again.json()["detail"]


def test_a_failed_run_is_resumed_with_other_values_and_run_again(mesh, asking):
    api = asking()
    run = mesh.run(values={"least": 5})
    assert run.status == "failed"

    resumed = post(api, f"/runs/{run.pk}/resume", {"values": {"least": 1}})
    mesh.work()
    assert resumed.status_code == 201, resumed.content
    assert resumed.json()["resumes"] == run.pk
    assert get(api, f"/runs/{resumed.json()['id']}")["status"] == "succeeded"

    again = post(api, f"/runs/{run.pk}/rerun")
    assert (again.status_code, again.json()["resumes"]) == (201, None)
    assert post(api, f"/runs/{resumed.json()['id']}/resume").status_code == 409


def test_runs_are_found_by_what_they_are(mesh, asking):
    api = asking()
    mesh.write("other", joins({"a": []}))
    daily, other = mesh.run(values={"least": 5}), mesh.run("other")

    def found(query):
        return [run["id"] for run in get(api, f"/runs?{query}")["items"]]

    assert found("") == [other.pk, daily.pk]
    assert found("recipe=daily") == found("status=failed") == [daily.pk]
    assert found("kitchen=none") == found("since=2030-01-01T00:00:00Z") == []
    assert found(f"after={other.pk}") == [daily.pk]
    assert get(api, "/runs?limit=1")["next"] == f"/api/v1/runs?limit=1&after={other.pk}"


def test_an_unchanged_run_is_answered_304(mesh, asking):
    api = asking()
    run = mesh.order()
    for url in (f"/api/v1/runs/{run.pk}", f"/api/v1/runs/{run.pk}/nodes"):
        etag = api.get(url)["ETag"]
        unchanged = api.get(url, headers={"If-None-Match": etag})
        assert (unchanged.status_code, unchanged.content) == (304, b"")

    mesh.work()

    assert api.get(f"/api/v1/runs/{run.pk}", headers={"If-None-Match": etag}).status_code == 200


def test_lists_cost_the_same_for_any_number_of_rows(mesh, asking, django_assert_num_queries):
    api = asking()
    urls = ("/runs", "/datasets", "/schedules", "/recipes")

    def costs():
        found = []
        for url in urls:
            with django_assert_num_queries(6, exact=False) as seen:
                get(api, url)
            found.append(len(seen))
        return found

    mesh.run()
    get(api, "/runs")
    few = costs()
    mesh.write("other", joins({"a": []}))
    for _ in range(3):
        mesh.run()
        mesh.run("other")

    assert costs() == few


def test_the_queue_says_what_waits(mesh, asking):
    mesh.order()

    assert set(get(asking(), "/queue")) == {"queued", "running", "workers"}


def test_recipes_are_read_and_checked(mesh, asking):
    api = asking()

    (listed,) = get(api, "/recipes")["items"]
    assert (listed["domain"], listed["name"], listed["faults"]) == ("flights", "daily", [])
    recipe = get(api, "/recipes/flights/daily")
    assert set(recipe["spec"]["nodes"]) == {"load", "clean"}
    assert [file["path"] for file in get(api, "/recipes/flights/daily/files")["items"]] == [
        "clean.sql", "load.py", "recipe.yaml",
    ]  # fmt: skip
    assert "flights.raw" in get(api, "/recipes/flights/daily/files/clean.sql")["text"]

    files = {"recipe.yaml": "nodes:\n  a: {kind: sql, file: none.sql}\n  b: {kind: magic}\n"}
    checked = post(api, "/recipes/check", {"domain": "flights", "name": "new", "files": files}).json()
    assert checked["ok"] is False
    assert all(fault["message"] and fault["line"] for fault in checked["faults"])
    assert len(checked["faults"]) >= 2


def test_a_path_leads_to_files_of_the_recipe_only(mesh, asking):
    api = asking()
    for path in (
        *("../../../domain.yaml", "..%2f..%2fdomain.yaml", "%2e%2e/secrets.key", "/etc/passwd"),
        *("clean.sql%00", "CLEAN.sql", ".", "%ff", "a" * 300),
    ):
        answer = api.get(f"/api/v1/recipes/flights/daily/files/{path}")
        assert answer.status_code in {400, 404, 422}, path
        assert answer["Content-Type"] == "application/problem+json"


def test_the_schema_is_there_for_editors(mesh, client):
    schema = client.get("/api/v1/schemas/recipe.json")

    assert schema.status_code == 200
    assert "nodes" in json.dumps(schema.json())


def test_a_result_nothing_learns_from_is_not_marked(asking, mesh):
    run = mesh.run()
    result = run.test_results.first()

    answer = post(asking(), f"/runs/{run.pk}/tests/{result.pk}/mark", {"mark": "expected"})

    assert answer.status_code == 409
    assert "Nothing is learnt from this result" in answer.json()["detail"]
