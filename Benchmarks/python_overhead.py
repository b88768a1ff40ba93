"""What the Python face costs: a fit against `dmoe fit` of the same .npy, the latency of small calls (memory: python/tests/test_memory.py).

    python/.venv/bin/python Benchmarks/python_overhead.py [rows] [covariates]
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
import warnings
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


class Clock:
    """Time on the wall, and of the processor: on a busy machine only the second says what something costs."""

    def __init__(self) -> None:
        self.start = self.now()

    @staticmethod
    def now() -> np.ndarray:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return np.array([time.perf_counter(), time.process_time() + children.ru_utime + children.ru_stime])

    def passed(self) -> np.ndarray:
        return self.now() - self.start


def timed(call, repeats: int = REPEATS) -> np.ndarray:
    """The medians."""
    passed = []
    for _ in range(repeats):
        clock = Clock()
        call()
        passed.append(clock.passed())
    return np.median(passed, axis=0)


def against_the_command_line(table: np.ndarray) -> None:
    """In turns, so that what else the machine does falls on both."""
    names = [f"c{index}" for index in range(table.shape[1])]
    columns = {name: table[:, index] for index, name in enumerate(names)}
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/rows.npy", table)
        command = [
            str(PROGRAM), "fit", f"{folder}/rows.npy", "--target", names[-1], "--experts", "3", "--quiet",
            "--no-ledger", "-o", f"{folder}/model.json",
        ]
        program, python = [], []
        for _ in range(REPEATS):
            clock = Clock()
            subprocess.run(command, check=True, capture_output=True)
            program.append(clock.passed())
            clock = Clock()
            model = dmoe.fit_local(columns, target=names[-1], experts=3)
            python.append(clock.passed())
        same = model.text == Path(f"{folder}/model.json").read_text()
    for kind, a, b in zip(("wall", "processor"), np.median(program, axis=0), np.median(python, axis=0), strict=True):
        print(f"fit, {kind}: dmoe {a:.3f} s, Python {b:.3f} s, ratio {b / a:.3f}")
    print(f"same file: {same}")


def outside_the_engine(table: np.ndarray) -> None:
    """What a fit of the estimator does around the call of the engine: the same with a fit that is there already."""
    X, y = table[:, :-1], table[:, -1]
    estimator = dmoe.MixtureOfExpertsRegressor(3, random_state=1)
    wall, processor = timed(lambda: estimator.fit(X, y), 1)
    from dmoe.estimators import _pooled

    fit, _pooled.run_fit = _pooled.run_fit, lambda *_: dmoe.Model.loads(estimator.model_.text)
    around = timed(lambda: estimator.fit(X, y))[1]
    _pooled.run_fit = fit
    print(f"estimator, processor: {processor:.3f} s, {1e3 * around:.1f} ms or {around / processor:.2%} around the engine")


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
        wall, processor = 1e3 * timed(call, 200)
        print(f"{name}: {wall:.3f} ms, processor {processor:.3f} ms")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    rows, covariates = (int(argument) for argument in [*sys.argv[1:], 100_000, 20][:2])
    table = made(rows, covariates)
    small_calls(table)
    outside_the_engine(table)
    against_the_command_line(table)
