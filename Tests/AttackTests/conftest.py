"""Sites, and files of them that the built program writes: drafts without rules, releases with all of them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

PROGRAM = Path(os.environ.get("DMOE", Path(__file__).parents[2] / ".build/release/dmoe"))


class Refused(Exception):
    """What the program said in place of a file."""


class Site:
    """A place with tables, and whoever reads the files that it makes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, columns: dict[str, np.ndarray]) -> Path:
        path = self.folder / name
        rows = zip(*columns.values(), strict=True)
        lines = [",".join(columns)] + [",".join("" if np.isnan(v) else f"{v:.17g}" for v in row) for row in rows]
        path.write_text("\n".join(lines) + "\n")
        return path

    def fit(self, table: Path, target: str, *options: str) -> dict:
        """The local model, as others get it, of tables that have nothing to do with one another."""
        alone = [] if {"--draft", "--ledger"} & set(options) else ["--no-ledger"]
        return self.release(table, target, *options, *alone)

    def release(self, table: Path, target: str, *options: str) -> dict:
        """The same with what the program does by default."""
        output = self.folder / "model.json"
        command = [PROGRAM, "fit", table, "--target", target, "--quiet", "-o", output, *options]
        return self.run(command, output)

    def statistics(self, model: dict, table: Path, *options: str) -> dict:
        """The answer to a round at a model that somebody made."""
        path, output = self.folder / "asked.json", self.folder / "statistics.json"
        path.write_text(json.dumps(model))
        return self.run([PROGRAM, "statistics", path, table, "--quiet", "-o", output, *options], output)

    @staticmethod
    def run(command: list, output: Path) -> dict:
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode == 65:
            raise Refused(done.stderr)
        assert done.returncode == 0, done.stderr
        return json.loads(output.read_text())


@pytest.fixture
def site(tmp_path: Path) -> Site:
    assert PROGRAM.exists(), f"{PROGRAM} is not there: make build"
    return Site(tmp_path)


def moments(expert: dict) -> tuple[float, np.ndarray, np.ndarray]:
    """Weight, means and scatter of covariates and target."""
    statistics = expert.get("statistics", expert)
    size = len(statistics["mean"])
    scatter = np.zeros((size, size))
    scatter[np.tril_indices(size)] = statistics["scatter"]
    scatter = scatter + np.tril(scatter, -1).T
    return statistics["weight"], np.array(statistics["mean"]), scatter


def gram(model: dict) -> np.ndarray:
    """Σ z z' over all rows, z = (1, covariates, target): the experts' posteriors sum to 1."""
    total = 0
    for expert in model["experts"]:
        weight, mean, scatter = moments(expert)
        point = np.concatenate([[1], mean])
        own = weight * np.outer(point, point)
        own[1:, 1:] += scatter
        total = total + own
    return total
