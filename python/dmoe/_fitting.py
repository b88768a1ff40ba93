"""Local fits and their aggregation, on tables."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import _engine
from ._engine import Cancellation, threads
from ._model import Model, by_site, warn
from ._progress import observed
from ._tables import Table, Text, column, columns_of, names_of


@dataclass(frozen=True)
class Progress:
    """What a running fit tells.

    Attributes
    ----------
    stage : str
        ``"screening"`` or ``"refining"``.
    start, start_count : int
        The start at work, from 1, and how many there are.
    iteration : int
        Of the start.
    log_likelihood : float
        A row, in units of the standardised response.
    site : str
        What the rows are called.
    """

    stage: str
    start: int
    start_count: int
    iteration: int
    log_likelihood: float
    site: str = "data"


def fit_local(
    data: Any,
    *,
    target: str | None = None,
    features: Sequence[str] | None = None,
    gate_features: Sequence[str] | None = None,
    family: str = "gaussian",
    classes: Sequence[str] | None = None,
    exposure: str | None = None,
    weights: str | None = None,
    missing: str = "error",
    study: str | None = None,
    experts: int | tuple[int, int] | None = None,
    site: str = "data",
    n_jobs: int | None = None,
    progress: Callable[[Progress], None] | bool | None = None,
    **options: Any,
) -> Model:
    """Fit the rows of one site, as ``dmoe fit`` does; the result is what the site may send.

    Parameters
    ----------
    data : data frame of pandas, polars or Arrow, mapping of names to columns, or Table
        The rows; columns of float64 and float32 are read where they lie.
    target : str
        Column to predict. Not with a study.
    features : list of str, optional
        Covariates; by default every other numeric column.
    gate_features : list of str, optional
        Covariates of the gate; by default those of the experts.
    family : {"gaussian", "poisson", "gamma", "multinomial"}
        Of the responses.
    classes : list of str, optional
        Classes of the target, the reference first; by default those found, in order.
    exposure : str, optional
        Column of exposures of counts or rates.
    weights : str, optional
        Column of row weights; a weight of 2 counts as the row twice.
    missing : {"error", "drop"}
        What is done about rows with a missing value.
    study : str, optional
        The text of a study file, in place of the arguments on columns.
    experts : int or pair of int
        Number of experts, or a range of which the best is kept.
    site : str
        What messages call the data.
    n_jobs : int, optional
        Threads; by default all.
    progress : callable or bool, optional
        Called with a :class:`Progress` from any thread; what it raises ends the fit. True shows a bar of tqdm, if there is one.
    **options
        ``starts``, ``tolerance``, ``max_iterations``, ``seed``, ``min_rows``, ``l1_gate``, ``l1_experts``, ``l1_automatic``,
        ``l1_refit``, ``standard_errors``, ``criterion``, ``holdout``, ``initial_models``, as for ``dmoe fit``;
        ``rows_per_parameter``, as for ``dmoe learn``.

    Returns
    -------
    Model
        The local model.

    Raises
    ------
    ValueError
        Where data or arguments cannot be used, with the text of the command line.

    Examples
    --------
    >>> import numpy as np
    >>> import dmoe
    >>> x = np.random.default_rng(0).uniform(-1, 1, size=2000)
    >>> y = np.abs(x) + 0.1 * np.random.default_rng(1).normal(size=2000)
    >>> dmoe.fit_local({"x": x, "y": y}, target="y", experts=2)
    <dmoe.Model: 2 gaussian experts for 'y'>
    """
    if study is None:
        if target is None:
            raise ValueError("target is missing, and there is no study")
        columns = _column_request(
            data, target, features, gate_features, family, classes, exposure, weights, missing
        )
        wanted = columns["covariates"] + [target] + [name for name in (exposure, weights) if name]
    else:
        columns = {"study": study}
        wanted = _columns_of_study(study)
    table = data if isinstance(data, Table) else _table(data, dict.fromkeys(wanted), site)
    return run_fit(table, fit_request(columns, experts, options), n_jobs, progress)


def fit_request(
    columns: Mapping[str, Any], experts: int | tuple[int, int] | None, options: Mapping[str, Any]
) -> dict[str, Any]:
    """What the engine is asked for: columns as it names them, options as :func:`fit_local` does."""
    first: int | None = None
    last: int | None
    if isinstance(experts, (tuple, list)):
        if len(experts) != 2:
            raise ValueError(f"experts must be a number or a pair of them, the first and the last, not {experts!r}")
        first, last = experts
    else:
        last = experts
    return {
        "columns": columns, "expertsFrom": _whole("experts", first), "experts": _whole("experts", last), **_options(options),
    }


def run_fit(
    table: Table,
    request: dict[str, Any],
    n_jobs: int | None,
    progress: Callable[[Progress], None] | bool | None = None,
    *,
    stacklevel: int = 3,
) -> Model:
    """One fit of the engine, which Ctrl-C stops; its warnings as Python's."""
    cancellation = Cancellation()
    with observed(progress) as observer:
        model = _engine.interruptible(
            lambda: fit_table(table, request, n_jobs, observer, cancellation), cancellation.request
        )
    warn([*model.reading, *model.warnings], stacklevel + 1)
    return model


