"""Runs validation suites and writes what they find into a results folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from twin import results, workers
from twin.basics.errors import ResultsError, TwinError, nearest
from twin.results import Manifest
from twin.validation import suites as catalogue
from twin.validation.check import Outcome, Suite
from twin.validation.folder import Answer, Part, counts, write_checks, write_series

Progress = Callable[..., None]
_FEW = 8  # names of cases that fit into a message


@dataclass(frozen=True)
class _Job:
    """One case of one suite; everything in it can be sent to another process."""

    suite: str
    case: str
    data: Path | None


def validate_physics(
    suites: Sequence[str] = (),
    cases: Sequence[str] = (),
    data: str | Path | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
    jobs: int = 1,
) -> Path:
    """Run validation suites and write a results folder.

    Parameters
    ----------
    suites, cases
        Names of suites and of cases; none: all.
    data
        Folder with reference data that are not shipped; a suite that misses some is skipped.
    out
        The results folder, new or empty; None makes one in `results/`.
    progress
        Called with the share done, 0-1, and words.
    jobs
        Cases at the same time, each in a process of its own.

    Returns
    -------
    Path
        The folder: manifest.json (kind "validation"; "interrupted" where Ctrl-C ended it), validation.json,
        series.parquet.

    Raises
    ------
    TwinError
        Unknown suite or case, a data folder that is not there, nothing that could be run, or results that
        cannot be written.
    """
    folder_of_data = _data_folder(data)
    parts = _chosen(catalogue.suites(), suites, cases, folder_of_data)
    todo = [_Job(part.suite.name, case, folder_of_data) for part in _running(parts) for case in part.asked]
    if jobs > 1:
        _compile()
    folder = results.make_folder(out, results.run_id("validation", "physics"))
    manifest = Manifest(folder, _about(parts))
    try:
        done = _Collector(folder, parts, len(todo), progress)
        done.write()
        if jobs <= 1 or len(todo) == 1:
            _serial(todo, done)
        else:
            _parallel(todo, jobs, done)
        done.write()
        write_series(folder, parts)
        manifest.finish("interrupted" if done.interrupted else "complete", **counts(parts))
        return folder
    except BaseException as error:
        with suppress(TwinError):  # a full disk may refuse this too; then it still says "running"
            manifest.fail(error)
        raise


def _data_folder(data: str | Path | None) -> Path | None:
    if data is None:
        return None
    folder = Path(data)
    if not folder.is_dir():
        raise TwinError("there is no such folder of reference data", key="--data", value=str(data))
    return folder.resolve()


def _chosen(
    known: Sequence[Suite], suites: Sequence[str], cases: Sequence[str], data: Path | None
) -> list[Part]:
    """The suites that were asked for, with their cases; raises TwinError for names that do not exist."""
    names = [suite.name for suite in known]
    for name in suites:
        if name not in names:
            raise TwinError(
                "no suite of that name",
                key="--suite",
                value=name,
                allowed=", ".join(names),
                suggestion=nearest(name, names),
            )
    picked = [suite for suite in known if not suites or suite.name in suites]
    there = list(dict.fromkeys(case for suite in picked for case in suite.cases))
    for case in cases:
        if case not in there:
            raise _no_case(case, there, known, picked)
    parts = [
        Part(suite, asked, _missing(suite, data))
        for suite in picked
        if (asked := tuple(case for case in suite.cases if not cases or case in cases))
    ]
    if not _running(parts):
        raise TwinError("nothing can be run: " + "; ".join(f"{p.suite.name} {p.skipped}" for p in parts))
    return parts


def _no_case(case: str, there: Sequence[str], known: Sequence[Suite], picked: Sequence[Suite]) -> TwinError:
    """What to say of a case that none of the picked suites has."""
    where = f" in {', '.join(suite.name for suite in picked)}" if len(picked) < len(known) else ""
    others = ", ".join(suite.name for suite in known if case in suite.cases)
    allowed = ", ".join(there) if len(there) <= _FEW and not others else None
    return TwinError(
        f"no case of that name{where}" + (f"; there is one in {others}" if others else ""),
        key="--case",
        value=case,
        allowed=allowed,
        suggestion=None if others else nearest(case, there),
    )


def _missing(suite: Suite, data: Path | None) -> str:
    """Why a suite cannot be run; empty where it can."""
    if not suite.data:
        return ""
    origin = f" ({suite.data_from})" if suite.data_from else ""
    if data is None:
        return f"needs reference data that are not shipped: --data FOLDER with {suite.data} in it{origin}"
    there = (data / suite.data).exists()
    return "" if there else f"needs {suite.data}, which is not in the data folder{origin}"


def _running(parts: Sequence[Part]) -> list[Part]:
    return [part for part in parts if not part.skipped]


def _compile() -> None:
    """Compile before processes start: each of them would."""
    from twin.physics.compile import is_compiled

    if is_compiled():
        return
    from twin.building.assembly import assemble
    from twin.scenario.catalog import load_scenario
    from twin.simulator import Simulator

    building = assemble(load_scenario("classroom", {"run": {"days": 1, "warm_up_days": 0}}), [0])
    Simulator(building).advance(np.repeat(building.command_default[None, :], 1, axis=0), 1)


def _about(parts: Sequence[Part]) -> dict[str, Any]:
    return {
        "kind": "validation",
        "title": "Validation of the physics",
        "suites": [part.suite.name for part in parts],
        "skipped": {part.suite.name: part.skipped for part in parts if part.skipped},
        "hashes": {"physics": results.physics_hash()},
    }


@dataclass
class _Collector:
    """What is finished; validation.json is written anew with every case, so a kill loses one case."""

    folder: Path
    parts: list[Part]
    total: int
    progress: Progress | None
    interrupted: bool = False
    finished: int = 0

    def interrupt(self) -> None:
        """Note that Ctrl-C came."""
        self.interrupted = True

    def take(self, job: _Job, answer: Answer) -> None:
        """Keep what a case gave."""
        part = next(part for part in self.parts if part.suite.name == job.suite)
        part.answers[job.case] = answer
        self.finished += 1
        self.write()
        self.show(job)

    def show(self, job: _Job) -> None:
        """Tell how far all cases together are."""
        if self.progress is not None:
            self.progress(self.finished / self.total, f"{job.suite} {job.case}")

    def write(self) -> None:
        """Write validation.json."""
        write_checks(self.folder, self.parts)


def _serial(todo: Sequence[_Job], done: _Collector) -> None:
    for job in todo:
        done.show(job)
        try:
            done.take(job, _run_job(job))
        except KeyboardInterrupt:
            done.interrupt()
            return


def _parallel(todo: Sequence[_Job], jobs: int, done: _Collector) -> None:
    try:
        for job, answer in workers.each(_run_job, todo, jobs, done.interrupt):
            if answer is None:
                done.interrupt()
            else:
                done.take(job, answer)
    except BrokenProcessPool as error:
        raise ResultsError(
            "a case was ended from outside (killed, or out of memory); finished cases are kept",
            file=done.folder,
            allowed="fewer jobs at a time where memory is short",
        ) from error


def _run_job(job: _Job) -> Answer:
    """Run one case; bad input ends the case, not the others."""
    suite = next(suite for suite in catalogue.suites() if suite.name == job.suite)
    begin = time.perf_counter()
    try:
        outcome, error = suite.run(job.case, job.data), ""
    except TwinError as found:
        outcome, error = Outcome(()), str(found)
    return Answer(outcome, round(time.perf_counter() - begin, 3), error)
