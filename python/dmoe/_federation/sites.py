"""The part of a site: it answers with files, or in one line why not. Where the question came from is the platform's."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from .._fitting import Progress, fit_local
from .._model import Model
from .._requests import COLUMN_ARGUMENTS
from .._tables import names_of
from .._warnings import FitWarning
from .words import SiteError, names_in, released, visible

# What a coordinator may ask for; what guards the rows is the site's own.
FIT_OPTIONS = (
    *(name for name in COLUMN_ARGUMENTS if name != "study"),
    "experts", "starts", "tolerance", "max_iterations", "seed", "min_rows", "l1", "l1_gate", "l1_experts", "l1_refit",
    "standard_errors", "slope_prior", "criterion", "holdout", "rows_per_parameter",
)
STATISTICS_OPTIONS = ("weights", "missing", "subject", "min_rows")
SCORE_OPTIONS = ("missing", "weights", "min_rows")

# A score has its digits from single rows.
_SCORE_DIGITS = 4

# What messages call the rows.
_SOURCE = "the table"


class Guarded(Protocol):
    """What a site says of itself, wherever its platform keeps that."""

    @property
    def min_rows(self) -> int: ...

    @property
    def study(self) -> str: ...

    @property
    def threads(self) -> int: ...

    @property
    def guards(self) -> dict[str, Any]: ...

    @property
    def paths(self) -> list[str]: ...


@dataclass
class Asked:
    """One question of a coordinator."""

    start: float
    seconds: float = 0
    options: dict[str, Any] = field(default_factory=dict)
    file: str | None = None

    @property
    def public(self) -> set[str]:
        """Names that a refusal may cite."""
        return names_in(self.options, self.file or "")

    def allowed(self, names: tuple[str, ...], site: Guarded) -> dict[str, Any]:
        """The options, if the site answers with them."""
        for name in self.options:
            if name not in names:
                raise SiteError(f"the coordinator asks for {name}, which is the site's to say")
        asked = self.options.get("min_rows", site.min_rows)
        if not isinstance(asked, int) or asked < site.min_rows:
            raise SiteError(f"the coordinator asks for a threshold of {asked} rows, and the site answers at {site.min_rows} or more")
        return {**self.options, "min_rows": asked}

    def check_time(self, _: Progress | None = None) -> None:
        """Nobody waits for an answer that comes later, and a ledger would count it."""
        if time.monotonic() - self.start > self.seconds:
            raise SiteError(f"not done within the {self.seconds:.0f} s that the coordinator waits")


def answered(
    work: Callable[[], tuple[dict[str, Any], str | None]], asked: Asked, paths: Callable[[], list[str]]
) -> tuple[dict[str, Any], str | None]:
    """Fields and file of an answer; where there is none, the reason in words that may leave the site."""
    try:
        with warnings.catch_warnings():  # those of a file are in it; others would be in the log of the node
            warnings.simplefilter("ignore", FitWarning)
            return work()
    except SiteError as problem:
        reason = visible(str(problem))
    except (ValueError, OSError, RuntimeError) as problem:  # the engine's
        reason = released(str(problem), asked.public, paths())
    except Exception as problem:  # noqa: BLE001 - the platform would log it, with what it says
        reason = f"the app of the site failed ({type(problem).__name__})"
    return {"reason": reason}, None


def fit(site: Guarded, asked: Asked, read: Callable[[], Any]) -> tuple[dict[str, Any], str]:
    """The local model."""
    options = asked.allowed(FIT_OPTIONS, site)
    _check_study(site, asked.file)
    rows = read()
    finished = time.monotonic()
    asked.check_time()
    experts = options.pop("experts", None)
    model = fit_local(
        rows, study=asked.file, experts=tuple(experts) if isinstance(experts, list) else experts, site=_SOURCE,
        n_jobs=site.threads or None, progress=asked.check_time, **options, **site.guards,
    )
    return {"rows": model.rows, "experts": model.n_experts, "reading": round(finished - asked.start, 3)}, model.text


def _check_study(site: Guarded, study: str | None) -> None:
    if not site.study:
        return
    try:
        agreed = Path(site.study).read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise SiteError("the study file that the node configuration names cannot be read") from None
    if agreed != study:
        raise SiteError("the study is not the one that this site has agreed to")


def statistics(site: Guarded, asked: Asked, read: Callable[[], Any]) -> tuple[dict[str, Any], str]:
    """Those of a round, at the model in the question."""
    options = asked.allowed(STATISTICS_OPTIONS, site)
    model = _model(asked)
    rows = read()
    asked.check_time()
    return {}, model.statistics(rows, site=_SOURCE, n_jobs=site.threads or None, **options, **site.guards)


def scores(site: Guarded, asked: Asked, read: Callable[[], Any]) -> tuple[dict[str, Any], None]:
    """How the model in the question does on rows that the site lets it be scored on."""
    options = asked.allowed(SCORE_OPTIONS, site)
    model = _model(asked)
    rows = read()
    asked.check_time()
    weights, threshold = options.pop("weights", None), options.pop("min_rows")
    missing = {model.target, weights} - {None, *(names_of(rows) or ())}
    if missing:
        raise SiteError(f"the rows to score have no column {min(missing)}")
    scores = model.evaluate(
        rows, rows[model.target], sample_weight=None if weights is None else rows[weights], n_jobs=site.threads or None, **options
    )
    if scores["rows"] < threshold:
        raise SiteError(f"fewer than {threshold} rows to score: the site releases nothing of them")
    kept = {name: value for name, value in scores.items() if isinstance(value, (int, float)) and name != "logLikelihood"}
    return {"scores": {name: float(f"{value:.{_SCORE_DIGITS}g}") if name != "rows" else value for name, value in kept.items()}}, None


def _model(asked: Asked) -> Model:
    if asked.file is None:
        raise SiteError("there is no model in the message")
    return Model(asked.file, "the global model")
