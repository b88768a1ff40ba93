"""The driver's part: what is asked of the sites, and what is made of their answers."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .. import _engine
from .._aggregation import aggregate
from .._fitting import check_fit
from .._model import Model
from .._requests import COLUMN_ARGUMENTS, USUAL_ROWS_PER_PARAMETER, column_request, encoded, fit_request, whole
from .._rounds import extra_rounds
from .._warnings import FitWarning, warn
from ._columns import Columns, check_single_values, columns_of_call, numeric_columns
from ._files import named
from ._results import Learned, SiteFit, SitesFailed
from ._sites import FileSites, GroupedSites
from ._tasks import Answers, Fit, Summarise


def learn(
    df: Any,
    *,
    site: str,
    target: str | None = None,
    features: Sequence[str] | None = None,
    gate_features: Sequence[str] | None = None,
    family: str | None = None,
    classes: Sequence[str] | None = None,
    exposure: str | None = None,
    weights: str | None = None,
    missing: str | None = None,
    study: str | None = None,
    experts: int | None = None,
    order_by: Sequence[str] | None = None,
    rounds: int = 0,
    on_failure: str = "raise",
    partitions: int | None = None,
    n_jobs: int | None = None,
    aggregation: Mapping[str, Any] | None = None,
    **options: Any,
) -> Learned:
    """Learn one model from a data frame of Spark whose sites are the values of a column, as ``dmoe learn --shard-by`` does.

    One task fits one whole site; its local model comes to the driver, no row does. The result is that of ``dmoe learn`` on
    the same sites with their rows in the same order; the two are bit-identical.

    Parameters
    ----------
    df : pyspark.sql.DataFrame
        Read twice: once to count the rows of the sites, once to fit them. It must be the same both times.
    site : str
        Column that names the site of a row.
    target, features, gate_features, family, classes, exposure, weights, missing, study
        As in :func:`dmoe.fit_local`. ``features`` are by default all other numeric columns. Classes must be given: the sites
        must agree on them.
    experts : int
        Maximum number of experts of a site; one with fewer rows than ``rows_per_parameter`` for each parameter gets fewer.
    order_by : sequence of str, optional
        Columns that the rows of a site are sorted by. A shuffle delivers rows in any order, and a fit draws its starts from rows by
        their place, so that the order counts as a seed does. By default the sort is by all columns used, so that the result
        depends on the rows alone; so it is with a key, whose ties the other columns break. ``()`` sorts nothing: two runs
        differ as two seeds do.
    rounds : int
        Maximum number of extra rounds of distributed EM after the aggregation. The cluster keeps the shuffled rows
        meanwhile.
    on_failure : {"raise", "skip"}
        What is done where sites cannot be fitted: name them all in one exception, or go on without them, with a warning.
    partitions : int, optional
        Of the shuffle; by default 2 per site.
    n_jobs : int, optional
        Threads of a task; by default ``spark.task.cpus``.
    aggregation : mapping, optional
        Arguments of :func:`dmoe.aggregate`: ``experts``, ``method``, ``support_size``, …
    **options
        Of :func:`dmoe.fit_local`: ``starts``, ``seed``, ``min_rows``, …; ``as_sites`` is False by default, for the cluster has all rows.

    Returns
    -------
    Learned
        The global model, the local ones, and how it went.

    Raises
    ------
    SitesFailed
        Where sites cannot be fitted, with the reasons of all.
    ValueError
        Where arguments or data cannot be used.
    RuntimeError
        Where a site did not come back exactly once with all its rows.
    """
    _check(on_failure)
    if study is None and features is None:
        features = numeric_columns(df, {site, target, exposure, weights})
    columns = columns_of_call(
        target=target, features=features, gate_features=gate_features, family=family, classes=classes,
        exposure=exposure, weights=weights, missing=missing, study=study,
    )
    _check_request(columns, experts, options, rounds)
    columns.check_against(df.columns, [site, *(order_by or ())])
    check_single_values(df, [*columns.names, *(order_by or ())])
    start = time.perf_counter()
    sites = GroupedSites(df, site, columns.names, columns.texts, order_by, partitions)
    counting = time.perf_counter() - start
    return _Learning(df.sparkSession, sites, columns, experts, options, aggregation, n_jobs, on_failure).run(
        rounds, {"counting": counting}
    )


def learn_paths(
    spark: Any,
    paths: Mapping[str, str | os.PathLike[str]] | Sequence[str | os.PathLike[str]],
    *,
    target: str | None = None,
    features: Sequence[str] | None = None,
    gate_features: Sequence[str] | None = None,
    family: str | None = None,
    classes: Sequence[str] | None = None,
    exposure: str | None = None,
    weights: str | None = None,
    missing: str | None = None,
    study: str | None = None,
    experts: int | None = None,
    rounds: int = 0,
    on_failure: str = "raise",
    n_jobs: int | None = None,
    aggregation: Mapping[str, Any] | None = None,
    **options: Any,
) -> Learned:
    """Learn one model from files that each hold a site, as ``dmoe learn FILES`` does: a task a file, and no shuffle.

    Parameters
    ----------
    spark : SparkSession
        Of the cluster.
    paths : mapping of site names to paths, or sequence of paths
        Parquet (a file or a folder) or CSV with a header, that executors can open: a shared file system, or an address such as
        ``s3://…``. Without names sites are called as their files, without endings.
    features : sequence of str
        Covariates; needed where there is no study.
    target, gate_features, family, classes, exposure, weights, missing, study, experts, rounds, on_failure, n_jobs, aggregation
        As in :func:`learn`. Rows stay in the order of their file, so nothing is sorted; extra rounds read the files again.
    **options
        Of :func:`dmoe.fit_local`.

    Returns
    -------
    Learned
        The global model, the local ones, and how it went.

    Raises
    ------
    SitesFailed, ValueError, RuntimeError
        As :func:`learn`.
    """
    _check(on_failure)
    if study is None and features is None:
        raise ValueError("features is missing: give it or study; the driver does not open the files")
    columns = columns_of_call(
        target=target, features=features, gate_features=gate_features, family=family, classes=classes,
        exposure=exposure, weights=weights, missing=missing, study=study,
    )
    _check_request(columns, experts, options, rounds)
    if not paths:
        raise ValueError("there are no paths")
    sites = FileSites(spark, named(paths), columns.names, columns.texts)
    return _Learning(spark, sites, columns, experts, options, aggregation, n_jobs, on_failure).run(rounds, {})


def _check(on_failure: str) -> None:
    if on_failure not in ("raise", "skip"):
        raise ValueError(f"on_failure must be 'raise' or 'skip', not '{on_failure}'")


def _asked_of_a_site(columns: Columns, experts: int | None, options: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of :func:`dmoe.fit_local`."""
    usual = {"rows_per_parameter": USUAL_ROWS_PER_PARAMETER, "aggregated": True, "as_sites": False}
    return {**columns.arguments, "experts": experts, **usual, **options}


