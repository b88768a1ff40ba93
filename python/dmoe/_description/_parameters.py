"""The parameters of a model file with their covariances, at covariates of 0."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

# Families whose experts have a dispersion, the last of their parameters in `uncertainty`, as a logarithm.
_WITH_DISPERSION = ("gaussian", "gamma", "negative-binomial")


@dataclass(frozen=True)
class Parameters:
    """Of one local, global or reference model: the fields of the file as arrays."""

    record: dict[str, Any]

    @property
    def family(self) -> str:
        return self.record["family"]

    @property
    def target(self) -> str:
        return self.record["target"]

    @property
    def covariates(self) -> list[str]:
        return self.record["covariates"]

    @property
    def responses(self) -> list[str | None]:
        """One for each linear predictor of an expert: the class whose log odds it is, None where responses are numbers."""
        return self.record.get("classes", [None, None])[1:]

    @property
    def has_dispersion(self) -> bool:
        return self.family in _WITH_DISPERSION

    @property
    def experts(self) -> int:
        return len(self.record["experts"])

    @cached_property
    def regressions(self) -> int:
        """How many experts have parameters; those that are a value or noise come after them."""
        return sum("pointMass" not in expert and "noise" not in expert for expert in self.record["experts"])

    def refuse_fixed(self, what: str) -> None:
        """For what takes every expert for a member of the family."""
        if self.regressions < self.experts:
            raise ValueError(f"{what} cannot show a model with point masses or noise yet; dmoe inspect says what it is")

    @cached_property
    def expert_columns(self) -> list[int]:
        """Positions in `covariates` of those that experts read."""
        return [self.covariates.index(name) for name in self.record["expertCovariates"]]

    @cached_property
    def gate_columns(self) -> list[int]:
        return [self.covariates.index(name) for name in self.record["gateCovariates"]]

    @cached_property
    def offset(self) -> int | None:
        """Position of the covariate with coefficient 1 in every linear predictor."""
        name = self.record.get("offset")
        return None if name is None else self.covariates.index(name)

    @cached_property
    def coefficients(self) -> np.ndarray:
        """Experts x linear predictors x (intercept, slopes)."""
        values = np.array([expert["coefficients"] for expert in self.record["experts"]], dtype=float)
        return values.reshape(self.experts, len(self.responses), 1 + len(self.expert_columns))

    @cached_property
    def dispersions(self) -> np.ndarray:
        return np.array([expert.get("dispersion", 1.0) for expert in self.record["experts"]])

    @cached_property
    def gate(self) -> np.ndarray:
        """Experts x (intercept, slopes); 0 for the last."""
        return np.array([expert["gate"] for expert in self.record["experts"]], dtype=float)

    # Where the experts are

    @cached_property
    def weights(self) -> np.ndarray:
        return np.array([(expert.get("statistics") or {}).get("weight", 0.0) for expert in self.record["experts"]])

    @property
    def has_statistics(self) -> bool:
        return bool(self.weights.sum() > 0)

    @cached_property
    def shares(self) -> np.ndarray:
        """Of the rows, by weight; equal where there are no statistics."""
        return self.weights / self.weights.sum() if self.has_statistics else np.full(self.experts, 1 / self.experts)

    @cached_property
    def means(self) -> np.ndarray:
        """Experts x (covariates, target)."""
        width = len(self.covariates) + 1
        return np.array([(expert.get("statistics") or {}).get("mean", [0.0] * width) for expert in self.record["experts"]])

    @cached_property
    def covariances(self) -> np.ndarray:
        """Experts x (covariates, target) x (covariates, target); 1 on the diagonal where there are no statistics."""
        width = len(self.covariates) + 1
        result = np.tile(np.eye(width), (self.experts, 1, 1))
        for index, expert in enumerate(self.record["experts"]):
            statistics = expert.get("statistics") or {}
            if statistics.get("weight", 0) > 0:
                result[index] = _symmetric(np.array(statistics["scatter"]), width) / statistics["weight"]
        return result

    @cached_property
    def overall_mean(self) -> np.ndarray:
        return self.shares @ self.means

    @cached_property
    def overall_deviation(self) -> np.ndarray:
        second = np.diagonal(self.covariances, axis1=1, axis2=2) + (self.means - self.overall_mean) ** 2
        return np.sqrt(self.shares @ second)

    # How sure they are

    @property
    def source(self) -> str | None:
        """How the standard errors were found; None where there are none."""
        return (self.record.get("uncertainty") or {}).get("source")

    def degrees(self, expert: int | None) -> float | None:
        """Of Student's t, for the coefficients of an expert or, without one, of the gate; None where estimates are taken as normal.

        Those that the file has; of one linear regression fitted to rows rows less coefficients.
        """
        record = (self.record.get("uncertainty") or {}).get("gate") if expert is None else self.record["experts"][expert].get("uncertainty")
        if record is not None and "degrees" in record:
            return float(record["degrees"])
        if expert is None or self.experts != 1 or self.family != "gaussian" or self.source not in ("observed", "sandwich"):
            return None
        degrees = float(self.record["weight"]) - self.coefficients[0].size
        return degrees if degrees > 0 else None

    @cached_property
    def expert_covariances(self) -> list[np.ndarray | None]:
        """Of `coefficients` predictor after predictor, then of the logarithm of a dispersion; NaN where unknown."""
        center = self.overall_mean[self.expert_columns]
        return [
            _at_zero(expert.get("uncertainty"), center, len(self.responses)) for expert in self.record["experts"]
        ]

    @cached_property
    def gate_covariance(self) -> np.ndarray | None:
        """Of the coefficients of all gates but the last, gate after gate."""
        uncertainty = (self.record.get("uncertainty") or {}).get("gate")
        return _at_zero(uncertainty, self.overall_mean[self.gate_columns], self.experts - 1)


def _symmetric(lower: np.ndarray, width: int) -> np.ndarray:
    result = np.zeros((width, width))
    result[np.tril_indices(width)] = lower
    return result + np.tril(result, -1).T


def _at_zero(uncertainty: dict[str, Any] | None, center: np.ndarray, predictors: int) -> np.ndarray | None:
    """The covariance of parameters whose intercepts the file has at the mean of the covariates.

    An intercept at 0 is that at the mean less the slopes times the mean: a linear map of the parameters, so its covariance follows
    exactly from the file's. Parameters that are held, or not determined by the rows, get NaN in their row and column.
    """
    if uncertainty is None or not uncertainty.get("standardErrors"):
        return None
    errors = np.array(uncertainty["standardErrors"], dtype=float)
    count = len(errors)
    correlations = np.eye(count)
    known = uncertainty.get("correlations")
    if known is not None:
        correlations[np.tril_indices(count, -1)] = known
        correlations += np.tril(correlations, -1).T
    covariance = correlations * np.outer(errors, errors)
    move = np.eye(count)
    width = 1 + len(center)
    for predictor in range(predictors):
        first = predictor * width
        move[first, first + 1 : first + width] = -center
    result = move @ covariance @ move.T
    unknown = errors == 0
    unknown[uncertainty.get("undetermined", [])] = True
    if known is None:  # the intercepts at 0 need the correlations
        unknown[[predictor * width for predictor in range(predictors)]] = True
    result[unknown, :] = np.nan
    result[:, unknown] = np.nan
    return result
