"""Covariates as the sketch in a model file describes them: moments of each expert's rows, and marginals where there are some.

A draw is a row of nobody: what it may show of the rows is what the file shows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._parameters import Parameters

# Bins of equal share that the file gives without shares; beyond, the outer ones are halved.
_EQUAL_BINS = 20


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
    found: set[float] = set()
    for expert in parameters.record["experts"]:
        marginal = (expert.get("marginals") or [None] * len(parameters.covariates))[column]
        if not isinstance(marginal, dict) or len(marginal.get("values", [])) < len(marginal["means"]):
            if marginal is None and _is_constant(parameters, expert, column):
                found.add(expert["statistics"]["mean"][column])
                continue
            return None
        found.update(marginal["means"])
    return np.array(sorted(found)) if 1 < len(found) <= 12 else None


def _is_constant(parameters: Parameters, expert: dict[str, Any], column: int) -> bool:
    position = parameters.record["experts"].index(expert)
    return bool((expert.get("statistics") or {}).get("weight", 0) > 0 and parameters.covariances[position, column, column] == 0)


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
