"""Which pictures a report has, and what they say to a person who does not see them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np

from .. import plots
from .._description import Coefficient, column_values
from .._model import Model
from .._texts import Texts
from ._figures import Figure, drawn

# Covariates that are shown by curves of their own.
_CURVES = 3


def by_effect(model: Model, part: str) -> list[str]:
    """Covariates by their largest effect in the experts, or in the gate."""
    sizes: dict[str, float] = {}
    for line in model.coefficients():
        if line.part == part and line.is_slope and line.effect:
            sizes[line.covariate] = max(sizes.get(line.covariate, 0.0), abs(line.effect))
    return sorted(sizes, key=lambda name: -sizes[name])


def model_pictures(model: Model, t: Texts, level: float) -> Iterator[Figure]:
    """What can be drawn of the file alone."""
    for index, response in enumerate(islice(model.parameters.responses, 4)):
        title = t("report.figures.coefficients") if response is None else t("report.figures.coefficients_of", response=response)
        yield drawn(
            f"coefficients-{index}", title,
            lambda ax, response=response: plots.CoefficientDisplay.from_model(model, response=response, level=level, ax=ax),
            lambda display: t("report.figures.coefficients_alt", largest=_largest(display.coefficients, t)),
        )
    gate = by_effect(model, "gate")
    if gate and model.n_experts > 1:
        yield drawn(
            "gate-coefficients", t("report.figures.gate_coefficients"),
            lambda ax: plots.CoefficientDisplay.from_model(model, part="gate", level=level, ax=ax),
            lambda display: t("report.figures.gate_coefficients_alt", largest=_largest(display.coefficients, t)),
        )
        for index, covariate in enumerate(gate[:_CURVES]):
            yield drawn(
                f"gate-{index}", t("report.figures.gate", covariate=covariate),
                lambda ax, covariate=covariate: plots.GateDisplay.from_model(model, covariate, ax=ax), lambda display: _gate_alt(display, t),
            )
    yield from _gate_map(model, gate, t)
    for index, covariate in enumerate(by_effect(model, "expert")[:_CURVES]):
        yield drawn(
            f"partial-{index}", t("report.figures.partial", covariate=covariate),
            lambda ax, covariate=covariate: plots.PartialEffectDisplay.from_model(model, covariate, level=level, ax=ax),
            lambda display: t("report.figures.partial_alt", low=t.number(float(display.means[0])), high=t.number(float(display.means[-1]))),
        )


def _gate_map(model: Model, gate: list[str], t: Texts) -> Iterator[Figure]:
    """Over the first two covariates with more than a few values."""
    smooth = [name for name in gate if column_values(model.parameters, model.covariates.index(name)) is None][:2]
    if model.n_experts < 2 or len(smooth) < 2:
        return
    yield drawn(
        "gate-map", t("report.figures.gate_map", first=smooth[0], second=smooth[1]),
        lambda ax: plots.GateMapDisplay.from_model(model, smooth, ax=ax),
        lambda display: t(
            "report.figures.gate_map_alt", experts=", ".join(str(expert + 1) for expert in np.unique(display.probabilities.argmax(axis=-1)))
        ),
    )


def history_pictures(model: Model, t: Texts) -> Iterator[Figure]:
    """How the model came about, as far as the file says."""
    fit, aggregation = model.record.get("fit") or {}, model.record.get("aggregation") or {}
    if fit.get("expertCounts") or aggregation.get("expertCounts"):
        yield drawn(
            "expert-count", t("report.figures.expert_count"), lambda ax: plots.ExpertCountDisplay.from_model(model, ax=ax),
            lambda display: t("report.figures.expert_count_alt", tried=", ".join(map(str, display.experts)), chosen=display.chosen),
        )
    values = fit.get("trace") or aggregation.get("objectives") or []
    if len(values) > 1:
        yield drawn(
            "trace", t("report.figures.trace"), lambda ax: plots.TraceDisplay.from_model(model, ax=ax),
            lambda display: t(
                "report.figures.trace_alt", first=t.number(values[0], 6), last=t.number(values[-1], 6), count=len(values) - 1
            ),
        )
    if fit.get("starts"):
        yield drawn(
            "starts", t("report.figures.starts"), lambda ax: plots.StartsDisplay.from_model(model, ax=ax),
            lambda display: t("report.figures.starts_alt", count=len(display.screened), best=t.number(float(np.nanmax(display.screened)), 5)),
        )


def _largest(coefficients: list[Coefficient], t: Texts) -> str:
    ordered = sorted(coefficients, key=lambda line: -abs(line.effect or 0))[:3]
    return ", ".join(
        t("report.figures.largest", covariate=line.covariate, expert=line.expert, value=t.number(line.effect)) for line in ordered
    )


def _gate_alt(display: Any, t: Texts) -> str:
    low, high = (int(np.argmax(display.probabilities[end])) for end in (0, -1))
    return t(
        "report.figures.gate_alt", low=low + 1, low_share=t.percent(float(display.probabilities[0, low]), 0), high=high + 1,
        high_share=t.percent(float(display.probabilities[-1, high]), 0),
    )
