"""Local fits, on tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import _engine
from ._engine import Cancellation, threads
from ._model import Model
from ._progress import observed
from ._requests import column_request, columns_named, encoded, fit_request, roles_of
from ._tables import FREE, Role, Table, names_of, table_of
from ._warnings import warn


@dataclass(frozen=True)
class Progress:
    """What a running fit reports.

    Attributes
    ----------
    stage : str
        ``"screening"`` or ``"refining"``.
    start, start_count : int
        The start at work, from 1, and how many there are.
    iteration : int
        Of the start.
    log_likelihood : float
        Per row, in units of the standardised response.
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
    exclude: Sequence[str] | None = None,
    gate_features: Sequence[str] | None = None,
    family: str | None = None,
    classes: Sequence[str] | None = None,
    exposure: str | None = None,
    weights: str | None = None,
    subject: str | None = None,
    missing: str | None = None,
    point_mass: float | Sequence[float] | None = None,
    noise: bool | tuple[float, float] | None = None,
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
        Covariates; by default every other column with numbers. Columns of text, which dates, True and False are in a CSV file too, are
        left out with a warning; a column of numbers and texts is refused. Named here, True and False are 1 and 0.
    exclude : list of str, optional
        Columns that are no covariates by default.
    gate_features : list of str, optional
        Covariates of the gate; by default those of the experts.
    family : {"gaussian", "poisson", "negative-binomial", "gamma", "multinomial"}, optional
        Of the responses; gaussian by default.
    classes : list of str, optional
        Classes of the target, the reference first; by default those found, in order.
    exposure : str, optional
        Column of exposures of counts or rates.
    weights : str, optional
        Column of row weights; a weight of 2 counts as the row twice.
    subject : str, optional
        Column that says of whom a row is, such as a patient with several visits: threshold and ledger count subjects then, not rows.
    missing : {"error", "drop"}, optional
        What is done about rows with a missing value; an error by default.
    point_mass : float or list of float, optional
        Values of the target that are experts of their own, such as 0.
    noise : bool or pair of float, optional
        An expert of noise, of one density over a range of the target: True for one about the rows, or its two ends.
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
        ``starts``, ``tolerance``, ``max_iterations``, ``seed``, ``l1``, ``l1_gate``, ``l1_experts``, ``l1_refit``,
        ``standard_errors``, ``slope_prior``, ``criterion``, ``holdout``, ``initial_models``, as for ``dmoe fit``; ``rows_per_parameter``, as for
        ``dmoe learn``; ``min_rows``: the threshold rule, by which no statistic over fewer effective rows is released, 10 by
        default and 3 at least, or None where rows and model stay with their owner and nothing is withheld; ``aggregated=True``
        for one of many fits that are aggregated: slopes that a lasso left are fitted once more without it; ``draft=True`` for a model to
        look at, for which no rule holds and which no coordinator takes, and which :meth:`Model.release` releases; ``ledger``: path of the
        file that has what the site has released, and refuses an answer that differs from an earlier one by 1 to 9 rows, and
        ``hold_back_new=True`` to let such rows wait, ``policy``, as for ``dmoe fit``; ``rounding_secret``: the path of a secret of the
        site, made where there is no file, by which a release is rounded; by default it is not;
        ``as_sites=False`` where rows and model have one owner: of the rules of a release the threshold alone holds.

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
    columns = column_request(
        study=study, target=target, features=features, exclude=exclude, gate_features=gate_features, family=family, classes=classes,
        exposure=exposure, weights=weights, missing=missing, subject=subject,
        point_mass=point_mass, noise=noise,
    )
    request = fit_request(columns, experts, options)
    model = run_fit(_rows(data, columns, request, site), request, n_jobs, progress)
    if options.get("draft"):
        asked = {name: value for name, value in options.items() if name != "draft"}

        def release(**how: Any) -> Model:
            again = fit_request(columns, experts, {**asked, **how})
            return run_fit(_rows(data, columns, again, site), again, n_jobs, progress)

        model.releasing = release
    return model


def _rows(data: Any, columns: Mapping[str, Any], request: Mapping[str, Any], site: str) -> Table:
    """The columns that a request asks for; all of them where a ledger knows rows by what they say."""
    if isinstance(data, Table):
        return data
    study, features, exclude = columns.get("study"), columns.get("covariates"), columns.get("exclude")
    named, roles = columns_named(columns), roles_of(columns)
    names = names_of(data)
    if names is None:
        raise ValueError("columns have no names: give a data frame, or a mapping of names to columns")
    if (study is None and features is None) or request.get("ledger") is not None:
        roles |= {name: FREE for name in names if name not in named or name in (exclude or ())}
        named = [*named, *(name for name in names if name not in named)] if study is not None or features is not None else names
    if "subject" in columns:
        roles |= {columns["subject"]: FREE}
    return _table(data, named, site, roles)


def run_fit(
    table: Table,
    request: dict[str, Any],
    n_jobs: int | None,
    progress: Callable[[Progress], None] | bool | None = None,
    *,
    style: int = _engine.FUNCTIONS,
) -> Model:
    """One fit of the engine, which Ctrl-C stops; its warnings as Python's."""
    cancellation = Cancellation()
    with observed(progress) as observer:
        model = _engine.interruptible(
            lambda: fit_table(table, request, n_jobs, observer, cancellation, style), cancellation.request
        )
    warn(model.said(style))
    return model


def fit_table(
    table: Table,
    request: dict[str, Any],
    n_jobs: int | None,
    progress: Callable[[Progress], None] | None,
    cancellation: Cancellation,
    style: int = _engine.FUNCTIONS,
) -> Model:
    """One fit of the engine in this thread; what there is to be said of it, the model says."""
    text = encoded({**request, "threads": threads(n_jobs)})
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
        notices: list[str] = []
        answer = _engine.answer(pointer, style, notices)
    except KeyboardInterrupt:
        if failures:
            raise failures[0] from None
        raise
    if failures:  # in the last iteration: nothing was left to be stopped
        raise failures[0]
    model = Model.loads(answer)
    model.notices = notices
    return model


def check_fit(request: dict[str, Any], style: int = _engine.FUNCTIONS) -> None:
    """Refuses what the engine refuses whatever the rows are, so that many sites need not be asked."""
    try:
        fit_table(Table({}), request, 1, None, Cancellation(), style)
    except _engine.Refusal:
        raise
    except ValueError:
        return  # there are no rows


def _table(data: Any, names: Sequence[str], source: str, roles: Mapping[str, Role]) -> Table:
    present = names_of(data)
    if present is not None and not set(names) <= set(present):
        # The engine says what is wrong; it needs the names alone for that.
        return Table({name: np.empty(0) for name in present}, source)
    return table_of(data, names, source, roles)
