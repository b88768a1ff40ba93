"""One expert is a generalised linear model: its likelihood is that of scikit-learn, whatever is rare in the rows."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from conftest import CommandLine
from scipy.optimize import minimize
from scipy.special import gammaln
from sklearn.linear_model import GammaRegressor, LogisticRegression, PoissonRegressor
from sklearn.preprocessing import StandardScaler

TIGHT = {"tol": 1e-12, "max_iter": 100_000}


def log_likelihood(command_line: CommandLine, frame: pd.DataFrame, family: str, *options: object) -> float:
    command_line.write("rows.csv", frame)
    done = command_line.run(
        "fit", "rows.csv", "--target", "y", "--family", family, "--experts", 1, "--quiet", "--json", *options, "-o", "m.json"
    )
    result = json.loads(done.stdout)
    assert result["stopReason"] == "converged"
    return result["logLikelihood"]


def of_classes(x: np.ndarray, y: np.ndarray) -> float:
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", **TIGHT).fit(x, y)
    return float(model.predict_log_proba(x)[np.arange(len(y)), y].sum())


def of_counts(x: np.ndarray, y: np.ndarray) -> float:
    mean = PoissonRegressor(alpha=0, solver="newton-cholesky", **TIGHT).fit(x, y).predict(x)
    return float((y * np.log(mean) - mean - gammaln(y + 1)).sum())


@pytest.mark.parametrize("rate", [0.05, 0.95])
@pytest.mark.parametrize("seed", range(1, 21))
def test_a_rare_flag(command_line: CommandLine, rate: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    flag = np.zeros(10_000)
    flag[random.choice(10_000, 100, replace=False)] = 1
    x = np.column_stack([flag, random.normal(size=(10_000, 2))])
    frame = pd.DataFrame(x, columns=["flag", "x1", "x2"])
    classes = (random.random(10_000) < rate).astype(int)
    counts = random.poisson(rate, size=10_000)
    # Without an event, or with nothing else, there is no maximum to compare.
    for y in (classes, counts):
        y[np.flatnonzero(flag)[:2]] = (0, 1)
    for y, family, oracle in ((classes, "multinomial", of_classes), (counts, "poisson", of_counts)):
        assert abs(log_likelihood(command_line, frame.assign(y=y), family) - oracle(x, y)) < 1e-5


@pytest.mark.parametrize("levels", [12, 24])
def test_categories(command_line: CommandLine, levels: int) -> None:
    """Two categories and rare events: far more rows than starts are compared on."""
    random = np.random.default_rng(levels)
    first = random.integers(levels, size=60_000)
    second = random.choice(3, size=60_000, p=[0.9, 0.09, 0.01])
    x = np.column_stack(
        [(first == level).astype(float) for level in range(1, levels)] + [(second == level).astype(float) for level in (1, 2)]
    )
    frame = pd.DataFrame(x, columns=[f"f{index}" for index in range(x.shape[1])])
    predictor = -5 + 0.15 * first + np.array([0, 1, -1])[second]
    classes = (random.random(60_000) < 1 / (1 + np.exp(-predictor))).astype(int)
    counts = random.poisson(np.exp(predictor))
    for y, family, oracle in ((classes, "multinomial", of_classes), (counts, "poisson", of_counts)):
        assert abs(log_likelihood(command_line, frame.assign(y=y), family) - oracle(x, y)) < 1e-4


def test_a_negative_binomial(command_line: CommandLine) -> None:
    """Coefficients and dispersion are those of the exact likelihood, maximised by SciPy."""
    random = np.random.default_rng(7)
    x = np.column_stack([np.ones(5_000), random.normal(size=5_000)])
    y = random.poisson(np.exp(x @ [0.7, 0.4]) * random.gamma(1 / 0.6, 0.6, size=5_000))

    def negative(parameters: np.ndarray) -> float:
        mean, size = np.exp(x @ parameters[:2]), np.exp(-parameters[2])
        terms = gammaln(y + size) - gammaln(size) - gammaln(y + 1)
        return -float((terms + y * np.log(mean / (size + mean)) - size * np.log1p(mean / size)).sum())

    best = minimize(negative, [0.0, 0.0, 0.0], method="BFGS", options={"gtol": 1e-6})
    frame = pd.DataFrame({"x": x[:, 1], "y": y})
    assert abs(log_likelihood(command_line, frame, "negative-binomial") + best.fun) < 1e-6
    expert = json.loads((command_line.folder / "m.json").read_text())["experts"][0]
    np.testing.assert_allclose(expert["coefficients"], best.x[:2], atol=1e-5)
    np.testing.assert_allclose(expert["dispersion"], np.exp(best.x[2]), rtol=1e-4)


def test_means_of_a_gamma(command_line: CommandLine) -> None:
    """The slopes of a gamma regression do not depend on its dispersion."""
    random = np.random.default_rng(3)
    x = np.column_stack([random.random(20_000) < 0.004, random.normal(size=20_000), 50 + 10 * random.random(20_000)])
    mean = np.exp(-3 + 4 * x[:, 0] + 0.5 * x[:, 1] + 0.05 * x[:, 2])
    y = random.gamma(2, mean / 2)
    log_likelihood(command_line, pd.DataFrame(x.astype(float), columns=["a", "b", "c"]).assign(y=y), "gamma")
    coefficients = json.loads((command_line.folder / "m.json").read_text())["experts"][0]["coefficients"]
    scaler = StandardScaler().fit(x)
    oracle = GammaRegressor(alpha=0, solver="newton-cholesky", **TIGHT).fit(scaler.transform(x), y)
    np.testing.assert_allclose(coefficients[1:], oracle.coef_ / scaler.scale_, rtol=1e-5, atol=1e-6)


def test_a_flag_without_events(command_line: CommandLine) -> None:
    """The prior acts on the slope that has no maximum, and on no other."""
    random = np.random.default_rng(4)
    flag = (np.arange(10_000) < 100).astype(float)
    x = np.column_stack([flag, random.normal(size=10_000)])
    y = np.where(flag == 1, 0, random.random(10_000) < 0.05).astype(int)
    frame = pd.DataFrame(x, columns=["flag", "x1"])
    log_likelihood(command_line, frame.assign(y=y), "multinomial")
    file = json.loads((command_line.folder / "m.json").read_text())
    assert [(warning["code"], warning["covariate"]) for warning in file["fit"]["warnings"]] == [("separatedSlopes", "flag")]
    slopes = file["experts"][0]["coefficients"]
    assert -5 < slopes[1] < -1
    others = LogisticRegression(C=np.inf, solver="newton-cholesky", **TIGHT).fit(x[100:, 1:], y[100:])
    np.testing.assert_allclose([slopes[0], slopes[2]], [others.intercept_[0], others.coef_[0, 0]], atol=2e-3)
    assert file["fit"]["options"]["slopePrior"] == "separated"