def fit_table(
    table: Table,
    request: dict[str, Any],
    n_jobs: int | None,
    progress: Callable[[Progress], None] | None,
    cancellation: Cancellation,
) -> Model:
    """One fit of the engine in this thread; its warnings are in the model alone."""
    text = _encoded({**request, "threads": threads(n_jobs)})
    failures: list[BaseException] = []

    def heard(_: Any, stage: int, start: int, count: int, iteration: int, value: float) -> None:
        try:
            if progress is not None and not failures:
                name = "refining" if stage else "screening"
                progress(Progress(name, start, count, iteration, value, table.source))
        except BaseException as error:  # noqa: BLE001 - raised again below, outside the engine
            failures.append(error)
            cancellation.request()

    observer = _engine.ProgressFunction(heard) if progress is not None else _engine.ProgressFunction()
    pointer = _engine.library().dmoe_fit(table.handle, text, cancellation.handle, observer, None)
    try:
        answer = _engine.answer(pointer)
    except KeyboardInterrupt:
        if failures:
            raise failures[0] from None
        raise
    if failures:  # in the last iteration: nothing was left to be stopped
        raise failures[0]
    return Model.loads(answer)


def _encoded(request: Mapping[str, Any]) -> bytes:
    return json.dumps({key: value for key, value in request.items() if value is not None}).encode()


