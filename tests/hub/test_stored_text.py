"""Texts that people, recipes, data and processes leave behind are shown as texts on every page."""

import html
import json
import re
from pathlib import Path

from django.test import Client

from kitchens.core.roles import MAY
from recipes.models import TestResult
from tests.small_mesh import SmallMesh

HOSTILE = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"
QUOTED = HOSTILE.replace("'", "''")
RECIPE = f"""
description: {json.dumps(HOSTILE)}
values:
  a: {{type: text, default: {json.dumps(HOSTILE)}, description: {json.dumps(HOSTILE)}}}
nodes:
  n: {{kind: sql, file: n.sql, writes: flights.t, description: {json.dumps(HOSTILE)}}}
  s: {{kind: shell, file: s.sh, needs: n}}
tests:
  odd: {{node: n, dataset: flights.t, check: in_set, column: 'a<script>x', values: [b], severity: warn,
        description: {json.dumps(HOSTILE)}}}
variations:
  production: {{description: {json.dumps(HOSTILE)}}}
"""
SQL = f"""SELECT '{QUOTED}' AS "a<script>x" """
SHELL = f"""
printf '%s\\n' {json.dumps(HOSTILE).replace("$", "")}
printf '\\033[31m<img src=x>\\033]0;title\\007\\n' >&2
exit 3
"""
LINK = re.compile(r'(?:href|hx-get)="([^"]*)"')
PAGES = 120


def test_no_page_of_a_hostile_recipe_and_its_run_holds_markup_of_it(db, hub_home, tmp_path: Path, person):
    mesh = SmallMesh(tmp_path)
    mesh.commit({"domains/flights/domain.yaml": f"title: {json.dumps(HOSTILE)}\n"})
    mesh.write("daily", {"recipe.yaml": RECIPE, "n.sql": SQL, "s.sh": SHELL})
    run = mesh.run()
    client = Client()
    client.force_login(person("admin"))
    seen: set[str] = set()
    shown = 0
    ahead = ["/", f"/runs/{run.pk}/nodes/s/", f"/runs/{run.pk}/nodes/n/", "/lineage/?focus=flights.t"]

    while ahead and len(seen) < PAGES:
        url = ahead.pop(0)
        if url in seen:
            continue
        seen.add(url)
        answer = client.get(url)
        text = answer.content.decode()
        assert answer.status_code < 500, url
        assert not re.search(r"<img src=x|<script>|\x1b", text), url
        shown += "alert(1)" in text
        links = [html.unescape(link).split("#")[0] for link in LINK.findall(text)]
        assert not [link for link in links if link.lower().startswith(("javascript:", "data:"))], url
        ahead += [link for link in links if re.match("/(?!static|api|logout)", link)]

    assert run.status == "failed"
    assert shown > 10  # the walk has met what it looks for


def test_logs_and_evidence_are_for_those_who_may_see_samples(
    db, hub_home, tmp_path: Path, person, monkeypatch
):
    mesh = SmallMesh(tmp_path)
    mesh.write("daily", {"recipe.yaml": RECIPE, "n.sql": SQL, "s.sh": SHELL})
    run = mesh.run()
    result = TestResult.objects.get(node_run__run=run)
    parts = ("log/", "nodes/s/", "nodes/s/log/", f"tests/{result.pk}/")
    pages = [f"/runs/{run.pk}/{part}" for part in parts]
    client = Client()
    client.force_login(person("viewer"))

    assert {client.get(page).status_code for page in pages} == {200}
    monkeypatch.setitem(MAY, "data.sample", "developer")
    assert {client.get(page).status_code for page in pages} == {403}
