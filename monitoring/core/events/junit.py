"""JUnit XML, as pytest, Maven, Gradle and most runners of tests write it. Entities and document types are refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from hub.common.errors import InvalidError
from monitoring.core.events.fields import Fields
from monitoring.core.events.importing import MOST_PARTS, Given, Place, component_key, said
from monitoring.core.events.model import Component, Event, Outcome, Read, Run, RunState, RunStatus
from monitoring.core.events.reading import UnreadableError, fault_of
from recipes.core.verdict import Verdict

MARKS = {"failure": Verdict.FAIL, "error": Verdict.ERROR, "skipped": Verdict.SKIPPED}


def read_junit(body: bytes, given: Given) -> Iterator[Read]:
    """Yield the outcome of every test case and the status of the whole."""
    root = _root(body)
    suites = [root] if root.tag == "testsuite" else list(root.iter("testsuite"))
    at = max((found for suite in suites if (found := _moment(suite))), default=given.now)
    name = said(root.get("name") or (suites[0].get("name") if suites else ""), 200)
    component = Component("pipeline", given.component or component_key("junit", name))
    place = Place(given, "junit", component, Run(key=given.run or at.isoformat(), name=name), at)
    cases = list(root.iter("testcase"))
    if len(cases) > MOST_PARTS:
        raise InvalidError(f"The file has more than {MOST_PARTS:,} test cases.")
    if not cases:
        raise InvalidError(
            "The file holds no test case.", remedy="Send what the runner writes with --junitxml."
        )
    red = False
    for number, case in enumerate(cases):
        where = f"testcase.{number}"
        try:
            event = _case(case, place)
            red = red or event.outcomes[0].verdict in {Verdict.FAIL, Verdict.ERROR}
            yield Read(where, {**case.attrib}, event)
        except InvalidError as fault:
            yield Read(where, fault=fault)
    yield Read(
        "run", event=place.status(RunStatus(RunState.FAILED if red else RunState.COMPLETED, ended_at=at))
    )


def _root(body: bytes) -> Element:
    try:
        found: Element = fromstring(body, forbid_dtd=True)
    except DefusedXmlException as error:
        raise InvalidError(
            "The file has a document type or entities.", remedy="Send plain JUnit XML."
        ) from error
    except (ParseError, ValueError, LookupError, RecursionError) as error:
        why = str(error)[:160].encode("ascii", "replace").decode()
        raise UnreadableError(f"The file cannot be read as XML: {why}.") from error
    if found.tag not in {"testsuites", "testsuite"}:
        raise InvalidError("The file is no JUnit XML: its root is neither testsuites nor testsuite.")
    return found


def _case(case: Element, place: Place) -> Event:
    facts: dict[str, Any] = dict(case.attrib)
    if fault := fault_of(facts):
        raise fault
    given = Fields(facts, "testcase")
    name = given.text("name", most=10_000, needed=True)
    owner = given.text("classname", most=10_000)
    verdict, message = Verdict.PASS, ""
    for tag, found in MARKS.items():
        mark = case.find(tag)
        if mark is not None:
            verdict, message = found, said(mark.get("message") or mark.text)
            break
    ended = place.at
    return place.outcome(
        Outcome(
            name=said(f"{owner}::{name}" if owner else name, 255),
            verdict=verdict,
            key=component_key("junit", owner, name),
            type="junit",
            message=message,
            started_at=_earlier(ended, given.text("time")),
            ended_at=ended,
        )
    )


def _earlier(at: datetime, seconds: str) -> datetime | None:
    try:
        return at - timedelta(seconds=float(seconds.replace(",", "")))
    except (ValueError, OverflowError):
        return None


def _moment(suite: Element) -> datetime | None:
    """Return when a suite ran; most runners write it without an offset, and some not at all."""
    try:
        return Fields({"timestamp": suite.get("timestamp")}).moment("timestamp", naive=True)
    except InvalidError:
        return None
