"""Counts as often as the model expects them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .._model import Model
from .._texts import say
from ._inputs import observed_numbers, of_estimator
from ._style import Display, FAINT, colour, label_x, label_y, legend, plain


@dataclass
class RootogramDisplay(Display):
    """A hanging rootogram: bars of the observed frequencies hang from the expected ones, on the scale of square roots (Kleiber and
    Zeileis 2016). Where bars do not reach 0, or cross it, there are fewer or more rows than expected.

    Attributes
    ----------
    counts : ndarray
        0, 1, …; the last stands for itself alone.
    observed, expected : ndarray
        Rows with each count.
    """

    counts: np.ndarray
    observed: np.ndarray
    expected: np.ndarray
    target: str

    @classmethod
    def from_model(cls, model: Model, X: Any, y: Any, *, max_count: int | None = None, ax: Any = None, **how: Any) -> RootogramDisplay:
        """Draw observed and expected frequencies of a model of counts.

        Parameters
        ----------
        max_count : int, optional
            By default the 99 % quantile of the counts, at most 60.
        **how
            As of :meth:`dmoe.Model.predict`.
        """
        if model.family != "poisson":
            raise ValueError(f"a rootogram is of counts; the model has {model.family} experts")
        y = observed_numbers(model, y)
        last = max_count if max_count is not None else int(np.clip(np.quantile(y[np.isfinite(y)], 0.99) + 1, 5, 60))
        counts = np.arange(last + 1)
        densities = np.stack([model.log_density(X, np.full(len(y), float(count)), **how) for count in counts])
        used = np.isfinite(densities).all(axis=0) & np.isfinite(y)
        observed = np.array([(y[used] == count).sum() for count in counts])
        return cls(counts, observed, np.exp(densities[:, used]).sum(axis=1), model.target).plot(ax=ax)

    @classmethod
    def from_estimator(cls, estimator: Any, X: Any, y: Any, **options: Any) -> RootogramDisplay:
        """As :meth:`from_model`, of a fitted estimator."""
        model, columns = of_estimator(estimator, X)
        return cls.from_model(model, columns, y, **options)

    def plot(self, *, ax: Any = None) -> RootogramDisplay:
        ax = self._begin(ax)
        tops = np.sqrt(self.expected)
        heights = np.sqrt(self.observed)
        ax.bar(self.counts, heights, 0.85, tops - heights, color="#b8c7d9", edgecolor="black", lw=0.4, label=say("observed"))
        ax.plot(self.counts, tops, color=colour(1), marker="o", markersize=3.5, label=say("expected"))
        ax.axhline(0, color="black", lw=1)
        # Frequencies of a right model stay within one unit of the root in 95 % of the cases (Tukey's warning limits).
        for limit in (-1, 1):
            ax.axhline(limit, color=FAINT, lw=1, ls="--", zorder=0)
        ax.xaxis.get_major_locator().set_params(integer=True)
        label_x(ax, plain(self.target))
        label_y(ax, say("root_of_rows"))
        legend(ax)
        return self
