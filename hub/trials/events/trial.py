"""Sends good and spoiled items together, and looks at every answer: no crash, and no good item lost or stored twice."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hub.trials.events import examples
from hub.trials.events.mutate import broken, spoiled, spoiled_xml, written

Send = Callable[[str, bytes, str], tuple[int, Any]]  # path, body, content type -> status, answer
JSON, LINES, XML = "application/json", "application/x-ndjson", "application/xml"
LARGEST = 1024 * 1024  # bytes of a body; a larger one is refused as a whole
TAKEN = 201
REFUSED = frozenset({403, 404, 409, 422})
WHOLE = frozenset({200, 207, 400, 404, 409, 413, 415, 422})  # what a request may be answered with
GOOD_IN_FILES: Mapping[str, str] = {"dbt": "results", "soda": "checks"}  # the list that a file is about


@dataclass
class Trial:
    """What was sent, what came back, and what must not have."""

    dice: random.Random
    send: Send
    now: datetime
    spoiled: int = 0
    good: set[str] = field(default_factory=set)  # event ids that were taken
    statuses: Counter[int] = field(default_factory=Counter)
    items: Counter[int] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def events(self, amount: int) -> None:
        """Send about as many spoiled events, in batches of many forms, each with good ones between them."""
        ways = (
            self._array,
            self._array,
            self._lines,
            self._broken,
            self._compatible,
            self._file,
            self._file,
            self._xml,
        )
        while self.spoiled < amount and len(self.violations) < 20:
            self.dice.choice(ways)()

    def _array(self) -> None:
        items = [self._item() for _ in range(self.dice.randint(1, 12))]
        text = "[" + ",".join(written(item) for item, _ in items) + "]"
        self._check("/api/v1/events", text.encode(), JSON, [name for _, name in items])

    def _lines(self) -> None:
        """Lines may be broken in any way: each stands for itself."""
        lines, names = [], []
        for _ in range(self.dice.randint(2, 12)):
            item, name = self._item()
            line = written(item).encode()
            if not name and self.dice.random() < 0.5:
                line = broken(written(item), self.dice).replace(b"\n", b" ")
            lines.append(line)
            names.append(name)
        self._check("/api/v1/events", b"\n".join(lines), LINES, None, wanted={name for name in names if name})

    def _broken(self) -> None:
        """A whole body that is broken: whatever is taken of it, nothing crashes."""
        body = broken(written([self._spoil_one(), self._spoil_one()]), self.dice)
        path = self.dice.choice(
            ("/api/v1/events", "/api/v1/lineage", "/api/v1/import/dbt", "/api/v1/import/openlineage")
        )
        self._check(path, body, self.dice.choice((JSON, LINES)), None)

    def _compatible(self) -> None:
        kind = self.dice.choice(sorted(examples.DATAKITCHEN))
        one = spoiled(self.dice.choice(examples.DATAKITCHEN[kind]), self.dice)
        self.spoiled += 1
        self._check(f"/api/v1/events/{kind}", written(one).encode(), JSON, None)

    def _file(self) -> None:
        """Spoil some of the parts of a file, and ask for the others; or spoil the file anywhere."""
        kind = self.dice.choice(("dbt", "gx", "soda", "openlineage"))
        if kind in GOOD_IN_FILES and self.dice.random() < 0.6:
            self._parts(kind)
            return
        self.spoiled += 1
        path = (
            "/api/v1/lineage"
            if kind == "openlineage" and self.dice.random() < 0.5
            else f"/api/v1/import/{kind}"
        )
        self._check(path, written(spoiled(examples.FILES[kind], self.dice)).encode(), JSON, None)

    def _parts(self, kind: str) -> None:
        listed = GOOD_IN_FILES[kind]
        document = dict(examples.DBT if kind == "dbt" else examples.SODA)
        bad = {number for number in range(len(document[listed])) if self.dice.random() < 0.4}
        document[listed] = [
            spoiled(part, self.dice) if number in bad else part
            for number, part in enumerate(document[listed])
        ]
        self.spoiled += len(bad)
        run = f"?run=run-{self.dice.getrandbits(60):x}"
        places = {f"{listed}.{number}" for number in range(len(document[listed])) if number not in bad}
        self._check(f"/api/v1/import/{kind}{run}", written(document).encode(), JSON, None, places=places)

    def _xml(self) -> None:
        self.spoiled += 1
        body = (
            spoiled_xml(examples.JUNIT, self.dice)
            if self.dice.random() < 0.6
            else broken(examples.JUNIT, self.dice)
        )
        self._check("/api/v1/import/junit", body, XML, None)

    def _item(self) -> tuple[Any, str]:
        """Return a good event with its new id, or a spoiled one with none."""
        if self.dice.random() < 0.5:
            return self._spoil_one(), ""
        name = f"good-{self.dice.getrandbits(80):020x}"
        event = dict(self.dice.choice(list(examples.OWN.values())))
        late = self.now - timedelta(seconds=self.dice.randrange(10**6))
        return event | {"event_id": name, "event_time": late.isoformat()}, name

    def _spoil_one(self) -> Any:
        self.spoiled += 1
        return spoiled(self.dice.choice(list(examples.OWN.values())), self.dice)

    def _check(
        self,
        path: str,
        body: bytes,
        kind: str,
        names: Sequence[str] | None,
        *,
        wanted: Set[str] = frozenset(),
        places: Set[str] = frozenset(),
    ) -> None:
        """Send a body, and look at the answer; once in twenty it is sent again, and answered the same."""
        status, answer = self.send(path, body, kind)
        self.statuses[status] += 1
        if status not in WHOLE:
            self._violated(f"The answer to {path} is {status}", body)
            return
        if status == 413 and len(body) > LARGEST:
            return
        results = answer.get("results", []) if isinstance(answer, dict) else []
        self.items.update(one["status"] for one in results)
        if strange := [one for one in results if one["status"] not in REFUSED | {TAKEN}]:
            self._violated(f"An item of {path} has the status {strange[0]['status']}", body)
        taken = {one.get("event_id") for one in results if one["status"] == TAKEN}
        asked = wanted | {name for name in names or () if name}
        if lost := asked - taken:
            self._violated(f"{path} lost the good event {sorted(lost)[0]}", body)
        if names is not None and len(results) != len(names) and status in {200, 207}:
            self._violated(f"{path} answered {len(results)} times for {len(names)} items", body)
        if lost := places - {one["place"] for one in results if one["status"] == TAKEN}:
            self._violated(f"{path} lost the good part {sorted(lost)[0]}", body)
        self.good |= asked & taken
        if asked and self.dice.random() < 0.05:
            self._again(path, body, kind, results)

    def _again(self, path: str, body: bytes, kind: str, before: Any) -> None:
        _, answer = self.send(path, body, kind)
        after = {one.get("event_id"): one for one in answer["results"]}
        if any(after.get(one["event_id"]) != one for one in before if one.get("event_id") in self.good):
            self._violated(f"{path} answers otherwise when asked again", body)

    def _violated(self, said: str, body: bytes) -> None:
        self.violations.append(f"{said}: {body[:300]!r}")


def results_of(trial: Trial) -> dict[str, Any]:
    """Return the figures of a trial."""
    return {
        "spoiled": trial.spoiled,
        "good": len(trial.good),
        "answers": {str(status): count for status, count in sorted(trial.statuses.items())},
        "items": {str(status): count for status, count in sorted(trial.items.items())},
        "violations": trial.violations,
    }


def as_json(body: bytes) -> Any:
    """Return an answer as JSON; None where it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return None
