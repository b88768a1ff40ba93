"""What all estimators do alike."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, column_or_1d

from .._model import Model
from .. import _engine
from .._tables import Text, column, is_missing, name_of
from ._rows import covariates

PARAMETERS = """
    Parameters
    ----------
    n_experts : int or pair of int, default=3
        Number of experts{of_a_site}; rows that support fewer get fewer, with a warning.{range}
    family : str or None, default=None
        Of the responses: ``"gaussian"`` (the default of a regressor), ``"poisson"``, ``"negative-binomial"``, ``"gamma"``;
        ``"multinomial"`` for classes.
    gate_features : list of str or None, default=None
        Columns of the gate; by default all. Columns of an array are called x0, x1, …
    exposure : str or None, default=None
        Column of ``X`` with the exposures of counts.
    study : str or None, default=None
        The text of a study file, which says in place of the other arguments what is predicted from what: categories, missing
        values, family, classes. ``X`` is a data frame then.
    n_starts : int or None, default=None
        Random starts to screen; None is the engine's own number, 16.
    tol : float or None, default=None
        A start has converged below this change of the log-likelihood per row; None is the engine's own, 1e-9.
    max_iter : int or None, default=None
        Maximum number of iterations of a start; None is the engine's own, 500.
    min_rows : int or None, default={min_rows}
        The threshold rule of statistical disclosure control: a number from 3 withholds every statistic over fewer effective
        rows, as in a release; with None the rows and the model stay with their owner, and nothing is withheld.
    rows_per_parameter : int, default={rows_per_parameter}
        Fewer rows than this for each free parameter get fewer experts, down to one.
    l1 : "auto" or None, default=None
        ``"auto"``: a lasso whose weight is chosen by BIC.
    l1_gate, l1_experts : float or None, default=None
        Given weights of the lasso; None is no penalty.
    standard_errors : {{"observed", "sandwich", "none"}} or None, default=None
        Of the parameters, in the model file; None is the engine's own choice, observed.
    slope_prior : {{"separated", "all", "none"}} or None, default=None
        Slopes with a weak prior, log-F(1, 1): those without a finite maximum, where a group has no event or nothing else; all of
        experts of classes and counts and of gates; none. None is the engine's own choice, separated.{others}
    random_state : int, RandomState or None, default=None
        The seed of all random numbers; the same int gives the same model, for any number of threads.
    n_jobs : int or None, default=None
        Threads; None and -1 are all.
    progress : callable or bool or None, default=None
        Called with a :class:`dmoe.Progress` from any thread; True shows a bar of tqdm, if there is one.
"""


class MixtureOfExperts(BaseEstimator):
    """Options of the local fits, and what a fitted model gives."""

    model_: Model

    def _family(self) -> str:
        return self.family or self._default_family

    def _local_options(self, seed: int) -> dict[str, Any]:
        return {
            "starts": self.n_starts,
            "tolerance": self.tol,
            "max_iterations": self.max_iter,
            "seed": seed,
            "min_rows": self.min_rows,
            "rows_per_parameter": self.rows_per_parameter,
            "l1": self.l1,
            "l1_gate": self.l1_gate,
            "l1_experts": self.l1_experts,
            "standard_errors": self.standard_errors,
            "slope_prior": self.slope_prior,
        }

    @property
    def _how(self) -> dict[str, Any]:
        """Of predictions: their messages name parameters of estimators."""
        return {"n_jobs": self.n_jobs, "_style": _engine.ESTIMATORS}

    def _columns(self, X: Any) -> dict[str, Any]:
        check_is_fitted(self, "model_")
        columns = covariates(self, X, reset=False)
        return {name: columns[name] for name in self.model_.input_names if name in columns}

    def _responses(self, y: Any) -> np.ndarray | Text:
        return column(column_or_1d(y))

    def _labels(self, responses: np.ndarray) -> np.ndarray:
        return responses

    def sample(self, X: Any, random_state: Any = None) -> np.ndarray:
        """One response for each row, drawn from the predictive distribution.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            The rows.
        random_state : int, RandomState or None
            By default that of NumPy.

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        columns = self._columns(X)
        return self._labels(self.model_.sample(columns, seed=seed_of(random_state), **self._how))

    def log_density(self, X: Any, y: Any) -> np.ndarray:
        """log f(y | x) of each row.

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        columns = self._columns(X)
        return self.model_.log_density(columns, self._responses(y), **self._how)

    def gate_proba(self, X: Any) -> np.ndarray:
        """Probability of each expert given the covariates.

        Returns
        -------
        ndarray of shape (n_samples, n_experts_)
        """
        columns = self._columns(X)
        return self.model_.gate_proba(columns, **self._how)

    def posterior_proba(self, X: Any, y: Any) -> np.ndarray:
        """Probability of each expert given covariates and response.

        Returns
        -------
        ndarray of shape (n_samples, n_experts_)
        """
        columns = self._columns(X)
        return self.model_.posterior_proba(columns, self._responses(y), **self._how)


class Regressor(RegressorMixin):
    """Predictions of numbers; before :class:`MixtureOfExperts` among the bases."""

    _default_family = "gaussian"

    def predict(self, X: Any, return_std: bool = False) -> Any:
        """Mean of the response.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            The rows.
        return_std : bool, default=False
            Whether the standard deviation of the response is wanted too.

        Returns
        -------
        ndarray of shape (n_samples,), or a pair of them
        """
        columns = self._columns(X)
        return self.model_.predict(columns, return_std=return_std, **self._how)

    def predict_quantiles(self, X: Any, levels: Sequence[float] = (0.05, 0.5, 0.95)) -> np.ndarray:
        """Quantiles of the response.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            The rows.
        levels : sequence of float
            Between 0 and 1.

        Returns
        -------
        ndarray of shape (n_samples, n_levels)
        """
        columns = self._columns(X)
        return self.model_.predict_quantiles(columns, levels, **self._how)


class Classifier(ClassifierMixin):
    """Predictions of classes; before :class:`MixtureOfExperts` among the bases."""

    _default_family = "multinomial"
    classes_: np.ndarray

    def _responses(self, y: Any) -> Text:
        texts = dict(zip(self.classes_.tolist(), self.model_.classes, strict=True))
        labels = column_or_1d(y).tolist()
        return Text.of(["" if is_missing(label) else texts.get(label) or name_of(label) for label in labels])

    def _labels(self, responses: np.ndarray) -> np.ndarray:
        labels = dict(zip(self.model_.classes, range(len(self.classes_)), strict=True))
        return self.classes_[[labels[text] for text in responses]]

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probability of each class.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Columns in the order of ``classes_``.
        """
        columns = self._columns(X)
        return self.model_.predict_proba(columns, **self._how)

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """Logarithm of :meth:`predict_proba`."""
        return np.log(self.predict_proba(X))

    def predict(self, X: Any) -> np.ndarray:
        """The most probable class.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        codes = np.argmax(self.predict_proba(X), axis=1)
        return self.classes_[codes]


def seed_of(random_state: Any) -> int:
    """An int is the seed itself, so that it means the same as on the command line."""
    if isinstance(random_state, numbers.Integral):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))
