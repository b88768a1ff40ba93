"""A fit takes no copy of its data: at most a tenth of them besides, and what the choice of a global model takes whatever they are."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import pytest

# Sites are fitted two at a time, with some 16 MB for both whatever their rows: a tenth of 250 MB, a seventh of 125.
ROWS, COVARIATES = 1_000_000, 30
INPUT = 8 * ROWS * (COVARIATES + 1)

# Where sites differ, as after three iterations, the candidates for the global model are fitted to as many draws whatever the rows.
CANDIDATES = 64_000_000

# What the engine takes for itself, and the libraries, are there before the data: a small fit of the same shape comes first.
MEASURE = """
    import json, sys
    import numpy as np, pandas as pd, polars as pl, pyarrow as pa
    import dmoe

    def fit(data):
        X, y, site = data
        kind = {{"max_iter": 3, "n_starts": 2, "random_state": 1, "standard_errors": "none"}}
        {estimator}

    def made(rows):
        random = np.random.default_rng(0)
        matrix = np.empty((rows, {covariates}), order="{order}")
        for column in range(matrix.shape[1]):
            matrix[:, column] = random.standard_normal(rows)
        y = matrix[:, 0] * np.sign(matrix[:, 1]) + 0.1 * random.standard_normal(rows)
        return {data}, y, np.arange(rows) * 5 // rows

    def status(field):
        with open("/proc/self/status") as file:
            return 1024 * next(int(line.split()[1]) for line in file if line.startswith(field))

    fit(made(20_000))
    data = made({rows})
    before = status("VmRSS")
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")  # the peak begins anew
    fit(data)
    print(json.dumps(status("VmHWM") - before))
"""
NAMED = 'dict(zip([f"c{index}" for index in range(matrix.shape[1])], matrix.T))'
POOLED = "dmoe.MixtureOfExpertsRegressor(2, **kind).fit(X, y)"
LOCAL = "dmoe.fit_local(X.append_column('y', pa.array(y)), target='y', experts=2, max_iterations=3, starts=2)"
SITES = "dmoe.DistributedMixtureOfExpertsRegressor(2, **kind).fit(X, y, groups=site)"


@pytest.mark.parametrize(
    ("order", "data", "estimator"),
    [
        ("C", "matrix", POOLED),
        ("F", "matrix", POOLED),
        ("F", "pd.DataFrame(matrix)", POOLED),
        ("F", f"pa.table({NAMED})", POOLED),
        ("F", f"pl.DataFrame({NAMED})", POOLED),
        ("F", f"pa.concat_tables([pa.table({NAMED}).slice(0, rows // 3), pa.table({NAMED}).slice(rows // 3)])", LOCAL),
        ("C", "matrix", SITES),
    ],
)
def test_peak(order: str, data: str, estimator: str) -> None:
    script = textwrap.dedent(MEASURE).format(
        order=order, data=data, estimator=estimator, rows=ROWS, covariates=COVARIATES
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) <= 0.1 * INPUT + (CANDIDATES if estimator == SITES else 0)
