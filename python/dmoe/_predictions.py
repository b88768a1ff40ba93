"""Predictions and scores of a model for the rows of a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _engine
from ._requests import row_request
from ._tables import Role, Table, columns_of
from ._warnings import warn

_PLACES = (
    "mean", "standard_deviation", "gates", "class_probabilities", "quantiles", "log_density", "posteriors", "draws", "predictors",
    "cumulative",
)

# Fewer are predicted before anybody could press Ctrl-C, and a thread for them would take longer.
_MANY_ROWS = 20_000


class Predictor:
    """What :class:`dmoe.Model` predicts."""

    if TYPE_CHECKING:
        handle: int
        family: str
        target: str
        classes: list[str] | None
        n_experts: int
        input_names: list[str]
        roles: dict[str, Role]

    def predict(self, X: Any, *, return_std: bool = False, **how: Any) -> Any:
        """Mean of the response, or the most probable class.

        Parameters
        ----------
        X : data frame, mapping of names to columns, or array in the order of :attr:`input_names`
            The rows.
        return_std : bool
            Whether the standard deviation is wanted too; of numbers alone.
        **how
            ``missing`` (``"error"`` or ``"drop"``), ``unknown_levels`` (``"error"`` or ``"reference"``, of a model with a study),
            ``n_jobs``.

        Returns
        -------
        ndarray of shape (rows,), or a pair of them
        """
        if self.classes is not None:
            if return_std:
                raise ValueError("classes have no standard deviation: see predict_proba")
            return np.asarray(self.classes, dtype=object)[np.argmax(self.predict_proba(X, **how), axis=1)]
        wanted = {"mean": 1, "standard_deviation": 1} if return_std else {"mean": 1}
        result = self._outputs(X, wanted, **how)
        mean = result["mean"][:, 0]
        return (mean, result["standard_deviation"][:, 0]) if return_std else mean

    def predict_proba(self, X: Any, **how: Any) -> np.ndarray:
        """Probability of each class; of shape (rows, classes)."""
        if self.classes is None:
            raise ValueError(f"{self.family} experts predict numbers, not classes")
        return self._outputs(X, {"class_probabilities": len(self.classes)}, **how)["class_probabilities"]

    def predict_quantiles(self, X: Any, levels: Sequence[float], **how: Any) -> np.ndarray:
        """Quantiles of the response; of shape (rows, levels)."""
        if self.classes is not None:
            raise ValueError("classes have no quantiles: see predict_proba")
        return self._outputs(X, {"quantiles": len(levels)}, levels=list(levels), **how)["quantiles"]

    def gate_proba(self, X: Any, **how: Any) -> np.ndarray:
        """Probability of each expert given the covariates; of shape (rows, experts)."""
        return self._outputs(X, {"gates": self.n_experts}, **how)["gates"]

    def log_density(self, X: Any, y: Any, **how: Any) -> np.ndarray:
        """log f(y | x); of shape (rows,)."""
        return self._outputs(X, {"log_density": 1}, y=y, **how)["log_density"][:, 0]

    def posterior_proba(self, X: Any, y: Any, **how: Any) -> np.ndarray:
        """Probability of each expert given covariates and response; of shape (rows, experts)."""
        return self._outputs(X, {"posteriors": self.n_experts}, y=y, **how)["posteriors"]

    def cumulative_proba(self, X: Any, y: Any, **how: Any) -> np.ndarray:
        """P(Y < y | x) and P(Y ≤ y | x), equal where responses are continuous; of shape (rows, 2). Of numbers alone."""
        if self.classes is not None:
            raise ValueError("classes have no order: see predict_proba")
        return self._outputs(X, {"cumulative": 2}, y=y, **how)["cumulative"]

    def sample(self, X: Any, *, seed: int | None = None, **how: Any) -> np.ndarray:
        """One response per row, drawn from f(· | x) with a seed, 1 by default; of shape (rows,). Of classes their names."""
        draws = self._outputs(X, {"draws": 1}, seed=seed, **how)["draws"][:, 0]
        if self.classes is None:
            return draws
        return np.asarray(self.classes, dtype=object)[draws.astype(np.int64)]

    def evaluate(self, X: Any, y: Any, *, sample_weight: Any = None, **how: Any) -> dict[str, Any]:
        """The scores of ``dmoe evaluate``: log-likelihood, and CRPS, RMSE, …, or log loss, accuracy, …"""
        table, weights = self._scored_table(X, y, sample_weight)
        request = row_request(how)
        name = weights.encode() if weights else None
        notices: list[str] = []
        pointer = _engine.library().dmoe_score(self.handle, table.handle, request, name)
        scores = json.loads(_engine.answer(pointer, notices=notices))
        warn(notices)
        return scores

    def _scored_table(self, X: Any, y: Any, sample_weight: Any) -> tuple[Table, str | None]:
        """Rows with responses, and the column of their weights."""
        columns = {**columns_of(X, self.input_names), self.target: y}
        weights = None
        if sample_weight is not None:
            weights = "sample_weight"
            while weights in columns:
                weights += "_"
            columns[weights] = sample_weight
        return Table._of_roles(columns, "data", self.roles), weights

    def _outputs(self, X: Any, wanted: dict[str, int], *, y: Any = None, **how: Any) -> dict[str, np.ndarray]:
        style = how.pop("_style", _engine.FUNCTIONS)
        columns = columns_of(X, self.input_names)
        if y is not None:
            columns[self.target] = y
        table = Table._of_roles(columns, "data", self.roles)
        results = {name: np.full((table.row_count, width), np.nan) for name, width in wanted.items()}
        places = _engine.pointers([results[name].ctypes.data if name in results else None for name in _PLACES])
        request = row_request(how)
        notices: list[str] = []

        def call() -> dict[str, np.ndarray]:
            _engine.answer(_engine.library().dmoe_predict(self.handle, table.handle, request, places), style, notices)
            return results  # kept, with the table, for as long as the engine writes into them

        done = _engine.interruptible(call) if table.row_count > _MANY_ROWS else call()
        warn(notices)
        return done
