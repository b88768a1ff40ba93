"""3. Learning time and scores against the number of sites."""

from __future__ import annotations

from pathlib import Path

from .. import comparison, plots
from ..designs import Design
from ..replicates import Experiment, Finished, Replicate
from ..settings import METHODS, Settings
from ..tables import Row, summarise

NAME = "3-sites"
TITLE = "Number of sites"
SITES = (4, 8, 16, 32, 64, 128)
#: What is drawn; the tables have all.
DRAWN = ("pooled", "mixture", "published", "distillation", "transport", "federated")


def plan(settings: Settings) -> list[Replicate]:
    sizes = settings.sizes
    return [
        comparison.replicate(NAME, design, METHODS, (6 + design.sites / 3) * design.rows / 100_000)
        for rows in sizes.site_rows
        for seed in range(1, sizes.site_replicates + 1)
        for sites in SITES
        for design in [Design(rows, sizes.test_rows, sites=sites, seed=seed)]
    ]


def report(results: list[Finished], folder: Path) -> None:
    table = comparison.rows(results)
    comparison.report(table, folder, TITLE, ("rows", "sites"))
    if not plots.available():
        return
    for rows in dict.fromkeys(row["rows"] for row in table):
        draw([row for row in table if row["rows"] == rows], folder / f"sites-n{rows}.svg")


def draw(table: list[Row], path: Path) -> None:
    """Means over the replicates, against the number of sites."""
    columns = ("learningSeconds", comparison.DIFFERENCE)
    drawn = summarise([row for row in table if row["method"] in DRAWN], ("estimator", "sites"), columns)

    def series(column: str) -> dict[str, list[tuple[float, float]]]:
        result: dict[str, list[tuple[float, float]]] = {}
        for row in drawn:
            if row[f"{column}Mean"] is not None:
                result.setdefault(row["estimator"], []).append((row["sites"], row[f"{column}Mean"]))
        return result

    panels = [
        (series(columns[0]), "learning time, s"),
        (series(columns[1]), "log-likelihood per test row,\nminus the pooled fit's"),
    ]
    plots.lines(path, panels, "sites", log_x=True, log_y=(True, False))


EXPERIMENT = Experiment(3, NAME, TITLE, plan, report)
