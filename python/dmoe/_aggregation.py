"""From local models to one global model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from . import _engine
from ._model import Model
from ._requests import by_site, encoded, whole
from ._tables import table_of
from ._warnings import warn


def aggregate(
    models: Mapping[str, Model] | Sequence[Model],
    *,
    experts: int | str | None = None,
    method: str | None = None,
    gate: str | None = None,
    site_weights: str | None = None,
    largest_share: float | None = None,
    support: Any = None,
    support_size: int | None = None,
    inconsistent: str | None = None,
    aggregate_errors: str | None = None,
    seed: int | None = None,
    n_jobs: int | None = None,
) -> Model:
    """Turn local models into one global model of the same form, as ``dmoe aggregate`` does. No row is needed.

    Parameters
    ----------
    models : mapping of site names to Model, or sequence of Model
        The local models; sites of a sequence are named ``site 1``, ``site 2``, …
    experts : int, "auto" or None
        Experts of the global model; by default the largest local number; ``"auto"`` takes the best on an independent
        Monte Carlo sample.
    method : str, optional
        How local models become one; by default transport, the best of its variants. All but ``"mixture"``, which is not one model.
    gate : {"label", "plan"}, optional
        Targets of the gate.
    site_weights : {"density", "constant"}, optional
        Weights of the sites.
    largest_share : float, optional
        Largest share of a site in the weight of all sites, above 0 and at most 1: a site with more counts for no more. By default there
        is no bound.
    support : data frame, optional
        Rows whose covariates serve as support; by default points drawn from the sketches in the local models.
    support_size : int, optional
        Maximum number of support points; 5000 by default.
    inconsistent : {"ask", "keep", "exclude"}, optional
        What becomes of sites whose local models differ from those of all others: a warning names them, and they are kept or left out.
        By default, ``"ask"``, they are kept, but where their numbers look damaged (another unit, a sign, exchanged columns) an error says
        how. Impossible ones are always left out.
    aggregate_errors : {"model", "simulate", "sites"}, optional
        Standard errors of the global model: by formulas from those of the local models (the default), or from local models drawn anew from
        theirs, which are both of these sites with other rows; or from what changes without each site in turn, also of other sites like these.
    seed : int, optional
        Of all random numbers; by default that of the models' study, or 1.
    n_jobs : int, optional
        Threads; by default all.

    Returns
    -------
    Model
        The global model.

    Raises
    ------
    ValueError
        Where the models do not fit together, with the text of the command line.

    Examples
    --------
    >>> import numpy as np
    >>> import dmoe
    >>> def site(seed):
    ...     random = np.random.default_rng(seed)
    ...     x = random.uniform(-1, 1, size=2000)
    ...     return {"x": x, "y": np.abs(x) + 0.1 * random.normal(size=2000)}
    >>> models = {name: dmoe.fit_local(site(seed), target="y", experts=2) for seed, name in enumerate(["north", "south"])}
    >>> model = dmoe.aggregate(models)
    >>> model, model.rows
    (<dmoe.Model: 2 gaussian experts for 'y'>, 4000)
    """
    model, said = aggregated(
        models, _engine.FUNCTIONS, experts=experts, method=method, gate=gate, site_weights=site_weights,
        largest_share=largest_share, support=support, support_size=support_size, inconsistent=inconsistent,
        aggregate_errors=aggregate_errors, seed=seed, n_jobs=n_jobs,
    )
    warn(said)
    return model


def aggregated(
    models: Mapping[str, Model] | Sequence[Model], style: int, *, experts: int | str | None, method: str | None,
    inconsistent: str | None, seed: int | None, n_jobs: int | None, gate: str | None = None, site_weights: str | None = None,
    largest_share: float | None = None, support: Any = None, support_size: int | None = None, aggregate_errors: str | None = None,
) -> tuple[Model, list[str]]:
    """The global model, and what there is to be said of it, with options spelled in a style."""
    if isinstance(models, Model):
        raise ValueError("aggregate takes several models: a list, or a mapping of site names to models")
    names, local = by_site(models, Model, "a Model")
    request = {
        "names": names, "method": method, "gate": gate, "siteWeights": site_weights,
        "largestShare": largest_share, "supportSize": whole("support_size", support_size), "inconsistent": inconsistent,
        "aggregateErrors": aggregate_errors, "seed": whole("seed", seed), "threads": _engine.threads(n_jobs),
        "expertsAutomatic": experts == "auto", "experts": None if experts == "auto" else whole("experts" if style == _engine.FUNCTIONS else "n_global_experts", experts),
    }
    text = encoded(request)
    table = None
    if support is not None:
        table = table_of(support, local[0].input_names if local else [], "support", local[0].roles if local else {})
    handles = _engine.pointers([model.handle for model in local])

    def call() -> str:
        engine = _engine.library()
        kept = table  # for as long as the engine looks at it
        pointer = engine.dmoe_aggregate(text, handles, len(local), kept.handle if kept else None)
        return _engine.answer(pointer, style, notices)

    notices: list[str] = []
    model = Model.loads(_engine.interruptible(call))
    model.notices = notices
    return model, model.said(style)


def compare_sites(models: Mapping[str, Model] | Sequence[Model], *, n_jobs: int | None = None) -> dict[str, Any]:
    """How far local models are from each other, as ``dmoe inspect --json`` of several files says it.

    Parameters
    ----------
    models : mapping of site names to Model, or sequence of Model
        The local models.
    n_jobs : int, optional
        Threads; by default all.

    Returns
    -------
    dict
        ``references``: names of the sites that all are compared with. ``sites``: of each ``name``, ``rows``, ``experts``, ``divergence``
        (what its experts differ from those of other sites, nats per row), ``divergences`` (the same to each of the references) and
        ``isInconsistent``.

    Raises
    ------
    ValueError
        Where the models do not belong together.
    """
    names, local = by_site(models, Model, "a Model")
    handles = _engine.pointers([model.handle for model in local])
    request = encoded({"names": names, "threads": _engine.threads(n_jobs)})
    return json.loads(_engine.answer(_engine.library().dmoe_compare_sites(request, handles, len(local))))
