"""Covariates as the sketch in a model file describes them: moments of each expert's rows, and marginals where there are some.

A draw is a row of nobody: what it may show of the rows is what the file shows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._parameters import Parameters

# Bins of equal share that the file gives without shares; beyond, the outer ones are halved.
_EQUAL_BINS = 20
# Share of the rows from which a value is one to look at.
_COMMON = 0.01


def draw_covariates(parameters: Parameters, count: int, seed: int = 1) -> np.ndarray:
    """Rows of covariates; of shape (count, covariates). Experts have their share of the rows, and the offset is 0 where it is unknown."""
    random = np.random.default_rng(seed)
    counts = _rounded(parameters.shares * count, count)
    width = len(parameters.covariates)
    parts = []
    for expert, rows in enumerate(counts):
        draws = random.multivariate_normal(
            parameters.means[expert, :width], parameters.covariances[expert, :width, :width], size=rows, method="eigh", check_valid="ignore"
        )
        marginals = parameters.record["experts"][expert].get("marginals") or [None] * width
        for column, marginal in enumerate(marginals):
            if marginal is not None and rows > 0:
                draws[:, column] = _mapped(draws[:, column], marginal)
        parts.append(draws)
    return np.concatenate(parts)


def column_values(parameters: Parameters, column: int) -> np.ndarray | None:
    """The values of a column with few common values, as flags and counts have them; None of others."""
    if reference_level(parameters, column) is not None:
        return np.array([0.0, 1.0])
    shares: dict[float, float] = {}
    for expert, share in enumerate(parameters.shares):
        record = parameters.record["experts"][expert]
        marginal = (record.get("marginals") or [None] * len(parameters.covariates))[column]
        if marginal is None and _is_constant(parameters, expert, column):
            marginal = {"shares": [1.0], "means": [parameters.means[expert, column]], "values": [0]}
        if not isinstance(marginal, dict) or len(marginal.get("values", [])) < len(marginal["means"]):
            return None
        for value, own in zip(marginal["means"], marginal["shares"]):
            shares[value] = shares.get(value, 0.0) + share * own
    common = sorted(value for value, share in shares.items() if share >= _COMMON)
    return np.array(common) if 1 < len(common) <= 12 else None


def reference_level(parameters: Parameters, column: int) -> str | None:
    """Of a column of the design that says 1 where a category has a level, the level that all are compared with; None of others."""
    name = parameters.covariates[column]
    for covariate in (parameters.record.get("study") or {}).get("covariates", []):
        if name in [f"{covariate['name']}={level}" for level in covariate.get("levels", [])]:
            return covariate.get("reference", covariate["levels"][0])
    return None


def is_flag(parameters: Parameters, column: int) -> bool:
    """Whether the column has no values but 0 and 1."""
    values = column_values(parameters, column)
    return values is not None and values.tolist() == [0.0, 1.0]


def _is_constant(parameters: Parameters, expert: int, column: int) -> bool:
    return bool(parameters.weights[expert] > 0 and parameters.covariances[expert, column, column] == 0)


def _rounded(expected: np.ndarray, total: int) -> np.ndarray:
    """Whole numbers with this sum: the largest remainders get what is left."""
    whole = np.floor(expected).astype(int)
    for index in np.argsort(whole - expected, kind="stable")[: total - whole.sum()]:
        whole[index] += 1
    return whole


def _mapped(values: np.ndarray, marginal: Any) -> np.ndarray:
    """Values of the marginal in the order of `values`."""
    levels = np.empty(len(values))
    levels[np.argsort(values, kind="stable")] = (np.arange(len(values)) + 0.5) / len(values)
    means, shares, single = _bins(marginal)
    ends = np.cumsum(shares)
    middles = ends - 0.5 * shares
    smooth = np.interp(levels, middles, means)
    bins = np.minimum(np.searchsorted(ends, levels), len(means) - 1)
    return np.where(single[bins], means[bins], smooth)


def _bins(marginal: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Means, shares, and which are one value."""
    if isinstance(marginal, dict):
        means = np.array(marginal["means"], dtype=float)
        single = np.zeros(len(means), dtype=bool)
        single[marginal.get("values", [])] = True
        shares = np.array(marginal["shares"], dtype=float)
        return means, shares / shares.sum(), single
    means = np.array(marginal, dtype=float)
    halvings = max(len(means) - _EQUAL_BINS, 0) // 2
    inner = np.full(min(len(means), _EQUAL_BINS), 1 / min(len(means), _EQUAL_BINS))
    tail = [inner[0] / 2 ** (step + 1) for step in range(halvings)]
    outer = [inner[0] / 2**halvings] + tail[::-1] if halvings else []
    shares = np.concatenate([outer, inner[1:-1], outer[::-1]]) if halvings else inner
    return means, shares, np.zeros(len(means), dtype=bool)
