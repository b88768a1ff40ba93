"""Inconsistent sites: damages done to a local model (the JSON object of its file).

Each makes the whole model that of a inconsistent site: where the coefficients of an expert change, the mean and the scatter
of the response among its statistics follow, so that no two parts of the file disagree.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

Model = dict[str, Any]
Expert = dict[str, Any]


def packed(row: int, column: int) -> int:
    """Place of an element in the lower triangle kept row by row."""
    return row * (row + 1) // 2 + column if row >= column else column * (column + 1) // 2 + row


def set_regression(expert: Expert, coefficients: list[float], dispersion: float) -> None:
    """Gives an expert a regression (intercept first; dispersion is a variance), and the statistics of one that has it.

    The statistics are of (x, y), y last: the mean of y is b0 + b'mean(x), its scatter with x is S b, and with itself
    b'S b + weight * dispersion, S being the scatter of x.
    """
    statistics = expert["statistics"]
    mean, scatter = statistics["mean"], statistics["scatter"]
    count = len(mean) - 1
    if len(coefficients) != count + 1:
        raise ValueError(f"{len(coefficients)} coefficients for {count} covariates")
    slopes = coefficients[1:]
    with_x = [sum(scatter[packed(i, j)] * slopes[j] for j in range(count)) for i in range(count)]
    mean[count] = coefficients[0] + sum(slope * value for slope, value in zip(slopes, mean))
    for index, value in enumerate(with_x):
        scatter[packed(count, index)] = value
    explained = sum(slope * value for slope, value in zip(slopes, with_x))
    scatter[packed(count, count)] = explained + statistics["weight"] * dispersion
    expert["coefficients"], expert["dispersion"] = list(coefficients), dispersion


def random_parameters(model: Model, numbers: random.Random) -> None:
    """Coefficients and gates from normal distributions, coefficients of the size of the true ones."""
    values = [value for expert in model["experts"] for value in expert["coefficients"]]
    size = (sum(value * value for value in values) / len(values)) ** 0.5 or 1.0
    for expert in model["experts"]:
        set_regression(expert, [numbers.gauss(0, size) for _ in expert["coefficients"]], expert["dispersion"])
        if any(expert["gate"]):  # the gate of the last expert is 0 by definition
            expert["gate"] = [numbers.gauss(0, 1) for _ in expert["gate"]]


def flipped_sign(model: Model, numbers: random.Random) -> None:
    """The response with the other sign."""
    for expert in model["experts"]:
        set_regression(expert, [-value for value in expert["coefficients"]], expert["dispersion"])


def wrong_unit(model: Model, numbers: random.Random, factor: float = 1000) -> None:
    """The response in another unit: `factor` times the numbers."""
    for expert in model["experts"]:
        coefficients = [factor * value for value in expert["coefficients"]]
        set_regression(expert, coefficients, factor * factor * expert["dispersion"])


def shuffled_covariates(model: Model, numbers: random.Random) -> None:
    """The columns taken for one another: one permutation of the slopes in all experts."""
    order = list(range(1, len(model["experts"][0]["coefficients"])))
    while len(order) > 1 and order == sorted(order):
        numbers.shuffle(order)
    for expert in model["experts"]:
        old = expert["coefficients"]
        set_regression(expert, [old[0], *(old[index] for index in order)], expert["dispersion"])


def stuck_predictor(model: Model, numbers: random.Random) -> None:
    """Every expert predicts one constant, the weighted mean response of the site."""
    experts = model["experts"]
    weights = [expert["statistics"]["weight"] for expert in experts]
    means = [expert["statistics"]["mean"][-1] for expert in experts]
    constant = sum(weight * mean for weight, mean in zip(weights, means)) / sum(weights)
    for expert in experts:
        set_regression(expert, [constant] + [0.0] * (len(expert["coefficients"]) - 1), expert["dispersion"])


DAMAGES: dict[str, Callable[[Model, random.Random], None]] = {
    "random parameters": random_parameters,
    "flipped sign": flipped_sign,
    "wrong unit": wrong_unit,
    "shuffled covariates": shuffled_covariates,
    "stuck predictor": stuck_predictor,
}


def damaged(model: Model, kind: str, seed: int) -> Model:
    """A damaged copy of a local model."""
    result = copy.deepcopy(model)
    DAMAGES[kind](result, random.Random(seed))
    return result
