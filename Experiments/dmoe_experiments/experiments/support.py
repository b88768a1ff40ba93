"""4. How many support points, and from where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .. import comparison, covariates, plots
from ..designs import EXPERTS, FOLDER, Design
from ..program import USAGE_EXIT_CODE, Program, ProgramFailure
from ..replicates import Experiment, Finished, Replicate
from ..settings import Settings
from ..tables import Row, summarise

NAME = "4-support"
TITLE = "Size and source of the support"
SIZES = (30, 100, 300, 1000, 3000, 5000)
#: The least size that the program takes, where it refuses a smaller one.
LEAST_SIZE = 50
MARGINALS = "marginals.csv"
#: Source and the options that give it.
SOURCES: dict[str, tuple[str, ...]] = {
    "x of all sites": ("--support", f"{FOLDER}/shards/*.csv"),
    "x of one site": ("--support", f"{FOLDER}/shards/shard-01.csv"),
    "sketches": (),
    "independent marginals": ("--support", MARGINALS),
}
METHODS = ("published", "transport")
REFERENCES = ("pooled", "mixture")


def plan(settings: Settings) -> list[Replicate]:
    sizes = settings.sizes
    return [
        Replicate(NAME, design.key, design.fields | {"sites differ": differ}, 1.6 * design.rows / 1000, work(design))
        for seed in range(1, sizes.support_replicates + 1)
        for differ, shift in (("no", False), ("in x", True))
        for design in [Design(sizes.support_rows, sizes.test_rows, profile="moderate", shift=shift, seed=seed)]
    ]


def work(design: Design) -> Any:
    def run(program: Program) -> list[dict[str, Any]]:
        design.simulate(program)
        shards = sorted((program.folder / FOLDER / "shards").glob("*.csv"))
        moments = covariates.means_and_deviations(shards, "y")
        covariates.write_independent_normals(program.folder / MARGINALS, moments, max(SIZES), design.seed)
        seed = ("--seed", design.seed)
        references = comparison.compare(program, EXPERTS, REFERENCES, *seed)
        cells: list[dict[str, Any]] = [{"source": "", "size": None, "estimators": references["estimators"]}]
        for source, options in SOURCES.items():
            for size in SIZES:
                taken, found = with_support(program, size, *options, *seed)
                cells.append({"source": source, "size": taken, "estimators": found["estimators"]})
        return cells

    return run


def with_support(program: Program, size: int, *options: object) -> tuple[int, dict[str, Any]]:
    """The size that was taken, and the comparison."""
    try:
        return size, comparison.compare(program, EXPERTS, METHODS, "--support-size", size, *options)
    except ProgramFailure as failure:
        if failure.exit_code != USAGE_EXIT_CODE or size >= LEAST_SIZE:
            raise
    return with_support(program, LEAST_SIZE, *options)


def report(results: list[Finished], folder: Path) -> None:
    table = rows(results)
    comparison.report(table, folder, TITLE, ("sites differ", "estimator"), entry="support")
    if plots.available():
        for differ in dict.fromkeys(row["sites differ"] for row in table):
            part = [row for row in table if row["sites differ"] == differ]
            draw(part, folder / f"support-{differ.replace(' ', '-')}.svg")


def rows(results: list[Finished]) -> list[Row]:
    """Of all cells; the difference is to the pooled fit of the same data."""
    table: list[Row] = []
    for result in results:
        cells = [
            Finished(
                result.fields
                | {
                    "source": cell["source"],
                    "size": cell["size"],
                    "support": f"{cell['source']}, {cell['size']:,}" if cell["size"] else "as usual",
                },
                cell,
            )
            for cell in result.result
        ]
        part = comparison.rows(cells)
        pooled = next((row["logLikelihoodPerRow"] for row in part if row["method"] == "pooled"), None)
        for row in part:
            if pooled is not None and row["logLikelihoodPerRow"] is not None:
                row[comparison.DIFFERENCE] = row["logLikelihoodPerRow"] - pooled
        table += part
    return table


def draw(table: list[Row], path: Path) -> None:
    """How far below the pooled fit, against the size: a panel for each estimator, a line for each source."""
    given = [row for row in table if row["size"] is not None and row[comparison.DIFFERENCE] is not None]
    panels = []
    for estimator in dict.fromkeys(row["estimator"] for row in given):
        series: dict[str, list[tuple[float, float]]] = {}
        part = [row for row in given if row["estimator"] == estimator]
        for row in summarise(part, ("source", "size"), (comparison.DIFFERENCE,)):
            series.setdefault(row["source"], []).append((row["size"], row[f"{comparison.DIFFERENCE}Mean"]))
        panels.append((series, f"{estimator}: log-likelihood\na test row, minus the pooled fit's"))
    plots.lines(path, panels, "support points", log_x=True)


EXPERIMENT = Experiment(4, NAME, TITLE, plan, report)
