"""While a fit runs: other threads, Ctrl-C, progress."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest
from conftest import mixture

import dmoe

COVARIATES = ["x0", "x1", "x2"]


def test_other_threads_go_on() -> None:
    frame = mixture(200_000)
    running = threading.Event()
    counted = [0]

    def count() -> None:
        while running.is_set():
            counted[0] += 1
            time.sleep(0.001)

    running.set()
    thread = threading.Thread(target=count)
    thread.start()
    # In this thread the engine is called directly: with the interpreter lock held nobody would count.
    table = dmoe.Table({name: frame[name] for name in frame})
    before = counted[0]
    done = threading.Thread(target=lambda: dmoe.fit_local(table, target="y", features=COVARIATES, experts=3))
    done.start()
    done.join()
    running.clear()
    thread.join()
    assert counted[0] - before > 10


INTERRUPTED = """
    import sys, time
    import numpy as np
    import dmoe
    random = np.random.default_rng(0)
    x = random.normal(size=({rows}, 20))
    y = x @ random.normal(size=20) + np.where(x[:, 0] > 0, x[:, 1], -x[:, 1]) + random.normal(size=len(x))
    def said(step):
        if not said.begun:
            said.begun = True
            print("begun", flush=True)
    said.begun = False
    try:
        {call}
    except KeyboardInterrupt:
        print("interrupted", flush=True)
        sys.exit(3)
    print("ended", flush=True)
"""
POOLED = "dmoe.MixtureOfExpertsRegressor(8, n_starts=64, random_state=1, progress=said).fit(x, y)"
DISTRIBUTED = (
    "dmoe.DistributedMixtureOfExpertsRegressor(8, n_starts=64, random_state=1, progress=said)"
    ".fit(x, y, groups=np.arange(len(x)) % 20)"
)


@pytest.mark.parametrize("call", [POOLED, DISTRIBUTED])
def test_interrupt_ends_a_fit_within_a_second(call: str) -> None:
    script = textwrap.dedent(INTERRUPTED).format(rows=300_000, call=call)
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGINT)
        start = time.monotonic()
        assert process.stdout.readline() == "interrupted\n"
        assert time.monotonic() - start < 1
        assert process.wait(timeout=10) == 3
    finally:
        process.kill()
        process.wait()


def test_progress_is_heard() -> None:
    steps: list[dmoe.Progress] = []
    dmoe.fit_local(mixture(), target="y", experts=2, starts=4, site="mill", progress=steps.append)
    assert {step.stage for step in steps} >= {"refining"}
    assert {step.site for step in steps} == {"mill"}
    assert all(1 <= step.start <= step.start_count and np.isfinite(step.log_likelihood) for step in steps)


def test_hearing_changes_nothing() -> None:
    frame = mixture()
    heard = dmoe.fit_local(frame, target="y", experts=2, progress=lambda step: None)
    assert heard == dmoe.fit_local(frame, target="y", experts=2)


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, StopIteration])
def test_exceptions_of_the_listener_end_the_fit(error: type[BaseException]) -> None:
    def fail(step: dmoe.Progress) -> None:
        raise error("enough")

    with pytest.raises(error, match="enough"):
        dmoe.fit_local(mixture(), target="y", experts=2, progress=fail)
    frame = mixture()
    estimator = dmoe.DistributedMixtureOfExpertsRegressor(2, progress=fail)
    with pytest.raises(error, match="enough"):
        estimator.fit(frame[COVARIATES], frame["y"], groups=np.arange(len(frame)) % 2)


def test_bar(capsys: pytest.CaptureFixture[str]) -> None:
    dmoe.fit_local(mixture(), target="y", experts=2, progress=True)
    assert "log-likelihood" in capsys.readouterr().err


def test_sites_are_heard_by_name() -> None:
    frame = mixture()
    heard: set[str] = set()
    estimator = dmoe.DistributedMixtureOfExpertsRegressor(2, progress=lambda step: heard.add(step.site))
    estimator.fit(frame[COVARIATES], frame["y"], groups=np.where(frame.index % 2, "mill", "port"))
    assert heard == {"mill", "port"}


def test_fits_in_many_threads_give_the_same_model() -> None:
    frame = mixture()
    models: list[dmoe.Model] = []
    fit = lambda: models.append(dmoe.fit_local(frame, target="y", experts=2))  # noqa: E731
    threads = [threading.Thread(target=fit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(models) == 4 and len(set(models)) == 1
