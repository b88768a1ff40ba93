"""The global model adapted to each site, and predictions by site."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.utils.validation import _check_sample_weight, check_is_fitted

from .. import _engine
from .._model import Model
from .._tables import taken
from .._warnings import warn
from ._base import Classifier, MixtureOfExperts, Regressor
from ._rows import Rows
from ._sites import sites_of


class SiteModels(MixtureOfExperts):
    """Models that are each site's own, beside the global one."""

    model_: Model
    adapted_models_: dict[str, Model]

    def adapt(
        self, X: Any, y: Any, groups: Any, sample_weight: Any = None, *, adapted: str | None = None,
        prior_precision: float | None = None,
    ) -> Any:
        """Fit the gate of the global model anew to the rows of each site, as ``dmoe adapt`` does, for predictions with ``groups``.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Covariates: those of the fit, or later rows.
        y : array-like of shape (n_samples,)
            Responses.
        groups : array-like of shape (n_samples,)
            The site of each row.
        sample_weight : array-like of shape (n_samples,) or None
            A weight of 2 counts as the row twice.
        adapted : {"gate", "intercepts"} or None, default=None
            What is fitted: the gate, or also intercepts and dispersions of the experts; by default the gate, of one expert its intercept.
        prior_precision : float or None, default=None
            Of the prior around the global model in standard units; by default the one with the largest evidence of the rows of a site.

        Returns
        -------
        self
            ``adapted_models_`` has the model of each site.
        """
        columns, responses = self._columns(X), self._responses(y)
        weights = None if sample_weight is None else _check_sample_weight(sample_weight, responses, dtype=np.float64)
        models = {}
        for site in sites_of(groups, Rows(columns, {})):
            models[site.name] = self.model_._adapted(
                _chosen(columns, site.rows), taken(responses, site.rows),
                sample_weight=None if weights is None else weights[site.rows], style=_engine.ESTIMATORS, adapted=adapted,
                prior_precision=prior_precision, n_jobs=self.n_jobs,
            )
        self.adapted_models_ = models
        for name, model in models.items():
            warn(f"{name}: {text}" for text in model.said(_engine.ESTIMATORS))
        return self

    def _by_site(self, X: Any, groups: Any, call: Callable[[Model, dict[str, Any]], np.ndarray]) -> np.ndarray:
        """What the model of the site of each row gives; of sites that were not adapted, and without groups, the global one."""
        columns = self._columns(X)
        if groups is None:
            return call(self.model_, columns)
        check_is_fitted(self, "adapted_models_", msg="This %(name)s has no models of sites: call adapt first.")
        sites = sites_of(groups, Rows(columns, {}))
        parts = [call(self.adapted_models_.get(site.name, self.model_), _chosen(columns, site.rows)) for site in sites]
        result = np.empty((sum(site.row_count for site in sites), *parts[0].shape[1:]), parts[0].dtype)
        for site, part in zip(sites, parts, strict=True):
            result[site.rows] = part
        return result


class SiteRegressor(Regressor, SiteModels):
    def predict(self, X: Any, return_std: bool = False, groups: Any = None) -> Any:
        """Mean of the response.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            The rows.
        return_std : bool, default=False
            Whether the standard deviation of the response is wanted too.
        groups : array-like of shape (n_samples,) or None
            The site of each row, after :meth:`adapt`: rows of sites that were adapted are predicted with the model of the site.

        Returns
        -------
        ndarray of shape (n_samples,), or a pair of them
        """
        both = self._by_site(
            X, groups, lambda model, rows: np.column_stack(model.predict(rows, return_std=True, **self._how))
        )
        return (both[:, 0], both[:, 1]) if return_std else both[:, 0]


class SiteClassifier(Classifier, SiteModels):
    def predict_proba(self, X: Any, groups: Any = None) -> np.ndarray:
        """Probability of each class.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            The rows.
        groups : array-like of shape (n_samples,) or None
            The site of each row, after :meth:`adapt`: rows of sites that were adapted are predicted with the model of the site.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Columns in the order of ``classes_``.
        """
        return self._by_site(X, groups, lambda model, rows: model.predict_proba(rows, **self._how))

    def predict(self, X: Any, groups: Any = None) -> np.ndarray:
        """The most probable class; ``groups`` as in :meth:`predict_proba`."""
        probabilities = self.predict_proba(X, groups)  # first: an estimator that is not fitted has no classes
        return self.classes_[np.argmax(probabilities, axis=1)]


def _chosen(columns: dict[str, Any], rows: slice | np.ndarray) -> dict[str, Any]:
    return {name: taken(values, rows) for name, values in columns.items()}
