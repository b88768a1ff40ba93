"""`dmoe compare`: running it, and its JSON as rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from . import plots, tables
from .designs import EXPERTS, FOLDER, Design
from .program import Program
from .replicates import Finished, Replicate

#: Column of the tables, heading, and where it is in the JSON of an estimator.
SCORES = (
    ("logLikelihoodPerRow", "log-likelihood per row", ("scores", "logLikelihoodPerRow")),
    ("crps", "CRPS", ("scores", "crps")),
    ("rmse", "RMSE", ("scores", "rmse")),
    ("mae", "MAE", ("scores", "mae")),
    ("relativePredictionError", "relative prediction error", ("scores", "relativePredictionError")),
    ("divergenceMixture", "divergence from the average", ("divergence", "mixture")),
    ("divergencePooled", "divergence from the pooled fit", ("divergence", "pooled")),
    ("divergenceTruth", "divergence from the truth", ("divergence", "truth")),
    ("errorCoefficients", "error of coefficients", ("parameterError", "experts")),
    ("errorGate", "error of the gate", ("parameterError", "gates")),
    ("errorDispersion", "error of dispersions", ("parameterError", "dispersions")),
    ("randIndex", "Rand index", ("randIndex",)),
    ("adjustedRandIndex", "adjusted Rand index", ("adjustedRandIndex",)),
    ("clusteringError", "clustering error", ("clusteringError",)),
    ("bytesSent", "bytes sent", ("bytesSent",)),
    ("learningSeconds", "learning time, s", ("learningSeconds",)),
)  # fmt: skip
HEADINGS = {column: heading for column, heading, _ in SCORES}
COLUMNS = tuple(HEADINGS)
DIFFERENCE = "minusPooled"


def compare(program: Program, local_experts: int, methods: Sequence[str], *options: object) -> dict[str, Any]:
    """Compares on what `Design.simulate` wrote."""
    return program.run_json(
        "compare", f"{FOLDER}/shards/*.csv", "--target", "y", "--experts", local_experts,
        "--global-experts", EXPERTS, "--test", f"{FOLDER}/test.csv",
        "--truth", f"{FOLDER}/truth.json", "--groups", "group", "--methods", ",".join(methods), *options,
    )  # fmt: skip


def replicate(
    experiment: str, design: Design, methods: Sequence[str], cost: float, *options: object
) -> Replicate:
    """Simulates a design and compares; `cost` in seconds. Sites fit as many experts as they see groups."""

    def work(program: Program) -> dict[str, Any]:
        design.simulate(program)
        return compare(program, design.capacity, methods, *options, "--seed", design.seed)

    return Replicate(experiment, design.key, design.fields, cost, work)


def estimator_row(fields: dict[str, Any], estimator: dict[str, Any]) -> dict[str, Any]:
    """One estimator of one replicate; what the JSON does not have is None."""
    row = dict(fields) | {
        "estimator": estimator["title"],
        "method": estimator["method"],
        "rounds": estimator.get("rounds") or 0,
        "failure": estimator.get("failure"),
    }
    for column, _, path in SCORES:
        value: Any = estimator
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        row[column] = value
    return row


def rows(results: Iterable[Finished]) -> list[dict[str, Any]]:
    """A row for each estimator of each replicate, with the difference of its log-likelihood to the pooled fit's."""
    table: list[dict[str, Any]] = []
    for result in results:
        part = [estimator_row(result.fields, estimator) for estimator in result.result["estimators"]]
        pooled = next((row["logLikelihoodPerRow"] for row in part if row["method"] == "pooled"), None)
        for row in part:
            score = row["logLikelihoodPerRow"]
            row[DIFFERENCE] = None if score is None or pooled is None else score - pooled
        table += part
    return table


def report(
    table: list[dict[str, Any]], folder: Path, title: str, by: Sequence[str], entry: str = "estimator"
) -> None:
    """replicates.csv, and summaries as CSV and Markdown: a table for each `by`, a line for each `entry`."""
    columns = (*COLUMNS[:1], DIFFERENCE, *COLUMNS[1:])
    summary = tables.summarise(table, (*by, entry), columns)
    tables.write_csv(folder / "replicates.csv", table)
    tables.write_csv(folder / "summary.csv", summary)
    text = [f"# {title}", "", "Mean over replicates, standard deviation in brackets.", ""]
    for group in tables.distinct(summary, by):
        part = [row for row in summary if all(row[name] == group[name] for name in by)]
        text += ["## " + ", ".join(f"{name} {tables.number(value)}" for name, value in group.items()), ""]
        headings = HEADINGS | {DIFFERENCE: "minus the pooled fit's"}
        text += [tables.summary_markdown(part, entry, columns, headings), ""]
    text += failure_lines(table)
    (folder / "summary.md").write_text("\n".join(text))


def failure_lines(table: list[dict[str, Any]]) -> list[str]:
    failed = [row for row in table if row.get("failure")]
    if not failed:
        return []
    lines = [f"- {row['estimator']}, replicate {row['replicate']}: {row['failure']}" for row in failed]
    return ["## No result", "", *dict.fromkeys(lines), ""]


def boxes(table: list[tables.Row], path: Path, by: str) -> None:
    """Boxes of the difference to the pooled fit, a panel for each value of `by`; after extra rounds only transport."""
    if not plots.available():
        return
    panels: dict[str, dict[str, list[float]]] = {}
    for row in table:
        drawn = row["method"] in ("transport", "federated") or not row["rounds"]
        if drawn and row["method"] != "pooled" and row[DIFFERENCE] is not None:
            panel = panels.setdefault(str(row[by]), {})
            panel.setdefault(row["estimator"], []).append(row[DIFFERENCE])
    plots.boxes(path, panels, "log-likelihood per test row, minus the pooled fit's")
