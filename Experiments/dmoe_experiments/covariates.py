"""Tables of covariates as support."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable
from pathlib import Path


def means_and_deviations(paths: Iterable[Path], target: str) -> dict[str, tuple[float, float]]:
    """Mean and standard deviation of every column but the target over the rows of all files."""
    count, shift, sums, squares, names = 0, [], [], [], []
    for path in paths:
        with open(path, newline="") as file:
            reader = csv.reader(file)
            names = next(reader)
            for line in reader:
                row = [float(field) for field in line]
                if not count:  # sums about the first row: no cancellation for columns far from 0
                    shift, sums, squares = row, [0.0] * len(row), [0.0] * len(row)
                count += 1
                for index, value in enumerate(row):
                    away = value - shift[index]
                    sums[index] += away
                    squares[index] += away * away
    if not count:
        raise ValueError("no rows")
    return {
        name: (shift[i] + sums[i] / count, max(squares[i] / count - (sums[i] / count) ** 2, 0) ** 0.5)
        for i, name in enumerate(names)
        if name != target
    }


def write_independent_normals(path: Path, moments: dict[str, tuple[float, float]], rows: int, seed: int) -> None:
    """Independent normal columns with the given means and standard deviations."""
    numbers = random.Random(seed)
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(moments)
        for _ in range(rows):
            writer.writerow([repr(numbers.gauss(mean, deviation)) for mean, deviation in moments.values()])


def concatenate(paths: Iterable[Path], output: Path) -> None:
    """One table of tables with the same header."""
    header = None
    with open(output, "w") as out:
        for path in paths:
            with open(path) as file:
                first = file.readline()
                if header is None:
                    header = first
                    out.write(header)
                elif first != header:
                    raise ValueError(f"{path}: other columns than the tables before it")
                for line in file:
                    out.write(line)
