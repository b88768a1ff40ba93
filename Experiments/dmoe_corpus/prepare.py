"""The tables of the sets as CSV files: every row complete, sites by name, sorted by them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from dmoe_experiments.replicates import log

from .dataset import DataSet


def site_name(value: object) -> str:
    """Letters, digits and _ alone: sites become names of files. 30001.0 is 30001."""
    return re.sub(r"\W+", "_", re.sub(r"\.0$", "", str(value).strip()))


def write(data: DataSet, path: Path) -> None:
    """The table of a set, whole or not at all; rows with a missing value are left out."""
    table = data.load().dropna()
    missing = [name for name in (data.site, data.target, data.subject, data.exposure) if name and name not in table]
    if missing:
        raise KeyError(f"no column {', '.join(missing)}")
    table[data.site] = table[data.site].map(site_name)
    if data.family == "gamma":
        table = table[table[data.target] > 0]
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    table.sort_values(data.site, kind="stable").to_csv(partial, index=False)
    os.replace(partial, path)


def prepare(sets: Iterable[DataSet], folder: Path, again: bool = False) -> list[str]:
    """Writes folder/NAME.csv of those that are not there; returns a line for each that could not be had."""
    failures: list[str] = []
    for data in sets:
        path = folder / f"{data.name}.csv"
        if path.exists() and not again:
            continue
        try:
            write(data, path)
        except Exception as error:  # noqa: BLE001: one set must not end the others, whatever befell it
            failures.append(f"{data.name}: {type(error).__name__}: {error}")
            log("not to be had: " + failures[-1])
        else:
            log(f"{path} written")
    return failures
