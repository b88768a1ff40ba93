"""The commands that made a model, from the options in its file."""

from __future__ import annotations

import shlex
from typing import Any

from .._model import Model
from ..plots._style import natural

# Options of a fit and of an aggregation by their field in the file, with what holds where they are not given.
_FIT = {
    "seed": ("--seed", 1), "starts": ("--starts", 16), "tolerance": ("--tolerance", 1e-9), "maxIterations": ("--max-iterations", 500),
    "minRows": ("--min-rows", 10), "standardErrors": ("--standard-errors", "observed"), "slopePrior": ("--slope-prior", "separated"),
    "heldOutShare": ("--holdout", None),
}
_AGGREGATION = {
    "seed": ("--seed", 1), "method": ("--method", "transport"), "gateTarget": ("--gate", None), "siteWeights": ("--site-weights", "density"),
    "largestShare": ("--largest-share", None), "supportSize": ("--support-size", 5000), "inconsistentSites": ("--inconsistent", "keep"),
    "errors": ("--aggregate-errors", None),
}


def fit_command(model: Model, output: str = "site.json") -> str:
    """Of a local model; the name of its table is not in the file."""
    options = model.record["fit"]["options"]
    first = options.get("expertsFrom")
    experts = str(options["experts"]) if first is None else f"{first}..{options['experts']}"
    words = ["dmoe", "fit", "site.csv", *_columns(model), "--experts", experts]
    if first is not None:
        words += ["--criterion", options["criterion"]]
    lasso = options.get("lasso", {"code": "none"})
    if lasso["code"] == "automatic":
        words += ["--l1", "auto"]
    elif lasso["code"] == "weights":
        words += ["--l1-gate", _text(lasso["gate"]), "--l1-experts", _text(lasso["experts"])]
    if "study" not in model.record and (model.record.get("reading") or {}).get("rowsLeftOut"):
        words += ["--missing", "drop"]
    return shlex.join([*words, *_changed(options, _FIT), "-o", output])


def aggregate_command(model: Model, output: str) -> str:
    aggregation = model.record["aggregation"]
    options = aggregation["options"]
    names = sorted([site["name"] for site in aggregation["sites"]] + [site["name"] for site in aggregation.get("leftOut", [])], key=natural)
    words = ["dmoe", "aggregate", *(f"{name}.json" for name in names)]
    if "expertRange" in options:
        words += ["--experts", "auto"]
    elif "experts" in options:
        words += ["--experts", str(options["experts"])]
    return shlex.join([*words, *_changed(options, _AGGREGATION), "-o", output])


def _columns(model: Model) -> list[str]:
    if "study" in model.record:
        return ["--study", "study.json"]
    covariates = [name for name in model.covariates if name != model.record.get("offset")]
    words = ["--target", model.target, "--features", ",".join(covariates)]
    if model.record["gateCovariates"] != covariates:
        words += ["--gate-features", ",".join(model.record["gateCovariates"])]
    return words if model.family == "gaussian" else [*words, "--family", model.family]


def _changed(options: dict[str, Any], names: dict[str, tuple[str, Any]]) -> list[str]:
    words = []
    for field, (option, usual) in names.items():
        value = options.get(field)
        if value is not None and value != usual:
            words += [option, _text(value)]
    return words


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else str(value)
