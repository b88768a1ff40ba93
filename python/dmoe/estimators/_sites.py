"""The rows of each site, and their fits."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils.validation import check_consistent_length, column_or_1d

from .. import _engine
from .._fitting import Progress, check_fit, fit_table
from .._model import Model
from .._requests import ESTIMATOR_NAMES, fit_request
from .._tables import name_of
from .._warnings import warn
from ._rows import Rows


@dataclass(frozen=True)
class Site:
    """A slice where the rows follow one another, so that they are read where they lie."""

    name: str
    rows: slice | np.ndarray
    row_count: int


@dataclass(frozen=True)
class Outcome:
    """What came of the sites, in their order."""

    models: dict[str, Model]
    left_out: dict[str, str]

    def warn(self) -> None:
        """What the engine has to say of each site; to the caller of the caller of this."""
        for name, model in self.models.items():
            warn(model.notices)
            warn((f"{name}: {text}" for text in model.said(_engine.ESTIMATORS)[len(model.notices) :]))
        warn((f"{name} is left out: {reason}" for name, reason in self.left_out.items()))


def sites_of(groups: Any, rows: Rows) -> list[Site]:
    """Sites in the order of their names, as ``dmoe learn --shard-by`` has them."""
    if groups is None:
        return [Site("data", slice(0, rows.row_count), rows.row_count)]
    groups = column_or_1d(groups)
    if groups.dtype.kind == "O":
        groups = np.array([name_of(group) for group in groups.tolist()], dtype=object)
    if rows.kept is not None:
        groups = groups[rows.kept]
    check_consistent_length(groups, next(iter(rows.columns.values())))
    # By runs of equal groups: where each site is one run, nothing is made that has a number for each row.
    starts = np.concatenate([[0], np.flatnonzero(groups[1:] != groups[:-1]) + 1])
    ends = np.append(starts[1:], len(groups))
    names, codes = _names(groups[starts])
    if "" in names:
        count = int((ends - starts)[codes == names.index("")].sum())
        warn([f"{count} row{'s have' if count > 1 else ' has'} no group: a site called '(empty)'"])
    if len(names) == len(starts):
        runs = [slice(int(starts[run]), int(ends[run])) for run in np.argsort(codes)]
        return [Site(name or "(empty)", run, run.stop - run.start) for name, run in zip(names, runs, strict=True)]
    codes = np.repeat(codes, ends - starts)
    order = np.argsort(codes, kind="stable")
    chosen = np.split(order, np.cumsum(np.bincount(codes))[:-1])
    return [Site(name or "(empty)", rows, len(rows)) for name, rows in zip(names, chosen, strict=True)]


def _names(groups: np.ndarray) -> tuple[list[str], np.ndarray]:
    """The names in order, and the position of the name of each row."""
    found, codes = np.unique(groups, return_inverse=True)
    texts = [name_of(group) for group in found.tolist()]
    names = sorted(set(texts))
    if "" in names and "(empty)" in names:
        raise ValueError("groups has missing values and a site called '(empty)', which is what these are called: rename it")
    return names, np.array([names.index(text) for text in texts])[codes]


def fit_sites(
    rows: Rows, sites: list[Site], experts: int, options: Mapping[str, Any], n_jobs: int | None,
    progress: Callable[[Progress], None] | None,
) -> Outcome:
    """The local models; many sites one a thread, the largest first, few one after the other with all threads for each.

    Raises
    ------
    ValueError
        Where the request is refused, or no site can be fitted.
    """
    threads = _engine.threads(n_jobs) or os.cpu_count() or 1
    many = len(sites) >= 2 * threads
    request = fit_request(rows.request, experts, options, ESTIMATOR_NAMES)
    check_fit(request, _engine.ESTIMATORS)
    cancellation = _engine.Cancellation()
    listener = _Listener(progress, cancellation)

    def fit(site: Site) -> Model | str:
        try:
            table = rows.table(site.name, site.rows)
            return fit_table(table, request, 1 if many else threads, listener.handler, cancellation, _engine.ESTIMATORS)
        except ValueError as error:
            return str(error)

    def fit_all() -> dict[str, Model | str]:
        largest_first = sorted(sites, key=lambda site: -site.row_count)
        with ThreadPoolExecutor(threads if many else 1) as pool:
            running = {site.name: pool.submit(fit, site) for site in largest_first}
            return {name: outcome.result() for name, outcome in running.items()}

    results = listener.hearing(fit_all)
    return _outcome({site.name: results[site.name] for site in sites})


class _Listener:
    """The caller's function that hears of progress; what it raises ends the fits of all sites."""

    def __init__(self, progress: Callable[[Progress], None] | None, cancellation: _engine.Cancellation) -> None:
        self._progress = progress
        self._cancellation = cancellation
        self._failures: list[BaseException] = []

    @property
    def handler(self) -> Callable[[Progress], None] | None:
        return self._heard if self._progress is not None else None

    def _heard(self, step: Progress) -> None:
        try:
            if self._progress is not None and not self._failures:
                self._progress(step)
        except BaseException as error:  # noqa: BLE001 - raised again below, whatever comes of the other sites
            self._failures.append(error)
            self._cancellation.request()

    def hearing(self, work: Callable[[], dict[str, Model | str]]) -> dict[str, Model | str]:
        """What the work gives, which Ctrl-C stops; raises what the caller's function raised."""
        results: dict[str, Model | str] = {}
        try:
            results = _engine.interruptible(work, self._cancellation.request)
        except KeyboardInterrupt:
            if not self._failures:
                raise
        if self._failures:
            raise self._failures[0]
        return results


def _outcome(results: Mapping[str, Model | str]) -> Outcome:
    """The models, and the reasons of the sites without one; an error where there is no model."""
    models = {name: result for name, result in results.items() if isinstance(result, Model)}
    left_out = {
        name: result.removeprefix(f"{name}: ") for name, result in results.items() if isinstance(result, str)
    }
    if not models:
        name, reason = next(iter(left_out.items()))
        raise ValueError(reason if len(results) == 1 else f"no shard could be fitted; shard '{name}': {reason}")
    return Outcome(models, left_out)
