"""How well the model predicts rows, in pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .. import plots
from .._model import Model
from .._texts import Texts
from ._figures import Figure, drawn
from ._pictures import by_effect

# Covariates that residuals are drawn against.
_COVARIATES = 4


def check_pictures(model: Model, X: dict[str, np.ndarray], y: np.ndarray, t: Texts) -> Iterator[Figure]:
    """Of rows without missing values."""
    if model.classes is not None:
        yield from _of_classes(model, X, y, t)
        return
    yield drawn(
        "observed", t("report.figures.observed"), lambda ax: plots.ObservedPredictedDisplay.from_model(model, X, y, ax=ax),
        lambda display: t(
            "report.figures.observed_alt", rows=t.number(len(display.observed)),
            correlation=t.number(_correlation(display.observed, display.predicted)),
        ),
    )
    if model.family == "poisson":
        yield drawn(
            "rootogram", t("report.figures.rootogram"), lambda ax: plots.RootogramDisplay.from_model(model, X, y, ax=ax),
            lambda display: _rootogram_alt(display, t),
        )
    yield drawn(
        "pit", t("report.figures.pit"), lambda ax: plots.PITDisplay.from_model(model, X, y, ax=ax),
        lambda display: t(
            "report.figures.pit_alt", low=t.number(float(display.shares.min() * len(display.shares)), 2),
            high=t.number(float(display.shares.max() * len(display.shares)), 2),
        ),
    )
    yield drawn(
        "coverage", t("report.figures.coverage"), lambda ax: plots.CoverageDisplay.from_model(model, X, y, ax=ax),
        lambda display: t(
            "report.figures.coverage_alt", half=t.percent(float(np.interp(0.5, display.levels, display.coverage))),
            ninety=t.percent(float(np.interp(0.9, display.levels, display.coverage))),
        ),
    )
    for index, covariate in enumerate(residual_covariates(model)):
        yield drawn(
            f"residuals-{index}", t("report.figures.residuals", covariate=covariate),
            lambda ax, covariate=covariate: plots.QuantileResidualDisplay.from_model(model, X, y, covariate, ax=ax),
            lambda display: t(
                "report.figures.residuals_alt", mean=t.number(float(display.residuals.mean()), 2),
                deviation=t.number(float(display.residuals.std()), 2),
            ),
        )


def residual_covariates(model: Model) -> list[str]:
    """Columns of the table: those of the largest effects, where a column of the design is one, then the others."""
    ordered = [name for name in by_effect(model, "expert") if name in model.input_names]
    return [*ordered, *(name for name in model.input_names if name not in ordered)][:_COVARIATES]


def _of_classes(model: Model, X: dict[str, np.ndarray], y: np.ndarray, t: Texts) -> Iterator[Figure]:
    yield drawn(
        "roc", t("report.figures.roc"), lambda ax: plots.ROCDisplay.from_model(model, X, y, ax=ax),
        lambda display: t("report.figures.roc_alt", areas=", ".join(f"{name} {t.number(area)}" for name, area in display.areas.items())),
    )
    yield drawn(
        "calibration", t("report.figures.calibration"), lambda ax: plots.CalibrationDisplay.from_model(model, X, y, ax=ax),
        lambda display: t(
            "report.figures.calibration_alt",
            largest=t.number(float(max(np.abs(predicted - observed).max() for predicted, observed in display.curves.values())), 2),
        ),
    )


def _correlation(first: np.ndarray, second: np.ndarray) -> float | None:
    return float(np.corrcoef(first, second)[0, 1]) if len(first) > 1 and first.std() > 0 and second.std() > 0 else None


def _rootogram_alt(display: Any, t: Texts) -> str:
    deviations = np.sqrt(display.observed) - np.sqrt(display.expected)
    worst = int(np.argmax(np.abs(deviations)))
    return t("report.figures.rootogram_alt", deviation=t.number(float(deviations[worst]), 2), count=int(display.counts[worst]))
