"""From numbers to a verdict: error, not evaluated, fail, warn, learning, pass, the first that applies.

A limit that needs no past holds while a test still learns.
"""

from __future__ import annotations

from dataclasses import dataclass

from recipes.core.checks.base import Check, Numbers, OnEmpty
from recipes.core.checks.thresholds import Threshold, parse_threshold
from recipes.core.checks.words import cut, percent
from recipes.core.nodes.base import Measured
from recipes.core.spec.model import TestSpec
from recipes.core.verdict import Verdict

SENTENCE = 400  # what TestResult holds
EXPECTED = 200
EMPTY = {
    "fail": (Verdict.FAIL, "and the test counts that as failed"),
    "skip": (Verdict.NOT_EVALUATED, "so there was nothing to judge"),
    "pass": (Verdict.PASS, "and the test counts that as passed"),
}


@dataclass(frozen=True)
class Limits:
    """The two limits of one test, its own or the check's; None where there is none."""

    warn: Threshold | None
    fail: Threshold | None

    @classmethod
    def of(cls, test: TestSpec, check: Check) -> Limits:
        """Return the limits; the check's own holds only where the test names neither."""
        fail = test.fail or ("" if test.warn else check.fail)
        return cls(parse_threshold(test.warn) if test.warn else None, parse_threshold(fail) if fail else None)

    def expected(self, check: Check) -> str:
        """Return what keeps both limits, in words."""
        parts = [_expected(self.fail, check)] if self.fail else []
        if self.warn:
            parts.append(f"warns unless {_expected(self.warn, check)}")
        return ", ".join(parts)


def judge(test: TestSpec, check: Check, numbers: Numbers) -> Measured:
    """Return the verdict on what was counted, with all that is kept of it."""
    limits = Limits.of(test, check)
    empty: OnEmpty = test.on_empty or check.on_empty
    if numbers.n_applicable == 0 and empty != "compare":
        verdict, why = EMPTY[empty]
        sentence = f"{numbers.said}, {why}."
    elif numbers.n_fail is None and numbers.measure is None:
        verdict, sentence = Verdict.ERROR, f"{numbers.said}."
    else:
        verdict, crossed = _compare(numbers, limits)
        sentence = _sentence(numbers, verdict, _remark(numbers, check, crossed))
    return Measured(
        test=test.name,
        check=test.check,
        dataset=test.dataset,
        severity=test.severity,
        verdict=verdict.value,
        sentence=cut(sentence, SENTENCE),
        n_scope=numbers.n_scope,
        n_applicable=numbers.n_applicable,
        n_fail=numbers.n_fail,
        measure=numbers.measure if numbers.measure is not None else numbers.n_fail,
        unit=numbers.unit,
        expected=cut(_all_expected(test, check, numbers, limits), EXPECTED),
        details=dict(numbers.details),
        baselines=tuple(one.as_dict() for one in numbers.baselines),
    )


def _sentence(numbers: Numbers, verdict: Verdict, remark: str) -> str:
    if verdict is Verdict.LEARNING:
        return f"{numbers.said}{remark}. Still learning: {numbers.learning}"
    return f"{numbers.said}{remark}{f'; {numbers.warns}' if numbers.warns else ''}."


def _all_expected(test: TestSpec, check: Check, numbers: Numbers, limits: Limits) -> str:
    """Return what was expected in words: the bounds of the parameters, and the limits unless they say the same."""
    by_default = not (test.warn or test.fail)
    limited = "" if numbers.expected and by_default else limits.expected(check)
    return ", ".join(filter(None, [numbers.expected, limited]))


def error(test: TestSpec, sentence: str, sql: str = "") -> Measured:
    """Return the result of a test that could not be measured: never green, never switched off."""
    return _bare(test, Verdict.ERROR, sentence, sql)


def could_not(test: TestSpec, why: Exception, sql: str) -> Measured:
    """Return the result of a test whose statement the store refused; the whole message is kept in the details."""
    message = str(why).strip()
    first = message.split("\n", 1)[0].rstrip(".")
    refused = error(test, f"The test could not be measured: {first}.", sql)
    return refused.model_copy(update={"details": {"message": cut(message, 2000)}})


def skipped(test: TestSpec, why: str) -> Measured:
    """Return the result of a test that was not run; `why` is a full sentence for people."""
    return _bare(test, Verdict.SKIPPED, why)


def _bare(test: TestSpec, verdict: Verdict, sentence: str, sql: str = "") -> Measured:
    return Measured(
        test=test.name,
        check=test.check,
        dataset=test.dataset,
        severity=test.severity,
        verdict=verdict.value,
        sentence=cut(sentence, SENTENCE),
        sql=sql,
    )


def _compare(numbers: Numbers, limits: Limits) -> tuple[Verdict, Threshold | None]:
    """Return the verdict, and the limit that decides it (or would have)."""
    if numbers.outside:
        return Verdict.FAIL, None
    if limits.fail and _crossed(limits.fail, numbers):
        return Verdict.FAIL, limits.fail
    if limits.warn and _crossed(limits.warn, numbers):
        return Verdict.WARN, limits.warn
    if numbers.learning:
        return Verdict.LEARNING, limits.fail or limits.warn
    if numbers.warns:
        return Verdict.WARN, None
    return Verdict.PASS, limits.fail or limits.warn


def _crossed(limit: Threshold, numbers: Numbers) -> bool:
    if not limit.is_percent:
        return limit.crossed(numbers.measure if numbers.n_fail is None else numbers.n_fail)  # type: ignore[arg-type]
    if numbers.n_fail is None or numbers.n_applicable == 0:
        return False
    return limit.crossed(100.0 * numbers.n_fail / numbers.n_applicable)


def _remark(numbers: Numbers, check: Check, crossed: Threshold | None) -> str:
    """Return what follows the finding in brackets: the share and the limit it was held against."""
    if numbers.n_fail is None:
        kept = numbers.expected if numbers.outside or crossed is None else _expected(crossed, check)
        return f" (expected {kept})" if kept else ""
    if numbers.n_fail == 0:
        return ""
    of_many = numbers.n_applicable > 1 and check.counts != "numbers"  # their sentence tells each
    share = percent(numbers.n_fail, numbers.n_applicable) if of_many else ""
    plain = crossed is None or (crossed.sign == ">" and crossed.limit == 0)
    limit = "" if plain or crossed is None else f"limit {crossed.limit_in_words()}"
    remark = ", ".join(filter(None, [share, limit]))
    return f" ({remark})" if remark else ""


def _expected(limit: Threshold, check: Check) -> str:
    if not check.counts:
        return f"{limit.expected()} {check.unit}".rstrip()
    if limit.sign == ">" and limit.limit == 0:
        return f"no failing {check.counts}"
    return f"{limit.expected()} {'of the' if limit.is_percent else 'failing'} {check.counts}"
