"""What the Python face costs: a fit against `dmoe fit` of the same .npy, the latency of small calls, and memory.

    python/.venv/bin/python Benchmarks/python_overhead.py [rows] [covariates]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import dmoe

PROGRAM = Path(__file__).parents[1] / ".build/release/dmoe"
REPEATS = 5


def made(rows: int, covariates: int) -> np.ndarray:
    random = np.random.default_rng(0)
    x = random.normal(size=(rows, covariates))
    y = x @ random.normal(size=covariates) + 2 * np.abs(x[:, 0]) + 0.5 * random.normal(size=rows)
    return np.asfortranarray(np.column_stack([x, y]))


def seconds(call, repeats: int = REPEATS) -> float:
    """The median."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def against_the_command_line(table: np.ndarray) -> None:
    """In turns, so that what else the machine does falls on both."""
    names = [f"c{index}" for index in range(table.shape[1])]
    columns = {name: table[:, index] for index, name in enumerate(names)}
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/rows.npy", table)
        command = [
            str(PROGRAM), "fit", f"{folder}/rows.npy", "--target", names[-1],
            "--experts", "3", "--quiet", "-o", f"{folder}/model.json",
        ]
        pairs = []
        for _ in range(REPEATS):
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            between = time.perf_counter()
            model = dmoe.fit_local(columns, target=names[-1], experts=3)
            pairs.append((between - start, time.perf_counter() - between))
        same = model.text == Path(f"{folder}/model.json").read_text()
    program, python = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"fit: dmoe {program:.3f} s, Python {python:.3f} s, ratio {python / program:.3f}; same file: {same}")


def outside_the_engine(table: np.ndarray) -> None:
    """What of a fit of the estimator is spent outside the call of the engine."""
    from dmoe import _engine

    spent = []
    engine = _engine.library().dmoe_fit

    def timed(*arguments):
        start = time.perf_counter()
        result = engine(*arguments)
        spent.append(time.perf_counter() - start)
        return result

    X, y = table[:, :-1], table[:, -1]
    _engine._library = type("Timed", (), {"__getattr__": lambda _, name: getattr(real, name), "dmoe_fit": staticmethod(timed)})()
    whole = seconds(lambda: dmoe.MixtureOfExpertsRegressor(3, random_state=1).fit(X, y))
    _engine._library = real
    inside = statistics.median(spent)
    print(f"estimator: {whole:.3f} s, {1e3 * (whole - inside):.1f} ms or {(whole - inside) / inside:.1%} outside the engine")


def small_calls(table: np.ndarray) -> None:
    x = table[:2000, :3]
    model = dmoe.fit_local({"a": x[:, 0], "b": x[:, 1], "y": np.abs(x[:, 0])}, target="y", experts=2)
    estimator = dmoe.MixtureOfExpertsRegressor(2, random_state=1).fit(x[:, :2], np.abs(x[:, 0]))
    row = {"a": x[:1, 0], "b": x[:1, 1]}
    for name, call in [
        ("Model.predict of one row", lambda: model.predict(row)),
        ("Model.predict of one row, n_jobs=1", lambda: model.predict(row, n_jobs=1)),
        ("estimator.predict of one row", lambda: estimator.predict(x[:1, :2])),
        ("Model.loads", lambda: dmoe.Model.loads(model.text)),
        ("fit_local of 100 rows", lambda: dmoe.fit_local({"a": x[:100, 0], "y": x[:100, 1]}, target="y", experts=1)),
    ]:
        print(f"{name}: {1e3 * seconds(call, 200):.3f} ms")


if __name__ == "__main__":
    import warnings

    warnings.simplefilter("ignore")
    from dmoe import _engine

    real = _engine.library()
    rows, covariates = (int(argument) for argument in [*sys.argv[1:], 100_000, 20][:2])
    table = made(rows, covariates)
    against_the_command_line(table)
    outside_the_engine(table)
    small_calls(table)
