"""The part of a node: it answers with files, or in one line why not."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import pandas as pd
from vantage6.algorithm.tools.decorators import data

from .._federation.sites import Asked, Guarded, answered, fit, statistics
from .._federation.tables import csv_rows, quiet
from .._federation.words import SiteError, visible
from ._site import Site

_Function = Callable[..., dict[str, Any]]


def _guarded(function: _Function) -> _Function:
    """Before rows are read: what guards them. What libraries say of rows that they cannot read would be in the log of the run."""

    @wraps(function)
    def guarded(*arguments: Any, **named: Any) -> dict[str, Any]:
        try:
            Site.of_environment(os.environ).check_rows(os.environ)
            return function(*arguments, **named)
        except SiteError as problem:
            return {"reason": visible(str(problem))}
        except (Exception, SystemExit) as problem:  # noqa: BLE001 - the tools exit where a database is none
            return {"reason": f"the site could not read its rows, or the question ({type(problem).__name__})"}

    return guarded


@_guarded
@data(1)
def partial_fit(frame: pd.DataFrame, *, study: str | None = None, seconds: float | None = None, **options: Any) -> dict[str, Any]:
    """The local model of a node.

    Parameters
    ----------
    frame : DataFrame
        The rows, from the node.
    study : str, optional
        The text of a study file, in place of the options on columns.
    seconds : float, optional
        A fit that is not done by then ends, before it is entered in a ledger.
    **options
        Of :func:`dmoe.fit_local`, but for those that guard the rows.

    Returns
    -------
    dict
        ``file``, the text of the model file, or ``reason``, why there is none.
    """
    return _answer(fit, frame, study, seconds, options)


@_guarded
@data(1)
def partial_statistics(frame: pd.DataFrame, *, model: str, seconds: float | None = None, **options: Any) -> dict[str, Any]:
    """The statistics of a node at a model, for an extra round.

    Parameters
    ----------
    frame : DataFrame
        The rows, from the node.
    model : str
        The text of a global model file that the model of this node is in.
    seconds : float, optional
        As of :func:`partial_fit`.
    **options
        ``weights``, ``missing``, ``subject`` and ``min_rows``, as of :meth:`dmoe.Model.statistics`.

    Returns
    -------
    dict
        ``file``, the text of the statistics file, or ``reason``, why there is none.
    """
    return _answer(statistics, frame, model, seconds, options)


_Work = Callable[[Guarded, Asked, Callable[[], Any]], tuple[dict[str, Any], str]]


def _answer(work: _Work, frame: Any, file: str | None, seconds: float | None, options: dict[str, Any]) -> dict[str, Any]:
    asked = Asked(time.monotonic(), math.inf if seconds is None else seconds, options, file)
    site = Site()

    def worked() -> tuple[dict[str, Any], str | None]:
        nonlocal site
        # `mock_data` of the tools, in a task: an asker who chose rows could find the key of the rounding by them.
        if not isinstance(frame, pd.DataFrame):
            raise SiteError("the rows must come from a database of the node")
        with Site.of_environment(os.environ).guarding([str(name) for name in frame.columns]) as site:
            return work(site, asked, lambda: _rows(frame))

    fields, text = answered(worked, asked, lambda: site.paths)
    fields["working"] = round(time.monotonic() - asked.start, 3)
    return fields if text is None else {**fields, "file": text}


def _rows(frame: pd.DataFrame) -> Any:
    """Of a CSV file the fields as they stand: pandas reads long numbers to their last bit but one, and the rows would be others to a ledger."""
    label = os.environ.get("USER_REQUESTED_DATABASE_LABELS", "").split(",")[0].upper()
    table = os.environ.get(f"{label}_DATABASE_URI")
    if table is None or os.environ.get(f"{label}_DATABASE_TYPE", "csv").lower() != "csv":
        return frame
    with quiet("the table of the site cannot be read"):
        return csv_rows(Path(table), ",")
