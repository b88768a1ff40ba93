"""5. Sites that lean to one region of x each, under one p(y | x)."""

from __future__ import annotations

from pathlib import Path

from .. import comparison
from ..designs import Design
from ..replicates import Experiment, Finished, Replicate
from ..settings import METHODS, Settings

NAME = "5-shift"
TITLE = "Sites that lean to regions of x"


def plan(settings: Settings) -> list[Replicate]:
    return [
        comparison.replicate(NAME, design, METHODS, 10, "--rounds", 1)
        for seed in range(1, settings.sizes.shift_replicates + 1)
        for design in [Design(100_000, settings.sizes.test_rows, profile="moderate", shift=True, seed=seed)]
    ]


def report(results: list[Finished], folder: Path) -> None:
    table = comparison.rows(results)
    comparison.report(table, folder, TITLE, ("profile", "rows"))
    comparison.boxes(table, folder / "scores.svg", "profile")


EXPERIMENT = Experiment(5, NAME, TITLE, plan, report)
