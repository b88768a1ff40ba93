"""What the engine is asked for, in its own names. What it cannot do it refuses itself."""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ._engine import threads
from ._tables import Role, name_role, roles_of_study

# Arguments of a fit that are about columns.
COLUMN_ARGUMENTS = (
    "study", "target", "features", "exclude", "gate_features", "family", "classes", "exposure", "weights", "missing",
    "subject", "point_mass", "noise",
)

# Options of a fit that are not.
FIT_OPTIONS = {
    "starts": "starts", "tolerance": "tolerance", "max_iterations": "maxIterations", "seed": "seed",
    "min_rows": "minRows", "l1": "l1Automatic", "l1_gate": "l1Gate", "l1_experts": "l1Experts", "l1_refit": "l1Refit",
    "standard_errors": "standardErrors", "slope_prior": "slopePrior", "rows_per_parameter": "rowsPerParameter", "criterion": "criterion",
    "holdout": "holdout", "initial_models": "initialModels", "aggregated": "aggregated", "draft": "draft",
    "as_sites": "asSites", "ledger": "ledger", "hold_back_new": "holdBackNew", "policy": "policy", "rounding_secret": "roundingSecret",
}

# How the rows of a model are read, and what is asked of them.
ROW_OPTIONS = {
    "missing": "missing", "unknown_levels": "unknownLevels", "levels": "levels", "seed": "seed", "weights": "weights",
    "min_rows": "minRows", "adapted": "adapted", "prior_precision": "priorPrecision", "subject": "subject",
    **{name: FIT_OPTIONS[name] for name in ("ledger", "hold_back_new", "policy", "rounding_secret")},
}

# What the engine takes by itself; here for requests that have another value of their own for None.
USUAL_MIN_ROWS = 10
USUAL_ROWS_PER_PARAMETER = 2

# What estimators call them.
ESTIMATOR_NAMES = {
    "experts": "n_experts", "starts": "n_starts", "tolerance": "tol", "max_iterations": "max_iter", "seed": "random_state",
}

_WHOLE = ("starts", "max_iterations", "seed", "min_rows", "rows_per_parameter")


def encoded(request: Mapping[str, Any]) -> bytes:
    """As JSON, without what is not given.

    Raises
    ------
    ValueError
        For a number that JSON has not.
    """
    for name, value in request.items():
        numbers = value if isinstance(value, (list, tuple)) else [value]
        if any(isinstance(number, float) and not math.isfinite(number) for number in numbers):
            raise ValueError(f"{name} must be finite, not {value!r}")
    return json.dumps(given(request)).encode()


