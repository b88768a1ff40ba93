"""From what scikit-learn's users hand over to named columns."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, is_regressor
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    _check_sample_weight,
    _check_y,
    check_consistent_length,
    column_or_1d,
    validate_data,
)

from .._requests import column_request
from .._tables import NUMBER, Table, Text, column, name_of, name_role, roles_of_study, taken
from .._tables.spelling import BOOLEANS


# A copy of so many is made in less time than a look at one column takes.
_FEW_ROWS = 1000


@dataclass(frozen=True)
class Rows:
    """Columns by name, and what the engine receives of them."""

    columns: dict[str, np.ndarray | Text]
    request: dict[str, Any]
    # Those of weight above 0 among the rows given; None for all.
    kept: np.ndarray | None = None

    @property
    def row_count(self) -> int:
        return len(next(iter(self.columns.values())))

    def table(self, source: str, rows: slice | np.ndarray | None = None) -> Table:
        """Of some rows, or of all."""
        if rows is None:
            return Table(self.columns, source)
        return Table({name: taken(values, rows) for name, values in self.columns.items()}, source)


def covariates(estimator: BaseEstimator, X: Any, *, reset: bool) -> dict[str, np.ndarray | Text]:
    """The columns of ``X`` by name: those of an array are x0, x1, …

    Floating point is used where it lies: an array is looked at, not copied, and a data frame is taken column by column.
    """
    if not (hasattr(X, "columns") or hasattr(X, "column_names")):  # no data frame
        X = validate_data(
            estimator, X, dtype=[np.float64, np.float32], ensure_min_samples=2 if reset else 1, reset=reset
        )
        # An array in place of the data frame of the fit: by position, after scikit-learn's warning.
        names = getattr(estimator, "feature_names_in_", [f"x{index}" for index in range(X.shape[1])])
        return {name: X[:, index] for index, name in enumerate(names)}
    validate_data(estimator, X, skip_check_array=True, reset=reset)
    names = getattr(estimator, "feature_names_in_", None)
    roles = roles_of_study(_study(estimator))
    few = None if roles else _few_numbers(X)
    if few is not None:
        return {
            name if names is not None else f"x{index}": column(few[:, index]) for index, name in enumerate(X.columns)
        }
    if names is None:  # columns that are numbered, as pandas does by default
        return {f"x{index}": column(X.iloc[:, index], name=f"x{index}", source="X") for index in range(X.shape[1])}
    return {name: column(X[name], roles.get(name, NUMBER), name=name, source="X") for name in names}


def _study(estimator: BaseEstimator) -> dict[str, Any]:
    """Of a text that is no study nothing: the engine says what is wrong with it."""
    try:
        study = json.loads(estimator.study) if estimator.study is not None else {}
    except (ValueError, TypeError):
        return {}
    return study if isinstance(study, dict) else {}


def _few_numbers(X: Any) -> np.ndarray | None:
    """Few rows of a data frame of pandas that holds nothing but numbers, as one array: column by column they would take a millisecond."""
    if len(X) > _FEW_ROWS or type(X).__module__.split(".")[0] != "pandas":
        return None
    kinds = X.dtypes.to_list()
    return X.to_numpy() if all(isinstance(kind, np.dtype) and kind.kind in "fiu" for kind in kinds) else None


def training_rows(estimator: BaseEstimator, X: Any, y: Any, sample_weight: Any) -> tuple[Rows, Classes | None]:
    """The rows of a fit, without those of weight 0, and the classes of their responses where they have any."""
    if y is None:
        raise ValueError(f"{type(estimator).__name__} requires y to be passed, but the target y is None.")
    columns = covariates(estimator, X, reset=True)
    name = getattr(y, "name", None)
    y = _check_y(y, y_numeric=True, estimator=estimator) if is_regressor(estimator) else column_or_1d(y, warn=True)
    check_consistent_length(next(iter(columns.values())), y)
    weights = kept = None
    if sample_weight is not None:
        weights = _check_sample_weight(sample_weight, y, dtype=np.float64)
        if np.any(weights == 0) and np.any(weights != 0):
            kept = np.flatnonzero(weights)
            columns = {name: taken(values, kept) for name, values in columns.items()}
            weights, y = weights[kept], y[kept]
    classes = None if is_regressor(estimator) else Classes(estimator, y)
    rows = _named(estimator, columns, name, column(y) if classes is None else classes.column, weights, classes)
    return replace(rows, kept=kept), classes


def _named(
    estimator: BaseEstimator, columns: dict[str, Any], name: Any, responses: np.ndarray | Text,
    sample_weight: np.ndarray | None, classes: Classes | None,
) -> Rows:
    study = _study(estimator)
    target = study.get("target") or _free_name(name or "y", columns)
    columns = {**columns, target: responses}
    weights = None
    if sample_weight is not None:
        weights = study.get("weights") or _free_name("sample_weight", columns)
        columns[weights] = sample_weight
    request = column_request(
        study=estimator.study,
        target=None if study else target,
        features=None if study else [name for name in columns if name not in (target, weights, estimator.exposure)],
        gate_features=estimator.gate_features,
        family=estimator.family if study else estimator._family(),
        classes=classes.texts if classes is not None and not study else None,
        exposure=estimator.exposure,
        weights=None if weights == study.get("weights") else weights,
        missing=None,
    )
    return Rows(columns, request)


def _free_name(wanted: Any, others: Any) -> str:
    name = str(wanted)
    while name in others:
        name += "_"
    return name


class Classes:
    """The classes of a response, and how the engine writes them."""

    def __init__(self, estimator: BaseEstimator, y: Any) -> None:
        check_classification_targets(y)
        if y.dtype.kind == "f":
            y = _check_y(y, estimator=estimator)
        found, codes = np.unique(y, return_inverse=True)
        if len(found) < 2:
            raise ValueError(f"y has 1 class, {found[0]!r}: a classifier needs two or more")
        found_texts = [name_of(label) for label in found]
        self.texts = _study(estimator).get("classes") or found_texts
        if set(found_texts) == {"False", "True"}:
            booleans = dict(zip(BOOLEANS, name_role(self.texts).booleans, strict=True))
            found_texts = [booleans[text] for text in found_texts]
        unknown = [text for text in found_texts if text not in self.texts]
        if unknown:
            raise ValueError(f"y has the class '{unknown[0]}', which the study does not know")
        labels = dict(zip(found_texts, found, strict=True))
        whole = all(text in labels for text in self.texts)
        self.labels = np.array(
            [labels.get(text, text) for text in self.texts], dtype=found.dtype if whole else object
        )
        self.column = Text.of_codes(codes, found_texts)
