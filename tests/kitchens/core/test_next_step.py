"""What to do next in a kitchen, from the facts."""

from __future__ import annotations

import pytest

from kitchens.core.next_step import Facts, LastRun, next_step

GREEN = LastRun(7, "succeeded", "c")
CHANGED = {"slug": "dev", "parent": "Production", "state": "ready", "files": 2}


@pytest.mark.parametrize(
    ("facts", "said", "url"),
    [
        ({"parent": "", "slug": "production", "files": 0}, "make a kitchen of it", "kitchen-new"),
        ({"parent": "", "files": 0, "waiting": 2}, "2 merge requests wait to come in", "merge-list"),
        ({"files": 0}, "Nothing differs from Production yet", "recipe-list"),
        ({}, "You changed something and nothing has run here yet", "recipe-list"),
        (
            {"last_run": GREEN, "changed_since_run": True},
            "Something has changed since the last run",
            "recipe-list",
        ),
        ({"last_run": LastRun(8, "running", "c")}, "Run 8 is at work", "run-detail"),
        ({"last_run": LastRun(8, "failed", "c")}, "Run 8 did not end green", "run-detail"),
        ({"last_run": GREEN, "behind": 3}, "has moved on by 3 commits", "merge-new"),
        ({"last_run": GREEN}, "ask for the merge into Production", "merge-new"),
        ({"last_run": GREEN, "files": 0, "overrides": 1}, "propose one as default", "kitchen-values"),
        ({"request": 4, "request_title": "Faster"}, "“Faster” is open", "merge-detail"),
        ({"state": "retired"}, "it is retired", ""),
        ({"state": "failed"}, "Making it went wrong", "kitchen-making"),
        ({"tier": "canary"}, "always the newest", "recipe-list"),
        ({"tier": "canary", "last_run": GREEN}, "runs green on the newest inputs", "run-detail"),
        ({"tier": "canary", "last_run": LastRun(8, "failed", "c")}, "on live inputs: see why", "run-detail"),
        ({"may_change": False}, "nothing has run here yet", ""),
    ],
)
def test_the_next_step_is_one_sentence_and_one_button(facts, said, url):
    step = next_step(Facts(**CHANGED | facts))

    assert said in step.sentence
    assert step.url_name == url
    assert bool(step.action) == bool(url)
