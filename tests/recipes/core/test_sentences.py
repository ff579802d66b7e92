"""The sentence of a run, in every state."""

from __future__ import annotations

import pytest

from recipes.core.sentences import NodeFacts, RunFacts, lowered, run_sentence, told
from recipes.core.status import Status

DONE = NodeFacts("load", "succeeded")


def facts(status: str, nodes=(DONE,), reason: str = "", seconds: float | None = 134, **more) -> RunFacts:
    return RunFacts(status, reason, seconds, nodes, done=1, total=3, **more)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (facts("queued"), "Waits for a worker to take it."),
        (
            facts("pending", reason="Waits for run 7, which writes sales.orders."),
            "Waits for run 7, which writes sales.orders.",
        ),
        (
            facts("running", [DONE, NodeFacts("clean", "running")]),
            "Running: 1 of 3 nodes done, clean at work.",
        ),
        (
            facts("running", [DONE, NodeFacts("clean", "waiting", "is tried again in 20 s")]),
            "Running: 1 of 3 nodes done, clean next: is tried again in 20 s.",
        ),
        (facts("running"), "Running: 1 of 3 nodes done."),
        (facts("cancelling"), "Being cancelled: nodes at work are being stopped."),
        (
            facts("succeeded", passed=1200, warned=3, published=17, datasets=2),
            "Succeeded in 2 min 14 s: 1,200 tests passed, 3 warned; 2 datasets published as revision 17.",
        ),
        (
            facts("succeeded", passed=1, failed=1, published=17, datasets=1),
            "Succeeded in 2 min 14 s: 1 test passed, 1 failed without stopping it; 1 dataset published as revision 17.",
        ),
        (facts("succeeded"), "Succeeded in 2 min 14 s; there was nothing to publish."),
        (
            facts(
                "failed",
                [DONE, NodeFacts("clean", "failed", "Test.", "airports exist, 31 of 224 rows are wrong.")],
            ),
            "Failed at clean after 2 min 14 s: airports exist, 31 of 224 rows are wrong; nothing was published.",
        ),
        (
            facts("failed", [NodeFacts("a", "failed", "The file is gone."), NodeFacts("b", "lost")]),
            "Failed at a and 1 other node after 2 min 14 s: the file is gone; nothing was published.",
        ),
        (
            facts("failed", [], "Its recipe has faults."),
            "Failed after 2 min 14 s: Its recipe has faults. Nothing was published.",
        ),
        (facts("timed_out", [], seconds=None), "Timed out. Nothing was published."),
        (
            facts("cancelled", reason="Cancelled by Ann."),
            "Cancelled after 2 min 14 s: Cancelled by Ann. Nothing was published.",
        ),
    ],
)
def test_a_run_says_how_it_stands(given: RunFacts, said: str):
    assert run_sentence(given) == said


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_a_sentence_and_a_word(status: Status):
    assert run_sentence(facts(status)).endswith(".")
    assert told(status)


def test_only_words_that_open_sentences_lose_their_capital():
    assert lowered("The file is gone") == "the file is gone"
    assert lowered("Chicago is missing") == "Chicago is missing"
    assert lowered("") == ""
