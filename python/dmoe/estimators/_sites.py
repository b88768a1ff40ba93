"""The rows of each site, and their fits."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils.validation import check_consistent_length, column_or_1d

from .. import _engine
from .._fitting import FitWarning, Progress, fit_request, fit_table
from .._model import Model
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
        """What the engine has to tell of each site; to the caller of the caller of this."""
        for name, model in self.models.items():
            for text in model.warnings:
                warnings.warn(f"{name}: {text}", FitWarning, stacklevel=3)
        for name, reason in self.left_out.items():
            warnings.warn(f"{name} is left out: {reason}", FitWarning, stacklevel=3)


def sites_of(groups: Any, rows: Rows) -> list[Site]:
    """Sites in the order of their names, as ``dmoe learn --shard-by`` has them."""
    if groups is None:
        return [Site("data", slice(0, rows.row_count), rows.row_count)]
    groups = column_or_1d(groups)
    check_consistent_length(groups, next(iter(rows.columns.values())))
    found, codes = np.unique(_texts(groups), return_inverse=True)
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(found)))
    return [_site(str(name), chosen) for name, chosen in zip(found, np.split(order, ends[:-1]), strict=True)]


def _site(name: str, chosen: np.ndarray) -> Site:
    first, last = int(chosen[0]), int(chosen[-1])
    together = last - first + 1 == len(chosen)
    return Site(name or "(empty)", slice(first, last + 1) if together else chosen, len(chosen))


def _texts(groups: np.ndarray) -> np.ndarray:
    if groups.dtype.kind in "OfU":
        return np.array(["" if group is None or group != group else str(group) for group in groups.tolist()])
    return groups.astype(str)


def fit_sites(
    rows: Rows, sites: list[Site], experts: int, options: Mapping[str, Any], n_jobs: int | None,
    progress: Callable[[Progress], None] | None,
) -> Outcome:
    """The local models; many sites one a thread, the largest first, few one after the other with all threads for each.

    Raises
    ------
    ValueError
        Where no site can be fitted.
    """
    threads = _engine.threads(n_jobs) or os.cpu_count() or 1
    many = len(sites) >= 2 * threads
    request = fit_request(rows.request, experts, options)
    cancellation = _engine.Cancellation()

    def fit(site: Site) -> Model | str:
        try:
            table = rows.table(site.name, site.rows)
            return fit_table(table, request, 1 if many else threads, progress, cancellation)
        except ValueError as error:
            return str(error)

    def fit_all() -> dict[str, Model | str]:
        largest_first = sorted(sites, key=lambda site: -site.row_count)
        with ThreadPoolExecutor(threads if many else 1) as pool:
            return {site.name: result for site, result in zip(largest_first, pool.map(fit, largest_first), strict=True)}

    results = _engine.interruptible(fit_all, cancellation.request)
    ordered = {site.name: results[site.name] for site in sites}
    models = {name: result for name, result in ordered.items() if isinstance(result, Model)}
    left_out = {
        name: result.removeprefix(f"{name}: ") for name, result in ordered.items() if isinstance(result, str)
    }
    if not models:
        name, reason = next(iter(left_out.items()))
        raise ValueError(reason if len(sites) == 1 else f"no shard could be fitted; shard '{name}': {reason}")
    return Outcome(models, left_out)
