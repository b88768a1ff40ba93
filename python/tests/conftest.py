"""Data with known structure, and the command line beside which Python is held."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

PROGRAM = Path(os.environ.get("DMOE_PROGRAM") or Path(__file__).parents[2] / ".build/release/dmoe")


class CommandLine:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, frame: pd.DataFrame) -> Path:
        path = self.folder / name
        frame.to_csv(path, index=False)  # pandas writes the shortest digits that give the same number
        return path

    def run(self, *arguments: object, succeeds: bool = True) -> subprocess.CompletedProcess[str]:
        # Rows in the memory of Python lie in no folder: there is no ledger either.
        alone = ["--no-ledger"] if arguments[0] in ("fit", "statistics") and "--draft" not in arguments else []
        done = subprocess.run(
            [str(PROGRAM), *map(str, arguments), *alone], cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert (done.returncode == 0) is succeeds, done.stderr
        return done


@pytest.fixture
def command_line(tmp_path: Path) -> CommandLine:
    if not PROGRAM.exists():
        pytest.fail(f"no program at {PROGRAM}: make build")
    return CommandLine(tmp_path)


def mixture(rows: int = 3000, covariates: int = 3, seed: int = 0) -> pd.DataFrame:
    """Two regimes by the sign of the first covariate."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, covariates))
    slope = np.where(x[:, 0] > 0, 2.0, -1.0)
    frame = pd.DataFrame(x, columns=[f"x{index}" for index in range(covariates)])
    frame["y"] = 1 + slope * x[:, 1] + 0.3 * random.normal(size=rows)
    return frame


@pytest.fixture
def frame() -> pd.DataFrame:
    return mixture()


@pytest.fixture
def counts() -> pd.DataFrame:
    random = np.random.default_rng(1)
    frame = mixture(2000).drop(columns="y")
    frame["hours"] = random.uniform(0.5, 2, size=len(frame))
    rate = np.exp(0.3 + np.where(frame["x0"] > 0, 0.8, -0.5) * frame["x1"])
    frame["events"] = random.poisson(rate * frame["hours"])
    return frame


@pytest.fixture
def labels() -> pd.DataFrame:
    random = np.random.default_rng(2)
    frame = mixture(2000).drop(columns="y")
    score = np.where(frame["x0"] > 0, 2.0, -2.0) * frame["x1"] + random.logistic(size=len(frame))
    frame["colour"] = np.select([score < -1, score < 1], ["blue", "green"], "red")
    return frame
