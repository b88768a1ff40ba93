"""The part of a node: it answers with files, or in one line why not."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flwr.app import Context, Message
from flwr.clientapp import ClientApp

from .._fitting import Progress, fit_local
from .._model import Model
from .._requests import COLUMN_ARGUMENTS
from .._tables import names_of
from .._warnings import FitWarning
from ._messages import packed, unpacked
from ._reading import rows_of, scored_rows_of
from ._site import Site
from ._words import SiteError, names_in, released, visible

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


def client_app() -> ClientApp:
    """The ClientApp of a site."""
    app = ClientApp()
    for action, work in (("fit", _fit), ("statistics", _statistics), ("scores", _scores)):
        app.query(action)(_answering(work))
    return app


@dataclass
class _Asked:
    """One question of a coordinator."""

    start: float
    seconds: float = 0
    options: dict[str, Any] = field(default_factory=dict)
    file: str | None = None

    def read(self, message: Message) -> None:
        fields, self.file = unpacked(message.content)
        self.options, self.seconds = fields["options"], fields["seconds"]

    @property
    def public(self) -> set[str]:
        """Names that a refusal may cite."""
        return names_in(self.options, self.file or "")

    def allowed(self, names: tuple[str, ...], site: Site) -> dict[str, Any]:
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


_Work = Callable[[Site, _Asked], tuple[dict[str, Any], str | None]]


def _answering(work: _Work) -> Callable[[Message, Context], Message]:
    def answer(message: Message, context: Context) -> Message:
        asked, site, file = _Asked(time.monotonic()), Site(), None
        try:
            with warnings.catch_warnings():  # those of a file are in it; others would be in the log of the node
                warnings.simplefilter("ignore", FitWarning)
                site = Site.of_context(context.node_config, context.run_config)
                asked.read(message)
                fields, file = work(site, asked)
        except SiteError as problem:
            fields = {"reason": visible(str(problem))}
        except (ValueError, OSError, RuntimeError) as problem:  # the engine's
            fields = {"reason": released(str(problem), asked.public, site.paths)}
        except Exception as problem:  # noqa: BLE001 - Flower would log it, with what it says
            fields = {"reason": f"the app of the site failed ({type(problem).__name__})"}
        fields |= {"name": site.name, "working": round(time.monotonic() - asked.start, 3)}
        return Message(packed(fields, file), reply_to=message)

    return answer


# What messages call the rows.
_SOURCE = "the table"


def _fit(site: Site, asked: _Asked) -> tuple[dict[str, Any], str]:
    options = asked.allowed(FIT_OPTIONS, site)
    _check_study(site, asked.file)
    rows = rows_of(site)
    read = time.monotonic()
    asked.check_time()
    experts = options.pop("experts", None)
    model = fit_local(
        rows, study=asked.file, experts=tuple(experts) if isinstance(experts, list) else experts, site=_SOURCE,
        n_jobs=site.threads or None, progress=asked.check_time, **options, **site.guards,
    )
    return {"rows": model.rows, "experts": model.n_experts, "reading": round(read - asked.start, 3)}, model.text


def _check_study(site: Site, study: str | None) -> None:
    if not site.study:
        return
    try:
        agreed = Path(site.study).read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise SiteError("the study file that the node configuration names cannot be read") from None
    if agreed != study:
        raise SiteError("the study is not the one that this site has agreed to")


def _statistics(site: Site, asked: _Asked) -> tuple[dict[str, Any], str]:
    options = asked.allowed(STATISTICS_OPTIONS, site)
    model = _model(asked)
    rows = rows_of(site)
    asked.check_time()
    return {}, model.statistics(rows, site=_SOURCE, n_jobs=site.threads or None, **options, **site.guards)


def _scores(site: Site, asked: _Asked) -> tuple[dict[str, Any], None]:
    options = asked.allowed(SCORE_OPTIONS, site)
    model = _model(asked)
    rows = scored_rows_of(site)
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


def _model(asked: _Asked) -> Model:
    if asked.file is None:
        raise SiteError("there is no model in the message")
    return Model(asked.file, "the global model")
