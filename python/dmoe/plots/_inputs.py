"""From what callers hand over to what displays draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .._model import Model
from .._requests import by_site
from .._tables import columns_of, name_of


def observed_numbers(model: Model, y: Any) -> np.ndarray:
    """Responses that are numbers.

    Raises
    ------
    ValueError
        Where the model predicts classes.
    """
    if model.classes is not None:
        raise ValueError(f"'{model.target}' has classes: see CalibrationDisplay and ROCDisplay")
    return np.asarray(y, dtype=float)


def observed_classes(model: Model, y: Any) -> np.ndarray:
    """Numbers of the classes, from 0.

    Raises
    ------
    ValueError
        Where the model predicts numbers, or a class is unknown to it.
    """
    if model.classes is None:
        raise ValueError(f"'{model.target}' is a number: see PITDisplay and ObservedPredictedDisplay")
    numbers = {name: index for index, name in enumerate(model.classes)}
    try:
        return np.array([numbers[name_of(value)] for value in np.asarray(y).tolist()])
    except KeyError as error:
        raise ValueError(f"'{model.target}' has a class that the model does not know: {error.args[0]!r}") from error


def of_estimator(estimator: Any, X: Any) -> tuple[Model, dict[str, Any]]:
    """The model of a fitted estimator, and its columns of X."""
    return estimator.model_, estimator._columns(X)


def covariate_column(model: Model, X: Any, covariate: str) -> np.ndarray:
    columns = columns_of(X, model.input_names)
    if covariate not in columns:
        known = ", ".join(f"'{name}'" for name in model.input_names)
        raise ValueError(f"there is no covariate '{covariate}': the model reads {known}")
    return np.asarray(columns[covariate])


def covariate_position(model: Model, covariate: str) -> int:
    """Of a column of the design."""
    names = model.parameters.covariates
    if covariate not in names:
        raise ValueError(f"there is no covariate '{covariate}': the model has {', '.join(repr(name) for name in names)}")
    return names.index(covariate)


def local_models(models: Mapping[str, Model] | Sequence[Model]) -> dict[str, Model]:
    """By site."""
    names, values = by_site(models, Model, "a Model")
    return dict(zip(names, values))
