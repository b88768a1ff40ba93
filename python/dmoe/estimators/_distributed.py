"""Estimators of rows in many places."""

from __future__ import annotations

from typing import Any

from .. import _engine
from .._aggregation import aggregated
from .._progress import observed
from .._requests import USUAL_MIN_ROWS, USUAL_ROWS_PER_PARAMETER
from .._warnings import warn
from ._adaptation import SiteClassifier, SiteRegressor
from ._base import PARAMETERS, MixtureOfExperts, seed_of
from ._rows import training_rows
from ._sites import fit_sites, sites_of

_PARAMETERS = PARAMETERS.format(
    rows_per_parameter=USUAL_ROWS_PER_PARAMETER,
    of_a_site=" of each local model",
    range="",
    min_rows=USUAL_MIN_ROWS,
    others="""
    n_global_experts : int, "auto" or None, default=None
        Experts of the global model; by default the largest local number; ``"auto"`` takes the best on an independent
        Monte Carlo sample.
    method : str or None, default=None
        How local models become one, as ``dmoe aggregate --method``; by default transport.
    inconsistent : {"ask", "keep", "exclude"} or None, default=None
        What becomes of sites whose local models differ from those of all others: a warning names them, and they are kept or left
        out; by default kept, but numbers that look damaged are an error. Impossible ones are always left out.
    largest_share : float or None, default=None
        Largest share of a site in the weight of all sites, above 0 and at most 1; by default there is no bound.
    as_sites : bool, default=False
        Whether the local models keep all rules that sites keep for what they release; without, the threshold alone holds, and the models
        say that they are of one owner.""",
)

_ATTRIBUTES = """
    Attributes
    ----------
    model_ : dmoe.Model
        The global model; ``model_.save(path)`` writes what ``dmoe learn`` would.
    local_models_ : dict of str to dmoe.Model
        What each site would send.
    site_names_ : list of str
        Of the sites that were fitted, in order.
    left_out_ : dict of str to str
        Sites that could not be fitted, and why.
    adapted_models_ : dict of str to dmoe.Model
        After :meth:`adapt`: the global model adapted to each site, which stays there; ``predict`` with ``groups`` takes them.
    n_experts_ : int
        Experts of the global model.
    n_features_in_, feature_names_in_
        As in scikit-learn.
"""


class _Distributed(MixtureOfExperts):
    def __init__(
        self,
        n_experts: int = 3,
        *,
        family: str | None = None,
        gate_features: list[str] | None = None,
        exposure: str | None = None,
        study: str | None = None,
        n_starts: int | None = None,
        tol: float | None = None,
        max_iter: int | None = None,
        min_rows: int | None = USUAL_MIN_ROWS,
        rows_per_parameter: int = USUAL_ROWS_PER_PARAMETER,
        l1: str | None = None,
        l1_gate: float | None = None,
        l1_experts: float | None = None,
        standard_errors: str | None = None,
        slope_prior: str | None = None,
        n_global_experts: int | str | None = None,
        method: str | None = None,
        inconsistent: str | None = None,
        largest_share: float | None = None,
        as_sites: bool = False,
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
        self.n_global_experts = n_global_experts
        self.method = method
        self.inconsistent = inconsistent
        self.largest_share = largest_share
        self.as_sites = as_sites
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.progress = progress

    def fit(self, X: Any, y: Any, groups: Any = None, sample_weight: Any = None) -> Any:
        """Fit the rows of each site by themselves, and aggregate the local models.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Covariates. Rows of a site that follow one another are read where they lie.
        y : array-like of shape (n_samples,)
            Responses.
        groups : array-like of shape (n_samples,) or None
            The site of each row; without it all rows are of one site.
        sample_weight : array-like of shape (n_samples,) or None
            A weight of 2 counts as the row twice, of 0 as no row.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            Where data or options cannot be used, or no site can be fitted.
        """
        rows, classes = training_rows(self, X, y, sample_weight)
        seed = seed_of(self.random_state)
        options = self._local_options(seed) | {"aggregated": True, "as_sites": self.as_sites}
        sites = sites_of(groups, rows)
        with observed(self.progress) as observer:
            outcome = fit_sites(rows, sites, self.n_experts, options, self.n_jobs, observer)
        outcome.warn()
        self.local_models_ = outcome.models
        self.left_out_ = outcome.left_out
        self.site_names_ = list(outcome.models)
        self.model_, said = aggregated(
            outcome.models, _engine.ESTIMATORS, experts=self.n_global_experts, method=self.method, inconsistent=self.inconsistent,
            seed=seed, largest_share=self.largest_share, n_jobs=self.n_jobs,
        )
        warn(said)
        self.n_experts_ = self.model_.n_experts
        self.__dict__.pop("adapted_models_", None)  # of the model before
        if classes is not None:
            self.classes_ = classes.labels
        self.n_iter_ = max(1, *(model.record["fit"]["iterations"] for model in outcome.models.values()))
        return self


class DistributedMixtureOfExpertsRegressor(SiteRegressor, _Distributed):
    __doc__ = f"""Mixture of regressions learned from sites that keep their rows: local fits, aggregated by optimal transport.
{_PARAMETERS}{_ATTRIBUTES}
    Examples
    --------
    >>> import numpy as np
    >>> from dmoe import DistributedMixtureOfExpertsRegressor
    >>> x = np.random.default_rng(0).uniform(-1, 1, size=(6000, 1))
    >>> y = np.abs(x[:, 0]) + 0.1 * np.random.default_rng(1).normal(size=6000)
    >>> site = np.repeat(["north", "south", "west"], 2000)
    >>> estimator = DistributedMixtureOfExpertsRegressor(n_experts=2, random_state=1).fit(x, y, groups=site)
    >>> estimator.site_names_
    ['north', 'south', 'west']
    >>> estimator.predict([[-0.5], [0.5]]).round(1)
    array([0.5, 0.5])
    """


class DistributedMixtureOfExpertsClassifier(SiteClassifier, _Distributed):
    __doc__ = f"""Mixture of multinomial regressions learned from sites that keep their rows.
{_PARAMETERS}{_ATTRIBUTES}
    classes_ : ndarray
        The classes, in the order of the columns of :meth:`predict_proba`.

    Examples
    --------
    >>> import numpy as np
    >>> from dmoe import DistributedMixtureOfExpertsClassifier
    >>> x = np.random.default_rng(0).uniform(-1, 1, size=(6000, 1))
    >>> y = np.random.default_rng(1).uniform(size=6000) < 1 / (1 + np.exp(-4 * x[:, 0]))
    >>> site = np.repeat([1, 2, 3], 2000)
    >>> estimator = DistributedMixtureOfExpertsClassifier(n_experts=1, random_state=1).fit(x, y, groups=site)
    >>> estimator.predict([[-0.5], [0.5]])
    array([False,  True])
    """
