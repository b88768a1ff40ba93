"""CSV and Markdown tables of rows, which are dictionaries."""

from __future__ import annotations

import csv
import math
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def distinct(rows: Iterable[Row], names: Sequence[str]) -> list[Row]:
    """The different values of the named columns, in order of appearance."""
    keys = dict.fromkeys(tuple(row[name] for name in names) for row in rows)
    return [dict(zip(names, key)) for key in keys]


def summarise(rows: Sequence[Row], by: Sequence[str], columns: Sequence[str]) -> list[Row]:
    """For each group: `count`, and mean and standard deviation (of n - 1; None for one value) of each column.

    Missing values are left out; a column without any has None.
    """
    result: list[Row] = []
    for group in distinct(rows, by):
        members = [row for row in rows if all(row[name] == group[name] for name in by)]
        summary: Row = dict(group) | {"count": len(members)}
        for column in columns:
            values = [row[column] for row in members if row.get(column) is not None]
            summary[f"{column}Mean"] = statistics.fmean(values) if values else None
            summary[f"{column}Deviation"] = statistics.stdev(values) if len(values) > 1 else None
        result.append(summary)
    return result


def decimals(values: Iterable[float | None], digits: int) -> int:
    """Decimals that show `digits` digits of the smallest size in sight that is not 0; at most 6."""
    sizes = [abs(value) for value in values if value is not None and value != 0 and math.isfinite(value)]
    if not sizes:
        return digits
    return min(6, max(0, digits - 1 - math.floor(math.log10(min(sizes)))))


def summary_markdown(summary: Sequence[Row], by: str, columns: Sequence[str], headings: dict[str, str]) -> str:
    """Rows of `summarise` as "mean (deviation)"; columns without a value are left out."""
    shown = [column for column in columns if any(row[f"{column}Mean"] is not None for row in summary)]
    cells = {column: _mean_and_deviation(summary, column) for column in shown}
    body = [[str(row[by]), *(cells[column][index] for column in shown)] for index, row in enumerate(summary)]
    return markdown([by, *(headings.get(column, column) for column in shown)], body)


def _mean_and_deviation(summary: Sequence[Row], column: str) -> list[str]:
    means = [row[f"{column}Mean"] for row in summary]
    deviations = [row[f"{column}Deviation"] for row in summary]
    known = [deviation for deviation in deviations if deviation]
    places = decimals(known, 2) if known else decimals(means, 4)
    return [
        "" if mean is None
        else f"{mean:,.{places}f}" if deviation is None
        else f"{mean:,.{places}f} ({deviation:,.{places}f})"
        for mean, deviation in zip(means, deviations)
    ]  # fmt: skip


def number(value: Any) -> str:
    """Whole numbers with thousands apart, others as they are."""
    return f"{value:,}" if isinstance(value, int) else str(value)


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, the first column to the left and the others to the right."""
    clean = [[cell.replace("|", "\\|") for cell in row] for row in (header, *rows)]
    widths = [max(3, *(len(row[index]) for row in clean)) for index in range(len(header))]

    def line(row: Sequence[str]) -> str:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]
        return "| " + " | ".join(cells) + " |"

    rule = "|" + "|".join(("-" * (w + 1) + ":") if index else "-" * (w + 2) for index, w in enumerate(widths)) + "|"
    return "\n".join([line(clean[0]), rule, *map(line, clean[1:])])


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    """The columns are those of all rows, in order of appearance; None is an empty field."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys(name for row in rows for name in row))
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