def _check_request(columns: Columns, experts: int | None, options: Mapping[str, Any], rounds: int) -> None:
    """What the engine refuses whatever the rows are is refused before they are read."""
    asked = _asked_of_a_site(columns, experts, options)
    request = column_request(**{name: asked.pop(name, None) for name in COLUMN_ARGUMENTS})
    checked = fit_request(request, asked.pop("experts"), asked)
    check_fit(checked)
    _engine.answer(_engine.library().dmoe_learn_check(encoded(checked), whole("rounds", rounds)))


@dataclass
class _Learning:
    """One call, from the first question to the sites to the last."""

    spark: Any
    sites: GroupedSites | FileSites
    columns: Columns
    experts: int | None
    options: dict[str, Any]
    aggregation: Mapping[str, Any] | None
    n_jobs: int | None
    on_failure: str

    def run(self, rounds: int, seconds: dict[str, float]) -> Learned:
        if rounds > 0:
            self.sites.keep()
        try:
            return self._run(rounds, seconds)
        finally:
            self.sites.release()

    def _run(self, rounds: int, seconds: dict[str, float]) -> Learned:
        clock = _Laps(seconds)
        answers = self._ask(Fit(self._fit_arguments()), self.sites.names)
        left_out = self._failures(answers)
        local = {name: Model.loads(answer.text) for name, answer in answers.items() if name not in left_out}
        for name, model in local.items():
            warn((f"{name}: {text}" for text in [*model.reading, *model.warnings]))
        clock.lap("fitting")
        with warnings.catch_warnings():  # they come below, from where they point at the caller
            warnings.simplefilter("ignore", FitWarning)
            model = aggregate(local, **{"seed": self._seed(), **(self.aggregation or {})})
        warn(model.warnings)
        clock.lap("aggregating")
        done, ending = 0, None
        if rounds > 0:
            inconsistent = {site["name"] for site in model.record["aggregation"].get("leftOut") or []}
            names = [name for name in local if name not in inconsistent]
            before = set(model.warnings)
            arguments = self.columns.arguments
            how = {name: arguments[name] for name in ("weights", "missing") if name in arguments}
            how |= {name: self.options[name] for name in ("min_rows",) if name in self.options}
            how["n_jobs"] = self._threads()
            model, done, ending = extra_rounds(model, rounds, lambda at: self._ask(Summarise(at.text, how), names), how)
            warn((text for text in model.warnings if text not in before))
            clock.lap("rounds")
        fits = {
            name: SiteFit(answer.rows, answer.reading, answer.working, answer.process)
            for name, answer in answers.items() if name not in left_out
        }
        return Learned(model, local, fits, left_out, done, ending, seconds)

    def _fit_arguments(self) -> dict[str, Any]:
        return {**_asked_of_a_site(self.columns, self.experts, self.options), "n_jobs": self._threads()}

    def _seed(self) -> int:
        """That of the call, of the study, or 1; 0 is a seed."""
        return next((seed for seed in (self.options.get("seed"), self.columns.seed) if seed is not None), 1)

    def _threads(self) -> int:
        """A task has as many cores as Spark counts it for."""
        return self.n_jobs or int(self.spark.conf.get("spark.task.cpus", "1"))

    def _ask(self, work: Any, names: Collection[str]) -> Answers:
        """The answers by site, in the order of the names, each there exactly once and whole."""
        rows = self.sites.ask(work, names)
        found: dict[str, Any] = {}
        for row in rows:
            if row.site in found or row.site not in names:
                problem = "twice" if row.site in found else "without being asked"
                raise RuntimeError(f"site '{row.site}' came back {problem}: its rows would count twice")
            found[row.site] = row
        lost = [name for name in names if name not in found]
        if lost:
            raise RuntimeError(f"sites did not come back: {', '.join(lost)}")
        for name, row in found.items():
            counted = (self.sites.row_counts or {}).get(name, row.rows)
            if row.error is None and row.rows != counted:
                raise RuntimeError(
                    f"site '{name}' came back with {row.rows} rows, and {counted} were counted: the data frame gives other "
                    "rows each time it is read; write it out first"
                )
        return {name: found[name] for name in names}

    def _failures(self, answers: Answers) -> dict[str, str]:
        reasons = {name: answer.error for name, answer in answers.items() if answer.error is not None}
        if reasons and (self.on_failure == "raise" or len(reasons) == len(answers)):
            raise SitesFailed(reasons)
        warn((f"{name} is left out: {reason}" for name, reason in reasons.items()))
        return reasons


class _Laps:
    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self._seconds[name] = now - self._last
        self._last = now
