"""The coefficients of a model as a table."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .._engine import answer, library
from ._parameters import Parameters

INTERCEPT = "intercept"
DISPERSION = "dispersion"


@dataclass(frozen=True)
class Coefficient:
    """One line of a table of coefficients. What is not known is None."""

    # "expert" or "gate".
    part: str
    # From 1. The log odds of a gate are against the last expert.
    expert: int
    # The class whose log odds against the first one it moves; None for families with one linear predictor.
    response: str | None
    covariate: str
    estimate: float
    standard_error: float | None
    lower: float | None
    upper: float | None
    # What one standard deviation of the covariate does, in standard deviations of a Gaussian response; None of intercepts.
    effect: float | None
    # Of Student's t; None where the estimate is taken as normal.
    degrees: float | None = None

    @property
    def z(self) -> float | None:
        if self.standard_error is None or self.standard_error == 0 or self.covariate == DISPERSION:
            return None
        return self.estimate / self.standard_error

    @property
    def p_value(self) -> float | None:
        """Of both sides, by the normal distribution or Student's t."""
        if self.z is None:
            return None
        if self.degrees is None:
            return math.erfc(abs(self.z) / math.sqrt(2))
        return 2 * library().dmoe_student_tail(abs(self.z), self.degrees)

    @property
    def is_slope(self) -> bool:
        return self.covariate not in (INTERCEPT, DISPERSION)


def coefficient_table(parameters: Parameters, level: float = 0.95) -> list[Coefficient]:
    """Expert after expert and then gate after gate: intercepts, slopes in the order of the covariates, the dispersion."""
    return [*_of_experts(parameters, level), *_of_gates(parameters, level)]


def _quantile(level: float, degrees: float | None) -> float:
    return float(answer(library().dmoe_interval_quantile(level, degrees or 0.0)))


def _of_experts(parameters: Parameters, level: float) -> Iterator[Coefficient]:
    deviation = parameters.overall_deviation
    unit = deviation[-1] if parameters.family == "gaussian" and deviation[-1] > 0 else 1.0
    scales = [deviation[column] / unit for column in parameters.expert_columns]
    names = [parameters.covariates[column] for column in parameters.expert_columns]
    for expert in range(parameters.regressions):
        errors = _errors(parameters.expert_covariances[expert])
        degrees = parameters.degrees(expert)
        quantile = _quantile(level, degrees)
        for predictor, response in enumerate(parameters.responses):
            values = parameters.coefficients[expert, predictor]
            first = predictor * len(values)
            own = errors[first : first + len(values)] if errors is not None else [None] * len(values)
            yield from _lines("expert", expert, response, names, values, own, scales, quantile, degrees)
        if parameters.has_dispersion:
            yield _dispersion(parameters, expert, errors, quantile)


def _of_gates(parameters: Parameters, level: float) -> Iterator[Coefficient]:
    degrees = parameters.degrees(None)
    quantile = _quantile(level, degrees)
    errors = _errors(parameters.gate_covariance)
    scales = [parameters.overall_deviation[column] for column in parameters.gate_columns]
    names = [parameters.covariates[column] for column in parameters.gate_columns]
    width = 1 + len(names)
    for expert in range(parameters.experts - 1):
        own = errors[expert * width : (expert + 1) * width] if errors is not None else [None] * width
        yield from _lines("gate", expert, None, names, parameters.gate[expert], own, scales, quantile, degrees)


def _lines(part, expert, response, names, values, errors, scales, quantile, degrees=None) -> Iterator[Coefficient]:
    for name, value, error, scale in zip([INTERCEPT, *names], values, errors, [None, *scales]):
        yield Coefficient(
            part, expert + 1, response, name, float(value), error,
            None if error is None else float(value - quantile * error), None if error is None else float(value + quantile * error),
            None if scale is None else float(scale * value), degrees,
        )


def _dispersion(parameters: Parameters, expert: int, errors: list[float | None] | None, quantile: float) -> Coefficient:
    """Its interval is symmetric for the logarithm: it never falls below 0."""
    value = float(parameters.dispersions[expert])
    log_error = errors[-1] if errors is not None else None
    factor = None if log_error is None else math.exp(min(quantile * log_error, 700.0))
    return Coefficient(
        "expert", expert + 1, None, DISPERSION, value, None if log_error is None else log_error * value,
        None if factor is None else value / factor, None if factor is None else value * factor, None,
    )


def _errors(covariance: np.ndarray | None) -> list[float | None] | None:
    if covariance is None:
        return None
    variances = np.diagonal(covariance)
    return [float(math.sqrt(value)) if value >= 0 else None for value in variances]  # NaN is not
