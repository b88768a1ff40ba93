"""2. Sites that see three of the five groups each and fit three experts, into five global ones."""

from __future__ import annotations

from pathlib import Path

from .. import comparison
from ..designs import Design
from ..replicates import Experiment, Finished, Replicate
from ..settings import METHODS, Settings

NAME = "2-capacities"
TITLE = "Sites that see three of five groups each"


def plan(settings: Settings) -> list[Replicate]:
    return [
        comparison.replicate(NAME, design, METHODS, 10, "--rounds", 1)
        for seed in range(1, settings.sizes.capacity_replicates + 1)
        for design in [Design(100_000, settings.sizes.test_rows, capacity=3, seed=seed)]
    ]


def report(results: list[Finished], folder: Path) -> None:
    table = comparison.rows(results)
    comparison.report(table, folder, TITLE, ("profile", "rows"))
    comparison.boxes(table, folder / "scores.svg", "profile")


EXPERIMENT = Experiment(2, NAME, TITLE, plan, report)
