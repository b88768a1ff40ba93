"""6. Inconsistent sites: are they found, are consistent ones kept, and what does it cost not to look."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .. import plots, tables
from ..damage import DAMAGES, damaged
from ..designs import EXPERTS, FOLDER, Design
from ..program import Program, ProgramFailure
from ..replicates import Experiment, Finished, Replicate
from ..settings import Settings
from ..tables import Row

NAME = "6-inconsistent"
TITLE = "Inconsistent sites"
SITES = 12
COUNTS = (1, 3)
CLEAN = "none"
COLUMNS = ("found", "consistentLeftOut", "robust", "plain", "robustLoss", "plainLoss")
HEADINGS = {
    "found": "inconsistent sites found", "consistentLeftOut": "consistent sites left out",
    "robust": "log-likelihood per row, --inconsistent exclude", "plain": "--inconsistent keep",
    "robustLoss": "loss to all sites consistent, --inconsistent exclude", "plainLoss": "loss, --inconsistent keep",
}  # fmt: skip


def plan(settings: Settings) -> list[Replicate]:
    sizes = settings.sizes
    cases = [(kind, count) for count in COUNTS for kind in DAMAGES]

    def replicate(name: str, seed: int, cases: Sequence[tuple[str, int]]) -> Replicate:
        design = Design(sizes.inconsistent_rows, sizes.test_rows, sites=SITES, profile="moderate", seed=seed)
        cost = design.rows / 20_000 + 1.2 * len(cases)
        return Replicate(NAME, f"{name}-{design.key}", design.fields, cost, work(design, cases))

    clean = [replicate("clean", seed, [(CLEAN, 0)]) for seed in range(1, sizes.clean_replicates + 1)]
    return clean + [replicate("inconsistent", seed, cases) for seed in range(1, sizes.inconsistent_replicates + 1)]


def work(design: Design, cases: Sequence[tuple[str, int]]) -> Any:
    def run(program: Program) -> list[Row]:
        design.simulate(program)
        program.run(
            "learn", f"{FOLDER}/shards/*.csv", "--target", "y", "--experts", EXPERTS, "--seed", design.seed,
            "--local-models", "local", "-o", "learned.json", "--quiet",
        )  # fmt: skip
        return [case(program, kind, count, design.seed) for kind, count in cases]

    return run


def case(program: Program, kind: str, count: int, seed: int) -> Row:
    """Damages `count` sites that the seed chooses, aggregates with and without a look at them, and scores both."""
    folder = program.folder / "damaged"
    folder.mkdir(exist_ok=True)
    paths = sorted((program.folder / "local").glob("*.json"))
    inconsistent = {paths[(seed + 4 * number) % len(paths)].stem for number in range(count)}
    for index, path in enumerate(paths):
        text = path.read_text()
        if path.stem in inconsistent:
            text = json.dumps(damaged(json.loads(text), kind, 1000 * seed + index))
        (folder / path.name).write_text(text)
    row: Row = {"damage": kind, "inconsistent": count, "inconsistentNames": sorted(inconsistent)}
    row |= aggregate(program, "exclude", seed) | aggregate(program, "keep", seed)
    left_out = set(row.get("leftOut") or [])
    row["found"] = len(left_out & inconsistent) / count if count and "leftOut" in row else None
    row["consistentLeftOut"] = len(left_out - inconsistent) / (len(paths) - count) if "leftOut" in row else None
    return row


def aggregate(program: Program, rule: str, seed: int) -> Row:
    """Log-likelihood per test row under `robust` or `plain`; the names left out under `leftOut`."""
    column = {"exclude": "robust", "keep": "plain"}[rule]
    try:
        summary = program.run_json("aggregate", "damaged/*.json", "--inconsistent", rule, "--seed", seed, "-o", f"{rule}.json")
        scores = program.run_json("evaluate", f"{rule}.json", f"{FOLDER}/test.csv")
    except ProgramFailure as failure:
        return {column: None, f"{column}Failure": str(failure)}
    row: Row = {column: scores["logLikelihoodPerRow"]}
    if rule == "exclude":
        row["leftOut"] = [Path(site["name"]).name.removesuffix(".json") for site in summary["aggregation"]["leftOut"]]
    return row


def report(results: list[Finished], folder: Path) -> None:
    table = [result.fields | case for result in results for case in result.result]
    add_losses(table)
    summary = tables.summarise(table, ("inconsistent", "damage"), COLUMNS)
    flat = [row | {name: " ".join(row.get(name) or []) for name in ("inconsistentNames", "leftOut")} for row in table]
    tables.write_csv(folder / "replicates.csv", flat)
    tables.write_csv(folder / "summary.csv", summary)
    named = [row | {"damage": f"{row['damage']}, {row['inconsistent']} of {SITES}"} for row in summary]
    text = [f"# {TITLE}", "", "Mean over replicates, standard deviation in brackets; shares from 0 to 1.", ""]
    text += [tables.summary_markdown(named, "damage", COLUMNS, HEADINGS), "", *failure_lines(table)]
    (folder / "summary.md").write_text("\n".join(text))
    if plots.available() and summary:
        draw(summary, folder / "inconsistent.svg")


def add_losses(table: list[Row]) -> None:
    """How far each score lies below that of the same data with all sites consistent, all of them taken."""
    clean = {row["replicate"]: row.get("plain") for row in table if row["damage"] == CLEAN}
    for row in table:
        best = clean.get(row["replicate"])
        for column in ("robust", "plain"):
            score = row.get(column)
            row[f"{column}Loss"] = None if best is None or score is None else best - score


def failure_lines(table: list[Row]) -> list[str]:
    lines = [
        f"- {row['damage']}, {row['inconsistent']} of {SITES}, replicate {row['replicate']}: {row[name]}"
        for row in table
        for name in ("robustFailure", "plainFailure")
        if row.get(name)
    ]
    return ["## No result", "", *lines, ""] if lines else []


def draw(summary: list[Row], path: Path) -> None:
    """Shares found, and the loss of log-likelihood."""
    found: dict[str, dict[str, float]] = {}
    loss: dict[str, dict[str, float]] = {}
    for row in summary:
        if row["damage"] == CLEAN:
            continue
        for column, name in (("found", "inconsistent, found"), ("consistentLeftOut", "consistent, left out")):
            if row[f"{column}Mean"] is not None:
                label = f"{row['inconsistent']} of {SITES} {name}"
                found.setdefault(row["damage"], {})[label] = row[f"{column}Mean"]
        for column, name in (("robust", "looked for"), ("plain", "not looked for")):
            if row[f"{column}LossMean"] is not None:
                label = f"{row['inconsistent']} of {SITES} {name}"
                loss.setdefault(row["damage"], {})[label] = max(row[f"{column}LossMean"], 1e-5)
    plots.bars(
        path,
        [
            (found, "share of sites", False),
            (loss, "loss of log-likelihood per test row\nto all sites consistent (at least 0.00001)", True),
        ],
    )


EXPERIMENT = Experiment(6, NAME, TITLE, plan, report)