def aggregate(
    models: Mapping[str, Model] | Sequence[Model],
    *,
    experts: int | str | None = None,
    method: str | None = None,
    gate: str | None = None,
    site_weights: str | None = None,
    support: Any = None,
    support_size: int | None = None,
    robust: bool = True,
    seed: int = 1,
    n_jobs: int | None = None,
) -> Model:
    """Turn local models into one global model of the same form, as ``dmoe aggregate`` does. No row is needed.

    Parameters
    ----------
    models : mapping of site names to Model, or sequence of Model
        The local models; sites of a sequence are named ``site 1``, ``site 2``, …
    experts : int, "auto" or None
        Experts of the global model; by default the largest local number; ``"auto"`` takes the best on an independent Monte Carlo sample.
    method : str, optional
        How local models become one; by default transport, the best of its variants. All but ``"mixture"``, which is not one model.
    gate : {"label", "plan"}, optional
        Targets of the gate.
    site_weights : {"density", "constant"}, optional
        Weights of the sites.
    support : data frame, optional
        Rows whose covariates serve as support; by default points drawn from the sketches in the local models.
    support_size : int, optional
        Most points of the support; 5000 by default.
    robust : bool
        Find local models that cannot be right and leave them out, with a warning.
    seed : int
        Of all random numbers.
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
    if isinstance(models, Model):
        raise ValueError("aggregate takes several models: a list, or a mapping of site names to models")
    names, local = by_site(models, Model, "a Model")
    request = {
        "names": names, "method": method, "gate": gate, "siteWeights": site_weights,
        "supportSize": support_size, "robust": robust, "seed": _whole("seed", seed), "threads": threads(n_jobs),
        "expertsAutomatic": experts == "auto", "experts": None if experts == "auto" else _whole("experts", experts),
    }
    text = _encoded(request)
    table = None
    if support is not None:
        table = _table(support, dict.fromkeys(local[0].input_names), "support")
    handles = _engine.pointers([model.handle for model in local])

    def call() -> str:
        engine = _engine.library()
        kept = table  # for as long as the engine looks at it
        return _engine.answer(engine.dmoe_aggregate(text, handles, len(local), kept.handle if kept else None))

    model = Model.loads(_engine.interruptible(call))
    warn(model.warnings)
    return model


def _column_request(
    data: Any, target: str, features: Sequence[str] | None, gate_features: Sequence[str] | None, family: str,
    classes: Sequence[str] | None, exposure: str | None, weights: str | None, missing: str,
) -> dict[str, Any]:
    features = names_in("features", features)
    if features is None:
        if isinstance(data, Table):
            raise ValueError("features must be given with a Table")
        features = _numeric_columns(data, {target, exposure, weights})
    request = {
        "target": target, "covariates": features, "gateCovariates": names_in("gate_features", gate_features),
        "family": family, "classes": names_in("classes", classes), "exposure": exposure, "weights": weights,
        "missing": missing,
    }
    return {key: value for key, value in request.items() if value is not None}


def _numeric_columns(data: Any, others: set[str | None]) -> list[str]:
    names = names_of(data)
    if names is None:
        raise ValueError("columns have no names: give a data frame, or a mapping of names to columns")
    return [name for name in names if name not in others and not isinstance(column(data[name]), Text)]


def _columns_of_study(study: str) -> list[str]:
    try:
        fields = json.loads(study)
    except json.JSONDecodeError as error:
        raise ValueError(f"study is not the text of a study file: {error}") from error
    named = [covariate["name"] for covariate in fields.get("covariates", [])]
    return named + [fields[key] for key in ("target", "exposure", "weights") if fields.get(key)]


def _table(data: Any, names: Mapping[str, None], source: str) -> Table:
    columns = columns_of(data, list(names), source)
    if type(data).__module__.split(".")[0] != "pyarrow":
        return Table(columns, source)
    # Chunks are used where they lie, as batches: joined they would be a copy.
    batches = data.select(list(names)).to_batches()
    parts = (dict(zip(names, batch.columns, strict=True)) for batch in batches)
    return Table.of_parts(parts, source) or Table(columns, source)


_OPTION_NAMES = {
    "starts": "starts", "tolerance": "tolerance", "max_iterations": "maxIterations", "seed": "seed",
    "min_rows": "minRows", "l1_gate": "l1Gate", "l1_experts": "l1Experts", "l1_automatic": "l1Automatic",
    "l1_refit": "l1Refit", "standard_errors": "standardErrors", "rows_per_parameter": "rowsPerParameter",
    "criterion": "criterion", "holdout": "holdout", "initial_models": "initialModels",
}


_WHOLE = ("starts", "max_iterations", "seed", "min_rows", "rows_per_parameter")


def _whole(name: str, value: Any) -> int | None:
    """A whole number of any library, and not less than 0."""
    if value is None:
        return None
    if isinstance(value, (bool, np.bool_)) or not hasattr(value, "__index__"):
        raise ValueError(f"{name} must be a whole number, not {value!r}")
    number = operator.index(value)
    if not 0 <= number < 2**63:
        raise ValueError(f"{name} must be a whole number from 0, not {number}")
    return number


def names_in(argument: str, value: Sequence[str] | None) -> list[str] | None:
    """A list of names; a text is a sequence of letters too, but none that anybody means."""
    if isinstance(value, str):
        raise ValueError(f"{argument} must be a list of names, not the text '{value}'")
    return None if value is None else [str(name) for name in value]


def _options(options: Mapping[str, Any]) -> dict[str, Any]:
    unknown = [name for name in options if name not in _OPTION_NAMES]
    if unknown:
        raise TypeError(f"fit_local() got an unexpected keyword argument '{unknown[0]}'")
    named: dict[str, Any] = {
        _OPTION_NAMES[name]: _whole(name, value) if name in _WHOLE else value for name, value in options.items()
    }
    if named.get("initialModels") is not None:
        named["initialModels"] = [model.text for model in named["initialModels"]]
    return named
