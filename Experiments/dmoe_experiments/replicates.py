"""Replicates: each is run once, its result kept as JSON, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .program import Program
from .settings import Settings


@dataclass(frozen=True)
class Replicate:
    """One data set and what is run on it.

    `key` names its file and must name everything that decides the result. `fields` are columns of the tables. `cost`
    is a guess of its seconds, for the time left. `work` gets a program in an empty folder that is removed afterwards.
    """

    experiment: str
    key: str
    fields: dict[str, Any]
    cost: float
    work: Callable[[Program], Any]

    def path(self, results: Path) -> Path:
        return results / self.experiment / "replicates" / f"{self.key}.json"


@dataclass(frozen=True)
class Finished:
    fields: dict[str, Any]
    result: Any


@dataclass(frozen=True)
class Experiment:
    """`plan` lists the replicates, `report` makes tables and plots in a folder from those that are finished."""

    number: int
    name: str
    title: str
    plan: Callable[[Settings], list[Replicate]]
    report: Callable[[list[Finished], Path], None]


def finished(replicates: Iterable[Replicate], results: Path) -> list[Finished]:
    """Those whose file exists, in the order given."""
    paths = ((replicate, replicate.path(results)) for replicate in replicates)
    return [
        Finished(replicate.fields, json.loads(path.read_text())["result"]) for replicate, path in paths if path.exists()
    ]


def run(replicate: Replicate, settings: Settings) -> None:
    """Runs a replicate and keeps its result, whole or not at all."""
    path = replicate.path(settings.results)
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="work-", dir=settings.results))
    try:
        program = Program(settings.program, folder, settings.seconds)
        start = time.monotonic()
        result = replicate.work(program)
        kept = {
            "fields": replicate.fields,
            "seconds": time.monotonic() - start,
            "commands": program.commands,
            "result": result,
        }
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(kept, indent=1))
        os.replace(partial, path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_missing(replicates: list[Replicate], settings: Settings) -> list[str]:
    """Runs what has no result yet, with progress on standard error; returns a line for each failure."""
    missing = [replicate for replicate in replicates if not replicate.path(settings.results).exists()]
    if len(missing) < len(replicates):
        log(f"{len(replicates) - len(missing)} of {len(replicates)} replicates are there already")
    failures: list[str] = []
    start, done = time.monotonic(), 0.0
    for number, replicate in enumerate(missing, 1):
        rest = sum(other.cost for other in missing[number - 1 :])
        left = rest * ((time.monotonic() - start) / done if done > 0 else 1)
        log(f"[{number}/{len(missing)}, about {duration(left)} left] {replicate.experiment} {replicate.key}")
        try:
            run(replicate, settings)
        except Exception as error:  # noqa: BLE001: one replicate must not end the others, whatever befell it
            failures.append(f"{replicate.experiment} {replicate.key}: {error or type(error).__name__}")
            log("  failed: " + failures[-1])
        done += replicate.cost
    return failures


def duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def log(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
