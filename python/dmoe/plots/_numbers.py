"""Responses that are numbers against what was predicted for them."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from .._model import Model
from .._texts import say
from ._inputs import covariate_column, observed_numbers, of_estimator
from ._style import Display, FAINT, GREY, SEQUENTIAL, colour, label_x, label_y, plain

# Beyond so many rows, points become cells.
_MOST_POINTS = 3000


def randomised_pit(model: Model, X: Any, y: Any, seed: int, **how: Any) -> np.ndarray:
    """A uniform draw between P(Y < y) and P(Y ≤ y) of each row: uniform under the model, for counts too (Dunn and Smyth 1996); NaN of rows
    that are left out."""
    bounds = model.cumulative_proba(X, observed_numbers(model, y), **how)
    share = np.random.default_rng(seed).uniform(size=len(bounds))
    return bounds[:, 0] + share * (bounds[:, 1] - bounds[:, 0])


class _OfNumbers(Display):
    @classmethod
    def from_estimator(cls, estimator: Any, X: Any, y: Any, *arguments: Any, **options: Any) -> Any:
        """As ``from_model``, of a fitted estimator."""
        model, columns = of_estimator(estimator, X)
        return cls.from_model(model, columns, y, *arguments, **options)  # type: ignore[attr-defined]


@dataclass
class PITDisplay(_OfNumbers):
    """A histogram of the probability integral transform: flat where the predictive distributions are right, ∪ where they are too narrow,
    ∩ where they are too wide (Czado, Gneiting and Held 2009).

    Attributes
    ----------
    shares : ndarray
        Of the rows, in bins of equal width; of counts without randomisation.
    rows : int
    """

    shares: np.ndarray
    rows: int

    @classmethod
    def from_model(cls, model: Model, X: Any, y: Any, *, bins: int = 10, ax: Any = None, **how: Any) -> PITDisplay:
        """Draw the histogram for the rows of a table."""
        bounds = model.cumulative_proba(X, observed_numbers(model, y), **how)
        low, high = bounds[np.isfinite(bounds).all(axis=1)].T
        edges = np.linspace(0, 1, bins + 1)
        # A count spreads evenly between its bounds.
        reach = np.maximum(high - low, 1e-12)
        reached = np.clip((edges[:, None] - low) / reach, 0, 1).mean(axis=1)
        return cls(np.diff(reached), len(low)).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> PITDisplay:
        ax = self._begin(ax)
        bins = len(self.shares)
        ax.bar((np.arange(bins) + 0.5) / bins, self.shares * bins, 1 / bins, color="#b8c7d9", edgecolor="black", lw=0.5)
        reach = 1.96 * np.sqrt((1 / bins) * (1 - 1 / bins) / max(self.rows, 1)) * bins
        ax.axhspan(1 - reach, 1 + reach, color=colour(1), alpha=0.2, lw=0)
        ax.axhline(1, color=colour(1), lw=1.2, ls="--")
        ax.set_xlim(0, 1)
        label_x(ax, say("pit"))
        label_y(ax, say("pit_density"))
        return self


@dataclass
class CoverageDisplay(_OfNumbers):
    """Reliability: the share of the responses in central intervals, against what the intervals claim.

    Attributes
    ----------
    levels, coverage : ndarray
    """

    levels: np.ndarray
    coverage: np.ndarray

    @classmethod
    def from_model(cls, model: Model, X: Any, y: Any, *, seed: int = 1, ax: Any = None, **how: Any) -> CoverageDisplay:
        """Draw the coverage for the rows of a table; responses that are counts are randomised between their bounds."""
        values = randomised_pit(model, X, y, seed, **how)
        distance = 2 * np.abs(values[np.isfinite(values)] - 0.5)
        levels = np.linspace(0, 1, 41)
        return cls(levels, np.array([(distance <= level).mean() for level in levels])).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> CoverageDisplay:
        self.size = (4.6, 4.2)
        ax = self._begin(ax)
        ax.plot([0, 1], [0, 1], color=GREY, lw=1, ls="--")
        ax.plot(self.levels, self.coverage, color=colour(0), lw=2)
        ax.set_xlim(0, 1)
        ax.set_ylim(0, 1)
        ax.set_aspect("equal")
        label_x(ax, say("interval_probability"))
        label_y(ax, say("interval_share"))
        return self


@dataclass
class QuantileResidualDisplay(_OfNumbers):
    """Randomised quantile residuals against a covariate: standard normal at any value of it, if the model is right.

    Attributes
    ----------
    covariate : str
    values, residuals : ndarray
    """

    covariate: str
    values: np.ndarray
    residuals: np.ndarray

    @classmethod
    def from_model(
        cls, model: Model, X: Any, y: Any, covariate: str, *, seed: int = 1, ax: Any = None, **how: Any
    ) -> QuantileResidualDisplay:
        """Draw the residuals of the rows of a table against a covariate of it."""
        values = covariate_column(model, X, covariate)
        pit = np.clip(randomised_pit(model, X, y, seed, **how), 1e-12, 1 - 1e-12)
        kept = np.isfinite(pit)
        inverse = NormalDist().inv_cdf
        return cls(covariate, values[kept], np.array([inverse(value) for value in pit[kept]])).plot(ax=ax)

    @property
    def is_category(self) -> bool:
        return self.values.dtype.kind not in "fiub"

    def plot(self, *, ax: Any = None) -> QuantileResidualDisplay:
        ax = self._begin(ax)
        values = self.values
        if self.is_category:
            names, values = np.unique(values.astype(str), return_inverse=True)
            ax.boxplot([self.residuals[values == index] for index in range(len(names))], positions=range(len(names)), widths=0.6, sym=".")
            ax.set_xticks(range(len(names)), [plain(name) for name in names], rotation=30 if len(names) > 5 else 0)
        else:
            values = values.astype(float)
            _cloud(ax, values, self.residuals)
            _middle(ax, values, self.residuals)
        for level in (-1.96, 0, 1.96):
            ax.axhline(level, color=GREY if level == 0 else FAINT, lw=1, ls="-" if level == 0 else "--", zorder=1)
        label_x(ax, plain(self.covariate))
        label_y(ax, say("quantile_residual"))
        return self


@dataclass
class ObservedPredictedDisplay(_OfNumbers):
    """Responses against predictive means, with the means of both in tenths of the predictions.

    Attributes
    ----------
    observed, predicted : ndarray
    """

    observed: np.ndarray
    predicted: np.ndarray
    target: str

    @classmethod
    def from_model(cls, model: Model, X: Any, y: Any, *, ax: Any = None, **how: Any) -> ObservedPredictedDisplay:
        """Draw the rows of a table."""
        y = observed_numbers(model, y)
        mean = model.predict(X, **how)
        kept = np.isfinite(mean) & np.isfinite(y)
        return cls(y[kept], mean[kept], model.target).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> ObservedPredictedDisplay:
        ax = self._begin(ax)
        _cloud(ax, self.predicted, self.observed)
        low, high = min(self.predicted.min(), self.observed.min()), max(self.predicted.max(), self.observed.max())
        ax.plot([low, high], [low, high], color=GREY, lw=1, ls="--")
        _middle(ax, self.predicted, self.observed)
        label_x(ax, plain(say("predicted_mean", target=self.target)))
        label_y(ax, plain(say("observed_target", target=self.target)))
        return self


def _cloud(ax: Any, horizontal: np.ndarray, vertical: np.ndarray) -> None:
    """Points, or cells where there are too many for a picture of lines."""
    if len(horizontal) > _MOST_POINTS:
        ax.hexbin(horizontal, vertical, gridsize=45, bins="log", cmap=SEQUENTIAL, mincnt=1, linewidths=0.1)
    else:
        points = ax.scatter(horizontal, vertical, s=7, color="black", alpha=0.25, linewidths=0)
        points.set_rasterized(len(horizontal) > 400)


def _middle(ax: Any, horizontal: np.ndarray, vertical: np.ndarray) -> None:
    """Means in tenths of the rows."""
    order = np.argsort(horizontal, kind="stable")
    parts = [part for part in np.array_split(order, 10) if len(part)]
    ax.plot(
        [horizontal[part].mean() for part in parts], [vertical[part].mean() for part in parts], color=colour(1), marker="o", lw=1.8,
        markersize=5, markeredgecolor="white",
    )
