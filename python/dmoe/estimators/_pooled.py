"""Estimators of rows that are in one place."""

from __future__ import annotations

from typing import Any

from .. import _engine
from .._fitting import run_fit
from .._requests import ESTIMATOR_NAMES, USUAL_ROWS_PER_PARAMETER, fit_request
from ._base import PARAMETERS, Classifier, MixtureOfExperts, Regressor, seed_of
from ._rows import training_rows

_PARAMETERS = PARAMETERS.format(
    rows_per_parameter=USUAL_ROWS_PER_PARAMETER,
    of_a_site="",
    range=" Of a pair, such as ``(1, 8)``, the best number is kept.",
    min_rows=None,
    others="""
    criterion : {"bic", "aic", "icl"} or None, default=None
        Chooses in a range of ``n_experts``; None is BIC.""",
)

_ATTRIBUTES = """
    Attributes
    ----------
    model_ : dmoe.Model
        The local model; ``model_.save(path)`` writes what ``dmoe fit`` would.
    n_experts_ : int
        Experts in it.
    n_iter_ : int
        Iterations of the best start.
    log_likelihood_ : float
        Of the training rows.
    n_features_in_, feature_names_in_
        As in scikit-learn.
"""


class _Pooled(MixtureOfExperts):
    def __init__(
        self,
        n_experts: int | tuple[int, int] = 3,
        *,
        family: str | None = None,
        gate_features: list[str] | None = None,
        exposure: str | None = None,
        study: str | None = None,
        n_starts: int | None = None,
        tol: float | None = None,
        max_iter: int | None = None,
        min_rows: int | None = None,
        rows_per_parameter: int = USUAL_ROWS_PER_PARAMETER,
        l1: str | None = None,
        l1_gate: float | None = None,
        l1_experts: float | None = None,
        standard_errors: str | None = None,
        slope_prior: str | None = None,
        criterion: str | None = None,
        random_state: Any = None,
        n_jobs: int | None = None,
        progress: Any = None,
    ) -> None:
        self.n_experts = n_experts
        self.family = family
        self.gate_features = gate_features
        self.exposure = exposure
        self.study = study
        self.n_starts = n_starts
        self.tol = tol
        self.max_iter = max_iter
        self.min_rows = min_rows
        self.rows_per_parameter = rows_per_parameter
        self.l1 = l1
        self.l1_gate = l1_gate
        self.l1_experts = l1_experts
        self.standard_errors = standard_errors
        self.slope_prior = slope_prior
        self.criterion = criterion
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.progress = progress

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Fit the rows.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Covariates; float64 and float32 are read where they lie.
        y : array-like of shape (n_samples,)
            Responses.
        sample_weight : array-like of shape (n_samples,) or None
            A weight of 2 counts as the row twice, of 0 as no row.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            Where data or options cannot be used.
        """
        rows, classes = training_rows(self, X, y, sample_weight)
        options = self._local_options(seed_of(self.random_state)) | {"criterion": self.criterion, "as_sites": self.min_rows is not None}
        request = fit_request(rows.request, self.n_experts, options, ESTIMATOR_NAMES)
        self.model_ = run_fit(rows.table("data"), request, self.n_jobs, self.progress, style=_engine.ESTIMATORS)
        report = self.model_.record["fit"]
        self.n_experts_ = self.model_.n_experts
        if classes is not None:
            self.classes_ = classes.labels
        self.n_iter_ = max(1, report["iterations"])
        self.log_likelihood_ = report["logLikelihood"]
        return self


class MixtureOfExpertsRegressor(Regressor, _Pooled):
    __doc__ = f"""Mixture of regressions under a softmax gate, fitted to rows in one place.
{_PARAMETERS}{_ATTRIBUTES}
    Examples
    --------
    >>> import numpy as np
    >>> from dmoe import MixtureOfExpertsRegressor
    >>> x = np.random.default_rng(0).uniform(-1, 1, size=(2000, 1))
    >>> y = np.abs(x[:, 0]) + 0.1 * np.random.default_rng(1).normal(size=2000)
    >>> estimator = MixtureOfExpertsRegressor(n_experts=2, random_state=1).fit(x, y)
    >>> estimator.predict([[-0.5], [0.5]]).round(1)
    array([0.5, 0.5])
    """


class MixtureOfExpertsClassifier(Classifier, _Pooled):
    __doc__ = f"""Mixture of multinomial regressions under a softmax gate, fitted to rows in one place.
{_PARAMETERS}{_ATTRIBUTES}
    classes_ : ndarray
        The classes, in the order of the columns of :meth:`predict_proba`.

    Examples
    --------
    >>> import numpy as np
    >>> from dmoe import MixtureOfExpertsClassifier
    >>> x = np.random.default_rng(0).uniform(-1, 1, size=(2000, 2))
    >>> y = np.where(x[:, 0] * x[:, 1] > 0, "same", "other")
    >>> estimator = MixtureOfExpertsClassifier(n_experts=2, random_state=1).fit(x, y)
    >>> estimator.predict([[0.5, 0.5], [0.5, -0.5]])
    array(['same', 'other'], dtype='<U5')
    """
