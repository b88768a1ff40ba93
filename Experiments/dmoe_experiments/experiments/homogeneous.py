"""1. Sites of one distribution: every estimator, five experts at each of sixteen sites and in the global model."""

from __future__ import annotations

from pathlib import Path

from .. import comparison
from ..designs import Design
from ..replicates import Experiment, Finished, Replicate
from ..settings import METHODS, PROFILES, Settings

NAME = "1-homogeneous"
TITLE = "Sites of one distribution"


def plan(settings: Settings) -> list[Replicate]:
    sizes = settings.sizes
    return [
        comparison.replicate(
            NAME, Design(rows, sizes.test_rows, profile=profile, seed=seed), METHODS, 10 * rows / 100_000, "--rounds", 1
        )
        for rows in sizes.homogeneous_rows
        for seed in range(1, sizes.homogeneous_replicates + 1)
        for profile in PROFILES
    ]


def report(results: list[Finished], folder: Path) -> None:
    table = comparison.rows(results)
    comparison.report(table, folder, TITLE, ("profile", "rows"))
    for rows in dict.fromkeys(row["rows"] for row in table):
        part = [row for row in table if row["rows"] == rows]
        comparison.boxes(part, folder / f"scores-n{rows}.svg", "profile")


EXPERIMENT = Experiment(1, NAME, TITLE, plan, report)
