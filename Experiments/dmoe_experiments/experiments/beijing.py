"""7. Hourly PM2.5 at twelve stations of Beijing, the last year held out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from .. import comparison, plots
from ..covariates import concatenate
from ..program import Program
from ..replicates import Experiment, Finished, Replicate, log
from ..settings import REPOSITORY, Settings
from ..tables import Row

NAME = "7-beijing"
TITLE = "Beijing air quality, out of time"
METHODS = ("pooled", "mixture", "published", "distillation", "transport")
PREPARE = REPOSITORY.parent / "shared" / "tools" / "prepare_beijing.py"
#: train/STATION.csv and test/STATION.csv.
TABLES = REPOSITORY / "Experiments" / "data" / "beijing"
MISSING = f"""\
7-beijing is left out: there are no tables in {TABLES.relative_to(REPOSITORY)}.
  The data are Beijing Multi-Site Air Quality, UCI Machine Learning Repository no. 501 (CC BY 4.0): fetch the archive
  from archive.ics.uci.edu/dataset/501 and write train/STATION.csv and test/STATION.csv there, target PM2.5, as
  Experiments/README.md describes."""


def plan(settings: Settings) -> list[Replicate]:
    if not prepared():
        log(MISSING)
        return []
    return [
        Replicate(NAME, f"k{experts}", {"experts": experts, "replicate": 1}, 6 * experts, work(experts))
        for experts in settings.sizes.beijing_experts
    ]


def prepared() -> bool:
    """Whether the tables are there; makes them where the tool and its data are."""
    if list(TABLES.glob("train/*.csv")) and list(TABLES.glob("test/*.csv")):
        return True
    if not PREPARE.exists():
        return False
    log("preparing the tables of Beijing ...")
    partial = TABLES.with_name("beijing.partial")
    outcome = subprocess.run(
        [sys.executable, str(PREPARE), str(partial)], capture_output=True, text=True, check=False
    )
    if outcome.returncode != 0:
        log("the tables of Beijing could not be made: " + (outcome.stderr.strip().splitlines() or [""])[-1])
        return False
    partial.rename(TABLES)
    return True


def work(experts: int) -> Any:
    def run(program: Program) -> dict[str, Any]:
        (program.folder / "train").symlink_to(TABLES / "train")
        concatenate(sorted(TABLES.glob("test/*.csv")), program.folder / "test.csv")
        return program.run_json(
            "compare", "train/*.csv", "--target", "PM2.5", "--experts", experts, "--test", "test.csv",
            "--methods", ",".join(METHODS), "--rounds", 1,
        )  # fmt: skip

    return run


def report(results: list[Finished], folder: Path) -> None:
    table = comparison.rows(results)
    comparison.report(table, folder, TITLE, ("experts",))
    if plots.available():
        draw(table, folder / "experts.svg")


def draw(table: list[Row], path: Path) -> None:
    def series(column: str) -> dict[str, list[tuple[float, float]]]:
        result: dict[str, list[tuple[float, float]]] = {}
        for row in table:
            if row[column] is not None:
                result.setdefault(row["estimator"], []).append((row["experts"], row[column]))
        return result

    panels = [
        (series("logLikelihoodPerRow"), "log-likelihood per test row (log of 1/(µg/m³))"),
        (series("crps"), "CRPS, µg/m³"),
    ]
    plots.lines(path, panels, "experts")


EXPERIMENT = Experiment(7, NAME, TITLE, plan, report)
