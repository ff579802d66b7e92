"""Gates: facts in, sentences out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.common.errors import InvalidError
from kitchens.core.gates import PRODUCTION, SANDBOX, Facts, Policy, Word, all_open, digest, gates, policy_of
from kitchens.core.impact import RecipeRun, RunsVerdict

GREEN = RunsVerdict((RecipeRun("sales/daily", "production", "green", "Run 7 is green.", 7),))
READY = Facts(
    policy=PRODUCTION,
    source="late-flights",
    target="production",
    runs=GREEN,
    candidate="green",
    candidate_fits=True,
    words=(Word("bo", True, fits=True, counts=True),),
)


def gate(name: str, **changed):
    return next(one for one in gates(replace(READY, **changed)) if one.name == name)


def test_with_everything_in_order_all_are_open():
    found = gates(READY)

    assert all_open(found)
    assert [one.state for one in found].count("not_asked") == 1  # no canary is asked for


@pytest.mark.parametrize(
    ("name", "changed", "state", "sentence"),
    [
        ("freeze", {"frozen": "The kitchen x is retired."}, "closed", "The kitchen x is retired."),
        ("freeze", {"nothing": True}, "closed", "production has everything of late-flights already."),
        ("conflicts", {"conflicts": ("a.sql", "b.sql")}, "closed", "Both sides changed a.sql and b.sql."),
        ("conflicts", {"behind": 2}, "open", "production has 2 commits more, which do not clash."),
        ("recipes", {"faults": ("sales/daily",)}, "closed", "After the merge sales/daily could not be read."),
        ("runs", {"runs": RunsVerdict()}, "open", "No recipe is changed that could be run."),
        ("candidate", {"candidate": ""}, "closed", "The merged state has not been built yet."),
        ("candidate", {"candidate": "building"}, "waiting", "The candidate is being built."),
        ("candidate", {"candidate": "red"}, "closed", "A run in the candidate failed."),
        (
            "candidate",
            {"candidate_fits": False},
            "closed",
            "The candidate was built of something that has changed since.",
        ),
        ("approvals", {"words": ()}, "closed", "0 of 1 approval."),
        (
            "approvals",
            {"words": (Word("bo", True, fits=False, counts=True),)},
            "closed",
            "0 of 1 approval. bo approved an earlier state; that counts no longer.",
        ),
        (
            "approvals",
            {"words": (Word("ann", True, fits=True, counts=False),)},
            "closed",
            "0 of 1 approval. ann wrote or opened it, or has not the role developer.",
        ),
        (
            "approvals",
            {"words": (*READY.words, Word("cy", False, fits=True, counts=True, note="Name it"))},
            "closed",
            "cy asks for changes. Name it.",
        ),
        ("approvals", {"policy": SANDBOX, "words": ()}, "not_asked", "production asks for no approval."),
        ("tests_removed", {"tests_removed": ("Test x goes",)}, "closed", "Test x goes."),
        ("breaking", {"breaking": ("y breaks",)}, "open", "y breaks. It is approved."),
        ("breaking", {"breaking": ("y breaks",), "words": ()}, "closed", "y breaks."),
        (
            "breaking",
            {"breaking": ("y breaks",), "policy": replace(PRODUCTION, breaking="refuse")},
            "closed",
            "y breaks.",
        ),
        (
            "breaking",
            {"breaking": ("y breaks",), "policy": replace(PRODUCTION, breaking="allow")},
            "not_asked",
            "y breaks. production allows it.",
        ),
        (
            "canary",
            {"policy": replace(PRODUCTION, canary_runs=3), "canary": "running", "canary_seen": 1},
            "waiting",
            "1 of 3 runs on live inputs are green.",
        ),
        (
            "canary",
            {"policy": replace(PRODUCTION, canary_runs=3), "canary": "red"},
            "closed",
            "A canary run failed. 0 of 3 runs on live inputs are green.",
        ),
        (
            "canary",
            {"policy": replace(PRODUCTION, canary_runs=3), "canary": "green", "canary_seen": 3},
            "open",
            "3 of 3 runs on live inputs are green.",
        ),
    ],
)
def test_a_gate_says_what_is_so(name, changed, state, sentence):
    found = gate(name, **changed)

    assert (found.state, found.sentence) == (state, sentence)


@pytest.mark.parametrize(
    ("state", "expected"), [("red", "closed"), ("missing", "closed"), ("running", "waiting")]
)
def test_runs_that_are_not_green_keep_theirs_closed(state, expected):
    verdict = RunsVerdict((*GREEN.runs, RecipeRun("sales/hourly", "production", state, "Nobody ran it")))

    found = gate("runs", runs=verdict)

    assert (found.state, found.sentence) == (expected, "Nobody ran it.")


def test_an_approval_has_to_say_that_it_agrees_to_tests_that_go():
    agreed = Word("bo", True, fits=True, counts=True, tests_removed=True)

    assert gate("tests_removed", tests_removed=("x goes",), words=(agreed,)).state == "open"


def test_a_merge_down_asks_for_conflicts_only():
    found = gates(replace(READY, down=True, candidate="", words=()))

    assert [one.name for one in found] == ["freeze", "conflicts", "recipes"]
    assert all_open(found)


def test_a_policy_is_what_is_set_and_else_what_the_tier_has():
    assert policy_of({}, guarded=True) == PRODUCTION
    assert policy_of({}, guarded=False) == SANDBOX
    assert policy_of({"approvals": 2}, guarded=True) == replace(PRODUCTION, approvals=2)
    assert Policy.from_dict(PRODUCTION.as_dict()) == PRODUCTION


@pytest.mark.parametrize(
    "given",
    [
        {"approvals": -1},
        {"approvals": "1"},
        {"approvals": True},
        {"approver_role": "viewer"},
        {"runs_green": 1},
        {"tests_removed": "sometimes"},
        {"canary_runs": 101},
        {"mood": "good"},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(given):
    with pytest.raises(InvalidError):
        Policy.from_dict(given)


def test_the_digest_is_of_all_that_was_looked_at():
    told = (7, "c" * 40, {"day": "1"}, {"a.sql": {"take": "source"}})
    others = [(8, *told[1:]), (7, "d" * 40, *told[2:]), (*told[:2], {"day": "2"}, told[3]), (*told[:3], {})]

    assert digest(*told) == digest(7, "c" * 40, {"day": "1"}, {"a.sql": {"take": "source"}})
    assert len({digest(*one) for one in [told, *others]}) == 5
