"""What a covariate does in the whole mixture: a partial dependence with a band."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .._description import Parameters, draw_covariates, expert_means, mixture_means
from .._model import Model
from .._texts import say
from ._gates import grid
from ._inputs import covariate_position
from ._style import Display, label_x, label_y, legend, line, plain, rug

# Draws of the sketch, and of the parameters.
_ROWS, _PARAMETERS = 200, 200


@dataclass
class PartialEffectDisplay(Display):
    """The mean of the response along a covariate, the others as they are together in the data.

    The band is of the parameters alone: of draws from their normal distribution, with experts and gate independent, since files hold no
    correlations between them. It is absent where standard errors are.

    Attributes
    ----------
    values : ndarray of shape (points,)
    means : ndarray of shape (points,)
        Of the mixture; of a class its probability.
    lower, upper : ndarray or None
        Ends of the band.
    experts : ndarray of shape (points, experts)
        The same of each expert alone.
    """

    covariate: str
    label: str
    values: np.ndarray
    means: np.ndarray
    lower: np.ndarray | None
    upper: np.ndarray | None
    experts: np.ndarray
    draws: np.ndarray
    is_discrete: bool

    @classmethod
    def from_model(
        cls, model: Model, covariate: str, *, response: str | None = None, level: float = 0.95, points: int = 41, seed: int = 1,
        ax: Any = None,
    ) -> PartialEffectDisplay:
        """Draw the partial effect of a covariate of the design.

        Parameters
        ----------
        response : str, optional
            The class whose probability is shown; by default the second.
        level : float
            Of the band.
        """
        parameters = model.parameters
        parameters.refuse_fixed("a partial effect")
        column = covariate_position(model, covariate)
        value = 0 if model.classes is None else model.classes.index(response or model.classes[1])
        rows = draw_covariates(parameters, _ROWS, seed)
        values, is_discrete = grid(parameters, column, rows[:, column], points)
        curve = _Curve(parameters, rows, column, values, value)
        low, high = curve.band(level, seed)
        label = say("mean_of", target=model.target) if model.classes is None else say("probability_of_class", response=model.classes[value])
        return cls(
            covariate, label, values, curve.mean(parameters.coefficients, parameters.gate), low, high,
            curve.of_experts(parameters.coefficients), rows[:, column], is_discrete,
        ).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> PartialEffectDisplay:
        ax = self._begin(ax)
        if self.lower is not None and self.upper is not None:
            if self.is_discrete:
                ax.vlines(self.values, self.lower, self.upper, color="black", lw=1.6)
            else:
                ax.fill_between(self.values, self.lower, self.upper, color="black", alpha=0.18, lw=0)
        for expert in range(self.experts.shape[1]):
            ax.plot(self.values, self.experts[:, expert], lw=1.1, label=say("expert", expert=expert + 1), **line(expert))
        mark = {"marker": "o"} if self.is_discrete else {}
        ax.plot(self.values, self.means, color="black", lw=2.6, label=say("mixture"), **mark)
        self._frame(ax)
        label_x(ax, plain(self.covariate))
        label_y(ax, plain(self.label))
        if self.is_discrete:
            ax.set_xticks(self.values)
        else:
            rug(ax, self.draws)
        legend(ax)
        return self

    def _frame(self, ax: Any) -> None:
        """Experts far outside their own region would flatten the mixture: the axis shows at most twice its reach on either side."""
        ends = [self.means, *(end for end in (self.lower, self.upper) if end is not None)]
        low, high = min(map(np.min, ends)), max(map(np.max, ends))
        reach = 2 * max(high - low, 1e-12)
        bottom, top = ax.get_ylim()
        ax.set_ylim(max(bottom, low - reach), min(top, high + reach))


@dataclass(frozen=True)
class _Curve:
    parameters: Parameters
    rows: np.ndarray
    column: int
    values: np.ndarray
    # Which of the values of a response: of numbers the only one.
    value: int

    def mean(self, coefficients: np.ndarray, gate: np.ndarray) -> np.ndarray:
        """Points; averages over the rows."""
        predictors = self._predictors(coefficients)
        scores = self._moved(gate, self.parameters.gate_columns)
        return mixture_means(self.parameters.family, scores, predictors)[..., self.value].mean(axis=0)

    def of_experts(self, coefficients: np.ndarray) -> np.ndarray:
        """Points x experts."""
        return expert_means(self.parameters.family, self._predictors(coefficients))[..., self.value].mean(axis=0)

    def _predictors(self, coefficients: np.ndarray) -> np.ndarray:
        """Rows x points x experts x linear predictors."""
        experts, count, width = coefficients.shape
        moved = self._moved(coefficients.reshape(experts * count, width), self.parameters.expert_columns)
        moved = moved.reshape(*moved.shape[:2], experts, count)
        if self.parameters.offset is None:
            return moved
        offset = self.rows[:, self.parameters.offset][:, None, None, None]
        return moved + (self.values[None, :, None, None] if self.parameters.offset == self.column else offset)

    def _moved(self, coefficients: np.ndarray, columns: list[int]) -> np.ndarray:
        """Linear predictors where the covariate has each of its values: the others are added up once."""
        base = coefficients[:, 0] + self.rows[:, columns] @ coefficients[:, 1:].T
        if self.column not in columns:
            return np.repeat(base[:, None, :], len(self.values), axis=1)
        slopes = coefficients[:, 1 + columns.index(self.column)]
        change = self.values[None, :] - self.rows[:, self.column][:, None]
        return base[:, None, :] + change[:, :, None] * slopes

    def band(self, level: float, seed: int) -> tuple[np.ndarray | None, np.ndarray | None]:
        parameters = self.parameters
        covariances = parameters.expert_covariances
        if any(covariance is None for covariance in covariances) or (parameters.experts > 1 and parameters.gate_covariance is None):
            return None, None
        random = np.random.default_rng(seed)
        width = parameters.coefficients[0].size
        experts = [
            _normal(random, own.ravel(), covariance[:width, :width]) for own, covariance in zip(parameters.coefficients, covariances)
        ]
        gates = _normal(random, parameters.gate[:-1].ravel(), parameters.gate_covariance) if parameters.experts > 1 else None
        curves = []
        for draw in range(_PARAMETERS):
            coefficients = np.stack([own[draw] for own in experts]).reshape(parameters.coefficients.shape)
            gate = np.zeros_like(parameters.gate)
            if gates is not None:
                gate[:-1] = gates[draw].reshape(gate[:-1].shape)
            curves.append(self.mean(coefficients, gate))
        low, high = np.quantile(curves, [(1 - level) / 2, (1 + level) / 2], axis=0)
        return low, high


def _normal(random: np.random.Generator, center: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Draws; a parameter that is held, or not determined, stays where it is."""
    return random.multivariate_normal(center, np.nan_to_num(covariance), size=_PARAMETERS, method="eigh", check_valid="ignore")
