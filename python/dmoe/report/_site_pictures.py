"""How the sites differ, in pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .. import plots
from .._model import Model
from .._texts import Texts
from ..plots._assignment import is_withheld
from ..plots._sites import i_squared, is_held
from ._figures import Figure, drawn

# Slopes that are shown site by site.
_SLOPES = 3


def site_pictures(model: Model, local: dict[str, Model], comparison: dict[str, Any] | None, t: Texts, level: float) -> Iterator[Figure]:
    sites = (model.record.get("aggregation") or {}).get("sites", [])
    if sites and not is_withheld(sites):
        yield drawn(
            "assignment", t("report.figures.assignment"), lambda ax: plots.AssignmentDisplay.from_model(model, local, ax=ax),
            lambda display: t("report.figures.assignment_alt", sites=len(display.sites), experts=display.experts),
        )
    if comparison is not None:
        yield drawn(
            "divergences", t("report.figures.divergences"), lambda ax: plots.DivergenceDisplay.from_comparison(comparison, ax=ax),
            lambda display: _divergence_alt(display, t),
        )
    for index, (expert, response, covariate) in enumerate(_most_different(model, local, level)[:_SLOPES]):
        yield drawn(
            f"site-slope-{index}", t("report.figures.site_slope", covariate=covariate, expert=expert),
            lambda ax, key=(expert, response, covariate): plots.SiteCoefficientDisplay.from_models(
                model, local, key[2], expert=key[0], response=key[1], level=level, ax=ax
            ),
            lambda display: t(
                "report.figures.site_slope_alt", low=t.number(min(line.estimate for _, line in display.sites)),
                high=t.number(max(line.estimate for _, line in display.sites)), shared=t.number(display.shared.estimate),
                heterogeneity=t.percent(display.heterogeneity, 0),
            ),
        )


def _divergence_alt(display: Any, t: Texts) -> str:
    others = display.divergences[display.divergences > 0]
    low, high = (float(others.min()), float(others.max())) if others.size else (0.0, 0.0)
    return t("report.figures.divergences_alt", low=t.number(low), high=t.number(high))


def _most_different(model: Model, local: dict[str, Model], level: float) -> list[tuple[int, str | None, str]]:
    """Slopes (expert, class, covariate) by what is not chance in them: Q over its degrees of freedom; without errors by their spread."""
    values: dict[tuple[int, str | None, str], list[Any]] = {}
    for site in (model.record.get("aggregation") or {}).get("sites", []):
        own = local.get(site["name"])
        if own is None or (own.classes or [None])[0] != (model.classes or [None])[0]:
            continue
        for line in own.coefficients(level):
            if line.part == "expert" and line.is_slope and not is_held(line) and line.expert <= len(site["experts"]):
                values.setdefault((site["experts"][line.expert - 1], line.response, line.covariate), []).append(line)
    known = {(line.expert, line.response, line.covariate) for line in model.coefficients() if line.part == "expert"}
    scores = {key: _score(lines) for key, lines in values.items() if key in known and len(lines) > 1}
    return sorted(scores, key=lambda key: (-scores[key], key[0], key[2]))


def _score(lines: list[Any]) -> float:
    share = i_squared(lines)
    if share is not None:
        return share + 1e-6 * max(abs(line.z or 0) for line in lines)
    return float(np.std([line.effect or 0 for line in lines]))
