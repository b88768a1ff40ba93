"""What one run says: losses and regrets of log densities of the same test rows."""

from __future__ import annotations

import math
import statistics
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

POOLED, DEFAULT, MIXTURE = "pooled", "transport", "mixture"
#: Global models from one message a site, the default last: it wins no tie.
CANDIDATES = (
    "transport-label", "transport-density", "transport-statistics", "published", "distillation", "greedy", "medoid",
    "best", "aligned", DEFAULT,
)  # fmt: skip
METHODS = (POOLED, MIXTURE, *CANDIDATES)

Densities = Mapping[str, Sequence[float]]


def mean_and_error(differences: Sequence[float], units: Sequence[Hashable]) -> tuple[float, float | None]:
    """The mean and its standard error, rows of one unit taken as dependent; None of fewer than two units."""
    mean = statistics.fmean(differences)
    sums: dict[Hashable, float] = {}
    for value, unit in zip(differences, units):
        sums[unit] = sums.get(unit, 0.0) + value - mean
    count = len(sums)
    if count < 2 or not math.isfinite(mean):
        return mean, None
    return mean, math.sqrt(sum(value * value for value in sums.values()) * count / (count - 1)) / len(differences)


def crossed(densities: Densities, halves: Sequence[bool]) -> tuple[list[str], list[float]]:
    """The best candidate of each half, and of every row its log density by the best candidate of the other half."""
    best: list[str] = []
    for half in (False, True):
        rows = [row for row, own in enumerate(halves) if own == half] or range(len(halves))
        # math.fsum refuses an infinity beside its opposite; sums of log densities have -inf alone.
        best.append(max(
            (method for method in CANDIDATES if method in densities),
            key=lambda method: math.fsum(densities[method][row] for row in rows),
        ))  # fmt: skip
    return best, [densities[best[0] if own else best[1]][row] for row, own in enumerate(halves)]


def score(
    densities: Densities, baseline: Sequence[float], units: Sequence[Hashable], halves: Sequence[bool]
) -> dict[str, Any]:
    """Log-likelihoods per row; loss of the default to the pooled fit; regret of the default to the best candidate."""
    pooled, own = densities[POOLED], densities[DEFAULT]
    loss, loss_error = mean_and_error([a - b for a, b in zip(pooled, own)], units)
    best, others = crossed(densities, halves)
    regret, regret_error = mean_and_error([a - b for a, b in zip(others, own)], units)
    return {
        "logLikelihoodPerRow": {method: statistics.fmean(values) for method, values in densities.items()},
        "baseline": statistics.fmean(baseline),
        "gain": statistics.fmean(pooled) - statistics.fmean(baseline),
        "loss": loss, "lossError": loss_error,
        "regret": regret, "regretError": regret_error,
        "best": best,
    }  # fmt: skip
