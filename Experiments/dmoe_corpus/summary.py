"""Runs as tables: a line for each set and number of experts, means over cuts, and what they come to."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Any

from dmoe_experiments import tables
from dmoe_experiments.replicates import Finished
from dmoe_experiments.tables import Row

from .scores import METHODS, POOLED

#: A regret above this is one too many.
LIMIT = 0.01


def lines(results: Sequence[Finished]) -> list[Row]:
    """A row for each set and number of experts, in order of appearance."""
    result: list[Row] = []
    for group in tables.distinct([run.fields for run in results], ("part", "set", "experts")):
        runs = [run.result for run in results if all(run.fields[name] == group[name] for name in group)]
        gain, loss = _mean(runs, "gain"), _mean(runs, "loss")
        result.append(group | {
            "cuts": len(runs), "sites": runs[0]["sites"], "testRows": runs[0]["testRows"],
            "loss": loss, "lossError": _size(runs, "lossError"),
            "lossWorst": max(run["loss"] for run in runs),
            "gain": gain, "lossShare": loss / gain if gain > 0 else None,
            "regret": _mean(runs, "regret"), "regretError": _size(runs, "regretError"),
            "regretWorst": max(run["regret"] for run in runs),
            "best": _best(runs),
            "notFitted": _count(runs, "notFitted"), "leftOut": _count(runs, "leftOut"), "named": _count(runs, "named"),
            "seconds": _mean(runs, "seconds"),
            "logLikelihoodPerRow": _methods(runs),
        })  # fmt: skip
    return result


def _mean(runs: Sequence[Row], name: str) -> float:
    return statistics.fmean(run[name] for run in runs)


def _size(runs: Sequence[Row], name: str) -> float | None:
    """The standard error of one cut, its quadratic mean over cuts: cuts share rows, and more of them add little."""
    known = [run[name] ** 2 for run in runs if run[name] is not None]
    return math.sqrt(statistics.fmean(known)) if known else None


def _count(runs: Sequence[Row], name: str) -> float:
    return statistics.fmean(len(run[name]) for run in runs)


def _best(runs: Sequence[Row]) -> str:
    """The candidate that most halves chose."""
    chosen = [method for run in runs for method in run["best"]]
    return max(dict.fromkeys(chosen), key=chosen.count)


def _methods(runs: Sequence[Row]) -> dict[str, float]:
    """Mean log-likelihoods per row of the methods that every cut has."""
    scores = [run["logLikelihoodPerRow"] for run in runs]
    return {name: statistics.fmean(s[name] for s in scores) for name in METHODS if all(name in s for s in scores)}


def totals(rows: Sequence[Row]) -> list[str]:
    """A line for each part of the corpus."""
    return [_total(group["part"], [row for row in rows if row["part"] == group["part"]])
            for group in tables.distinct(rows, ("part",))]  # fmt: skip


def _total(part: str, rows: Sequence[Row]) -> str:
    def said(name: str) -> str:
        worst = max(rows, key=lambda row: row[name])
        values = [row[name] for row in rows]
        middle = f"mean {name} {_number(statistics.fmean(values))}, median {_number(statistics.median(values))}"
        return f"{middle}, worst {_number(worst[name])} ({_label(worst)})"

    above = [_label(row) for row in rows if row["regret"] > LIMIT]
    return (
        f"{part}: {len(rows)} of set and K; {said('loss')}; {said('regret')}; "
        f"regret above {LIMIT} in {len(above)}{': ' if above else ''}{', '.join(above)}; "
        f"sites in a run not fitted {statistics.fmean(row['notFitted'] for row in rows):.2f}, "
        f"left out {statistics.fmean(row['leftOut'] for row in rows):.2f}, "
        f"named {statistics.fmean(row['named'] for row in rows):.2f}"
    )


def _label(row: Row) -> str:
    return f"{row['set']} K={row['experts']}"


def losses(rows: Sequence[Row]) -> str:
    """The table of losses and regrets."""
    header = ["set", "K", "sites", "test rows", "pooled", "loss", "± se", "% of gain", "regret", "± se", "best",
              "not fitted", "left out", "named", "s"]  # fmt: skip
    return tables.markdown(header, [
        [row["set"], str(row["experts"]), str(row["sites"]), str(row["testRows"]),
         _number(row["logLikelihoodPerRow"].get(POOLED)), _number(row["loss"]), _number(row["lossError"]),
         "" if row["lossShare"] is None else f"{round(100 * row['lossShare'], 1) + 0.0:.1f}",
         _number(row["regret"]), _number(row["regretError"]), row["best"],
         f"{row['notFitted']:g}", f"{row['leftOut']:g}", f"{row['named']:g}", f"{row['seconds']:.1f}"]
        for row in rows
    ])  # fmt: skip


def methods(rows: Sequence[Row]) -> str:
    """The pooled fit's log-likelihood per test row, and what the others have less."""
    body = []
    for row in rows:
        scores = row["logLikelihoodPerRow"]
        less = [_number(scores[POOLED] - scores[name] if name in scores else None) for name in METHODS[1:]]
        body.append([row["set"], str(row["experts"]), _number(scores[POOLED]), _number(row["gain"]), *less])
    return tables.markdown(["set", "K", "pooled", "no covariates", *METHODS[1:]], body)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.1e}" if abs(value) >= 1e5 else f"{round(value, 4) + 0.0:.4f}"


def report(results: Sequence[Finished], title: str, failures: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """The page as Markdown, and the same as an object for a JSON file."""
    rows = lines(results)
    units = "Log-likelihood per test row, means over cuts; standard errors (se) are those of one cut, paired."
    text = [f"# {title}", "", units, "", losses(rows), ""]
    text += [f"- {line}" for line in totals(rows)]
    text += ["", "## Less than the pooled fit", "", methods(rows), ""]
    if failures:
        text += ["## No result", "", *(f"- {line}" for line in failures), ""]
    return "\n".join(text), {
        "title": title, "summary": totals(rows), "lines": rows, "failures": list(failures),
        "runs": [run.fields | run.result for run in results],
    }  # fmt: skip