def given(request: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is None."""
    return {name: value for name, value in request.items() if value is not None}


def fit_request(
    columns: Mapping[str, Any], experts: int | tuple[int, int] | None, options: Mapping[str, Any],
    names: Mapping[str, str] = {},  # noqa: B006 - it is not changed
) -> dict[str, Any]:
    """A fit: columns as the engine names them, options as :func:`dmoe.fit_local` does; messages name them by ``names``."""
    shown = names.get("experts", "experts")
    first: int | None = None
    last: int | None
    if isinstance(experts, (tuple, list)):
        if len(experts) != 2:
            raise ValueError(f"{shown} must be a number or a pair of them, the first and the last, not {experts!r}")
        first, last = experts
    else:
        last = experts
    return {
        "columns": columns, "expertsFrom": whole(shown, first), "experts": whole(shown, last),
        **_options(options, names),
    }


def column_request(
    *, study: str | None, target: str | None, features: Sequence[str] | None, exclude: Sequence[str] | None = None,
    gate_features: Sequence[str] | None,
    family: str | None, classes: Sequence[str] | None, exposure: str | None, weights: str | None, missing: str | None,
    subject: str | None = None, point_mass: float | Sequence[float] | None = None, noise: bool | tuple[float, float] | None = None,
) -> dict[str, Any]:
    """Which columns are what."""
    for argument, name in (("target", target), ("exposure", exposure), ("weights", weights), ("subject", subject)):
        if name is not None and not isinstance(name, str):
            raise TypeError(f"{argument} must be the name of a column, not {name!r}; give the columns names that are texts")
    return given({
        "study": study, "target": target, "covariates": names_in("features", features),
        "exclude": names_in("exclude", exclude) or None,
        "gateCovariates": names_in("gate_features", gate_features), "family": family,
        "classes": names_in("classes", classes), "exposure": exposure, "weights": weights, "missing": missing,
        "subject": subject, "pointMass": _numbers_of("point_mass", point_mass), "noise": _noise_of(noise),
    })


def _numbers_of(argument: str, values: float | Sequence[float] | None) -> list[float] | None:
    if values is None:
        return None
    listed = values if isinstance(values, Sequence) and not isinstance(values, str) else [values]
    try:
        return [float(value) for value in listed]
    except (TypeError, ValueError):
        raise TypeError(f"{argument} must be a number or a list of numbers, not {values!r}") from None


def _noise_of(noise: bool | Sequence[float] | None) -> list[float] | None:
    if noise is None or noise is False:
        return None
    return [] if noise is True else _numbers_of("noise", noise)


def columns_named(request: Mapping[str, Any]) -> list[str]:
    """The columns that a request names, each once, those of its study among them."""
    named = columns_of_study(request["study"]) if "study" in request else []
    for key in ("covariates", "gateCovariates", "exclude"):
        named += request.get(key, [])
    return list(dict.fromkeys(named + [request[key] for key in ("target", "exposure", "weights", "subject") if key in request]))


def columns_of_study(study: str) -> list[str]:
    """Of a text that is no study none: the engine says what is wrong with it."""
    try:
        fields = json.loads(study)
        named = [covariate["name"] for covariate in fields.get("covariates", [])]
        return named + [fields[key] for key in ("target", "exposure", "weights", "subject") if fields.get(key)]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def roles_of(request: Mapping[str, Any]) -> dict[str, Role]:
    """Of the columns whose values are names, by a study or by the family."""
    if "study" in request:
        try:
            return roles_of_study(json.loads(request["study"]))
        except ValueError:
            return {}
    if request.get("family") == "multinomial" and "target" in request:
        return {request["target"]: name_role(request.get("classes") or [])}
    return {}


def row_request(how: Mapping[str, Any]) -> bytes:
    """How the rows of a table are read, and what is asked of them."""
    how = dict(how)
    request = {"threads": threads(how.pop("n_jobs", None)), **own_rows(how)}
    for name, value in how.items():
        if name not in ROW_OPTIONS:
            raise TypeError(f"unexpected keyword argument '{name}'")
        request[ROW_OPTIONS[name]] = whole(name, value) if name in _WHOLE else value
    return encoded(request)


def own_rows(options: Mapping[str, Any]) -> dict[str, bool]:
    """Where there is a threshold and it is None, the results stay with the owner of the rows: nothing is withheld."""
    return {"ownRows": True} if "min_rows" in options and options["min_rows"] is None else {}


def whole(name: str, value: Any) -> int | None:
    """A whole number of any library."""
    if value is None:
        return None
    if isinstance(value, (bool, np.bool_)) or not hasattr(value, "__index__"):
        raise ValueError(f"{name} must be a whole number, not {value!r}")
    number = operator.index(value)
    is_seed = name in ("seed", "random_state")
    low, high = (0, 2**64) if is_seed else (-(2**63), 2**63)
    if not low <= number < high:
        raise ValueError(f"{name} must be a whole number{' from 0' if is_seed else ''}, not {number}")
    return number


def names_in(argument: str, value: Sequence[str] | None) -> list[str] | None:
    """A list of names; a text is a sequence of letters too, but none that anybody means."""
    if isinstance(value, str):
        raise ValueError(f"{argument} must be a list of names, not the text '{value}'")
    return None if value is None else [str(name) for name in value]


def by_site(values: Mapping[Any, Any] | Iterable[Any], kind: type, needed: str) -> tuple[list[str], list[Any]]:
    """Names of sites and what is there of each; those of a sequence are ``site 1``, ``site 2``, …

    Raises
    ------
    ValueError
        Where something else is there of a site than what is needed.
    """
    if not isinstance(values, Mapping):
        values = {f"site {index + 1}": value for index, value in enumerate(values)}
    for name, value in values.items():
        if not isinstance(value, kind):
            raise ValueError(f"{name}: {needed} is needed, not {type(value).__name__}")
    return [str(name) for name in values], list(values.values())


def _options(options: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    unknown = [name for name in options if name not in FIT_OPTIONS]
    if unknown:
        raise TypeError(f"fit_local() got an unexpected keyword argument '{unknown[0]}'")
    named: dict[str, Any] = {
        FIT_OPTIONS[name]: whole(names.get(name, name), value) if name in _WHOLE else value
        for name, value in options.items()
    }
    if named.get("initialModels") is not None:
        named["initialModels"] = [model.text for model in named["initialModels"]]
    if named.get("l1Automatic") is not None:
        if named["l1Automatic"] != "auto":
            raise ValueError(f'l1 must be "auto" or None, not {named["l1Automatic"]!r}: see l1_gate and l1_experts')
        named["l1Automatic"] = True
    return {**named, **own_rows(options)}
