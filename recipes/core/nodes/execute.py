"""Do one node's work and judge it: the session, the kind's `run`, the tests, the outcome."""

from __future__ import annotations

import json
import time
import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from kitchens.core.stores import open_store
from kitchens.core.stores.base import Limits, Part, Session, Source, StoreAddress, StoreError, Version
from kitchens.core.stores.sources import SourceRules
from recipes.core.checks import CheckContext, Planner, Thrift
from recipes.core.checks.history import Past
from recipes.core.checks.told.asking import Told
from recipes.core.nodes import kinds
from recipes.core.nodes.base import Job, Measured, Outcome
from recipes.core.nodes.keeping import MOST_KEPT, may_keep
from recipes.core.nodes.traces import sentence, user_trace
from recipes.core.nodes.work import NodeError, Work
from recipes.core.values import to_python


def execute(work: Work) -> Outcome:
    """Return the outcome of the work; never raises but for what no process survives."""
    try:
        job = work.job
        work.values = {name: to_python(value["type"], value["value"]) for name, value in job.values.items()}
        if job.store:
            work.opener = lambda: _open(job)
        try:
            kinds.runner(job.node.kind)(work)
            return _judge(work)
        finally:
            if work.session:
                work.session.leave()
    except NodeError as error:
        return _failed(work, error)
    except MemoryError:
        reason = f"The node needed more memory than its limit of {work.job.limits.memory_mb} MB."
        return _failed(work, NodeError(reason))
    except StoreError as error:
        return _failed(work, NodeError(work.quoting_no_value(str(error))))
    except Exception as error:  # noqa: BLE001 - the border of the process: whatever it was becomes the outcome
        detail = user_trace(error, work.folder, work.said) if work.said else traceback.format_exc()
        return _failed(work, NodeError(sentence(error, work.folder, work.said), detail=detail))


def _open(job: Job) -> Session:
    rules = replace(SourceRules.from_environment(), roots=job.source_roots)
    store = open_store(StoreAddress(**job.store), rules)
    return store.session(
        {name: Version.from_dict(raw) for name, raw in job.manifest.items()},
        job.attempt,
        sources={name: Source(**source.model_dump(exclude={"line"})) for name, source in job.sources.items()},
        connections=job.connections,
        limits=Limits(memory_mb=job.limits.memory_mb, disk_mb=job.limits.disk_mb, seconds=job.limits.seconds),
    ).__enter__()


def _judge(work: Work) -> Outcome:
    """Evaluate the node's tests on what it staged, and return the outcome of the node."""
    job = work.job
    written = _written(work)
    tests = [test for test in job.tests if not test.automatic or test.dataset in written]
    if not tests:
        return _outcome(work, ok=True)
    context = CheckContext(
        as_of=datetime.fromisoformat(job.as_of),
        dialect=job.dialect,
        datasets=tuple(sorted({*job.manifest, *(staged.dataset for staged in work.staged)})),
        files=job.files,
        values=job.values,
        folder=work.folder,
        log=work.log,
        slot=datetime.fromisoformat(job.slot) if job.slot else None,
        on_demand=job.on_demand,
        written=written,
        past={name: Past.from_dict(raw) for name, raw in job.past.items()},
        spans=_spans(work),
        told={name: Told.model_validate(told) for name, told in job.told.items()},
        spent=_spent(work),
        personal=job.personal,
    )
    planner = Planner(tests, work.data(), context, Thrift(keep=may_keep(job)))
    work.log(f"{planner.plan.sentence}.")
    results = planner.run()
    for result in results:
        work.log(f"Test {result.test}: {result.verdict}. {result.sentence}")
    kept = planner.found if may_keep(job) else {}
    found = {"plan": planner.plan.sentence, "kept": kept if len(json.dumps(kept)) <= MOST_KEPT else {}}
    return _outcome(work, ok=True, tests=results).model_copy(update=found)


def _written(work: Work) -> dict[str, tuple[Part, ...]]:
    """Return the parts that hold the rows this node wrote, by dataset; what it left alone is not watched."""
    found = {staged.dataset: staged.added for staged in work.staged}
    for dataset, names in work.job.added.items():
        version = work.data().seen(dataset)
        if version is not None:
            found[dataset] = tuple(part for part in version.parts if part.name in names)
    return found


def _spans(work: Work) -> dict[str, float]:
    """Return the seconds this node has taken, and those since the run began and since its slot, by the run's clock."""
    spans = {"node": time.monotonic() - work.began}
    now = datetime.now(UTC) + timedelta(seconds=work.job.clock_shift)
    for name, start in (("run", work.job.began), ("slot", work.job.slot)):
        if start:
            spans[name] = max(0.0, (now - datetime.fromisoformat(start)).total_seconds())
    return spans


def _spent(work: Work) -> dict[str, float]:
    """Return the rows that the node was asked to write, and the bytes of the parts it has added."""
    return {
        "rows": float(sum(staged.rows_written for staged in work.staged)),
        "bytes": float(sum(part.bytes for staged in work.staged for part in staged.added)),
    }


def _failed(work: Work, error: NodeError) -> Outcome:
    work.log(error.detail or error.reason)
    how = {
        "reason": error.reason,
        "detail": error.detail,
        "retryable": error.retryable,
        "exit_code": error.exit_code,
    }
    return _outcome(work, ok=False).model_copy(update=how)


def _outcome(work: Work, *, ok: bool, tests: tuple[Measured, ...] = ()) -> Outcome:
    return Outcome(
        ok=ok,
        measures=work.measures,
        staged=tuple(staged.as_dict() for staged in work.staged),
        reads=tuple(sorted(work.reads)),
        tests=tests,
        sql=work.session.executed() if work.session else (),
    )
