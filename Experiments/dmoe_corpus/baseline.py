"""The model without covariates: maximum likelihood on training rows, log densities of test rows."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Callable, Sequence

Values = Sequence[float]


def log_densities(
    family: str, train: Sequence[str], test: Sequence[str],
    train_exposures: Values | None = None, test_exposures: Values | None = None,
) -> list[float]:  # fmt: skip
    """Of the test responses, given as text; exposures are those of counts, 1 where there are none."""
    if family == "multinomial":
        return _classes(train, test)
    known, new = [float(value) for value in train], [float(value) for value in test]
    if family == "poisson":
        total = sum(train_exposures) if train_exposures else len(known)
        means = [sum(known) / total * exposure for exposure in test_exposures or [1.0] * len(new)]
        return [count * math.log(mean) - mean - math.lgamma(count + 1) for count, mean in zip(new, means)]
    density = {"gaussian": _gaussian, "gamma": _gamma}[family](known)
    return [density(value) for value in new]


def _gaussian(known: Values) -> Callable[[float], float]:
    mean, variance = statistics.fmean(known), statistics.pvariance(known)
    return lambda value: -0.5 * (math.log(2 * math.pi * variance) + (value - mean) ** 2 / variance)


def _gamma(known: Values) -> Callable[[float], float]:
    mean, mean_log = statistics.fmean(known), statistics.fmean(map(math.log, known))

    def per_row(shape: float) -> float:
        return shape * math.log(shape / mean) - math.lgamma(shape) + (shape - 1) * mean_log - shape

    shape = math.exp(_maximum(lambda exponent: per_row(math.exp(exponent)), -7.0, 14.0))
    constant = shape * math.log(shape / mean) - math.lgamma(shape)
    return lambda value: constant + (shape - 1) * math.log(value) - shape * value / mean


def _maximum(function: Callable[[float], float], low: float, high: float) -> float:
    """Golden section search of a function with one maximum."""
    ratio = (math.sqrt(5) - 1) / 2
    while high - low > 1e-9:
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (left, high) if function(left) < function(right) else (low, right)
    return (low + high) / 2


def _classes(train: Sequence[str], test: Sequence[str]) -> list[float]:
    """A class that no training row has counts for half a row."""
    counts: dict[str, float] = {name: 0.5 for name in test}
    counts.update(Counter(train))
    total = sum(counts.values())
    return [math.log(counts[name] / total) for name in test]
