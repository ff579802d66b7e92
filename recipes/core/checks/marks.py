"""What people may say of an earlier result, and what that means for what is learnt from it."""

from __future__ import annotations

EXPECTED = "expected"  # a change that was meant: what came before it is not comparable any more
INCIDENT = "incident"  # wrong data: never to be learnt from
USABLE = "usable"  # a false alarm: to be learnt from although it failed
MARKS = (EXPECTED, INCIDENT, USABLE)
SAID = {
    EXPECTED: "expected: the change was meant, learn anew from here",
    INCIDENT: "incident: wrong data, never learn from it",
    USABLE: "usable: a false alarm, learn from it all the same",
}
