"""A model as the command line writes it: to load, to save, to predict with."""

from __future__ import annotations

import ctypes
import json
import os
import tempfile
import warnings
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from . import _engine
from ._tables import Table, columns_of

_PLACES = (
    "mean", "standard_deviation", "gates", "class_probabilities", "quantiles", "log_density", "posteriors", "draws",
)


class FitWarning(UserWarning):
    """What the engine has to say of a fit, an aggregation or an update: the texts of :attr:`Model.warnings`."""


# Fewer are predicted before anybody could press Ctrl-C, and a thread for them would take longer.
_MANY_ROWS = 20_000


class Model:
    """A local or global model, or all local models together.

    It is its file: the text that ``dmoe fit``, ``dmoe aggregate`` and ``dmoe learn`` write, bit for bit.

    Attributes
    ----------
    text : str
        The file.
    record : dict
        Its fields.

    Examples
    --------
    >>> import os, tempfile
    >>> import numpy as np
    >>> import dmoe
    >>> x = np.random.default_rng(0).uniform(-1, 1, size=2000)
    >>> y = np.abs(x) + 0.1 * np.random.default_rng(1).normal(size=2000)
    >>> model = dmoe.fit_local({"x": x, "y": y}, target="y", experts=2)
    >>> path = os.path.join(tempfile.mkdtemp(), "model.json")
    >>> model.save(path)
    >>> dmoe.Model.load(path).predict({"x": [-0.5, 0.5]}).round(1)
    array([0.5, 0.5])
    """

    def __init__(self, text: str, source: str = "model") -> None:
        self.text = text
        data = text.encode()
        self._handle: int | None = _engine.opened("dmoe_model_open", data, len(data), source.encode())

    @classmethod
    def loads(cls, text: str) -> Model:
        """From the text of a model file."""
        return cls(text)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Model:
        """Read a model file.

        Raises
        ------
        FileNotFoundError
            Where there is none.
        ValueError
            Where it is no model file, naming the field at fault.
        """
        return cls(Path(path).read_text(encoding="utf-8"), os.fspath(path))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model file, whole or not at all."""
        path = Path(path)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                file.write(self.text)
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(name, 0o666 & ~mask)
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def __reduce__(self) -> Any:
        return (Model, (self.text,))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Model) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"<dmoe.Model: {self.n_experts} {self.family} experts for '{self.target}'>"

    def __del__(self) -> None:
        if getattr(self, "_handle", None) is not None:
            _engine.library().dmoe_model_release(self._handle)

    @property
    def handle(self) -> int:
        """Of the engine, for as long as the model lives."""
        assert self._handle is not None
        return self._handle

    # What is in it

    @cached_property
    def record(self) -> dict[str, Any]:
        return json.loads(self.text)

    @cached_property
    def _first(self) -> dict[str, Any]:
        """The model, or the first of all local ones."""
        members = self.record.get("members")
        return members[0]["model"] if members else self.record

    @property
    def family(self) -> str:
        return self._first["family"]

    @property
    def target(self) -> str:
        return self._first["target"]

    @property
    def covariates(self) -> list[str]:
        """Columns of the design."""
        return self._first["covariates"]

    @cached_property
    def input_names(self) -> list[str]:
        """Columns that a table must have to be predicted."""
        study = self._first.get("study")
        if study is None:
            return list(self.covariates)
        exposure = study.get("exposure")
        return [covariate["name"] for covariate in study["covariates"]] + ([exposure] if exposure else [])

    @property
    def classes(self) -> list[str] | None:
        """Names of the classes; None where responses are numbers."""
        return self._first.get("classes")

    @property
    def n_experts(self) -> int:
        members = self.record.get("members")
        return sum(len(member["model"]["experts"]) for member in members) if members else len(self.record["experts"])

    @property
    def rows(self) -> int:
        """That it was learned from."""
        members = self.record.get("members")
        return sum(member["model"]["rows"] for member in members) if members else self.record["rows"]

    @property
    def warnings(self) -> list[str]:
        """What the engine has to say of it, in words; the file holds the same as values with a ``code``."""
        return self._warning_texts()

    def _warning_texts(self, latest: bool = False) -> list[str]:
        """Of all that led to the model, or of the last extra round alone."""
        answer = _engine.answer(_engine.library().dmoe_model_warnings(self.handle, int(latest)))
        return [warning["text"] for warning in json.loads(answer)]

    @property
    def reading(self) -> list[str]:
        """What became of rows with missing values before the fit."""
        record = self.record.get("reading") or {}
        dropped = record.get("rowsLeftOut", 0)
        told = [f"{_counted(dropped, 'row')} left out for missing values"] if dropped else []
        for entry in record.get("filled", []):
            if entry["missing"]:
                value = entry.get("value")
                what = "taken as a level of their own" if value is None else f"filled in with {value:.4g}"
                told.append(f"{_counted(entry['missing'], 'missing value')} of '{entry['covariate']}' {what}")
        return told

    # Predictions

    def predict(self, X: Any, *, return_std: bool = False, **how: Any) -> Any:
        """Mean of the response, or the most probable class.

        Parameters
        ----------
        X : data frame, mapping of names to columns, or array in the order of :attr:`input_names`
            The rows.
        return_std : bool
            Whether the standard deviation is wanted too; of numbers alone.
        **how
            ``missing``, ``unknown_as_reference``, ``n_jobs``.

        Returns
        -------
        ndarray of shape (rows,), or a pair of them
        """
        if self.classes is not None:
            if return_std:
                raise ValueError("classes have no standard deviation: see predict_proba")
            return np.asarray(self.classes, dtype=object)[np.argmax(self.predict_proba(X, **how), axis=1)]
        wanted = {"mean": 1, "standard_deviation": 1} if return_std else {"mean": 1}
        result = self._outputs(X, wanted, **how)
        mean = result["mean"][:, 0]
        return (mean, result["standard_deviation"][:, 0]) if return_std else mean

    def predict_proba(self, X: Any, **how: Any) -> np.ndarray:
        """Probability of each class; of shape (rows, classes)."""
        if self.classes is None:
            raise ValueError(f"{self.family} experts predict numbers, not classes")
        return self._outputs(X, {"class_probabilities": len(self.classes)}, **how)["class_probabilities"]

    def predict_quantiles(self, X: Any, levels: Sequence[float], **how: Any) -> np.ndarray:
        """Quantiles of the response; of shape (rows, levels)."""
        if self.classes is not None:
            raise ValueError("classes have no quantiles: see predict_proba")
        return self._outputs(X, {"quantiles": len(levels)}, levels=list(levels), **how)["quantiles"]

    def gate_proba(self, X: Any, **how: Any) -> np.ndarray:
        """Probability of each expert given the covariates; of shape (rows, experts)."""
        return self._outputs(X, {"gates": self.n_experts}, **how)["gates"]

    def log_density(self, X: Any, y: Any, **how: Any) -> np.ndarray:
        """log f(y | x); of shape (rows,)."""
        return self._outputs(X, {"log_density": 1}, y=y, **how)["log_density"][:, 0]

    def posterior_proba(self, X: Any, y: Any, **how: Any) -> np.ndarray:
        """Probability of each expert given covariates and response; of shape (rows, experts)."""
        return self._outputs(X, {"posteriors": self.n_experts}, y=y, **how)["posteriors"]

    def sample(self, X: Any, *, seed: int = 1, **how: Any) -> np.ndarray:
        """One response per row, drawn from f(· | x); of shape (rows,). Of classes their names."""
        draws = self._outputs(X, {"draws": 1}, seed=seed, **how)["draws"][:, 0]
        if self.classes is None:
            return draws
        return np.asarray(self.classes, dtype=object)[draws.astype(np.int64)]

    def evaluate(self, X: Any, y: Any, *, sample_weight: Any = None, **how: Any) -> dict[str, Any]:
        """The scores of ``dmoe evaluate``: log-likelihood, and CRPS, RMSE, …, or log loss, accuracy, …"""
        columns = {**columns_of(X, self.input_names), self.target: y}
        weights = None
        if sample_weight is not None:
            weights = "sample_weight"
            while weights in columns:
                weights += "_"
            columns[weights] = sample_weight
        table = Table(columns)
        request = _request(how)
        name = weights.encode() if weights else None
        return json.loads(
            _engine.answer(_engine.library().dmoe_score(self.handle, table.handle, request, name))
        )

    def _outputs(self, X: Any, wanted: dict[str, int], *, y: Any = None, **how: Any) -> dict[str, np.ndarray]:
        columns = columns_of(X, self.input_names)
        if y is not None:
            columns[self.target] = y
        table = Table(columns)
        results = {name: np.full((table.row_count, width), np.nan) for name, width in wanted.items()}
        places = _engine.pointers([results[name].ctypes.data if name in results else None for name in _PLACES])
        request = _request(how)

        def call() -> dict[str, np.ndarray]:
            _engine.answer(_engine.library().dmoe_predict(self.handle, table.handle, request, places))
            return results  # kept, with the table, for as long as the engine writes into them

        return _engine.interruptible(call) if table.row_count > _MANY_ROWS else call()

    # Extra rounds

    def statistics(self, data: Any, *, weights: str | None = None, missing: str = "error", **how: Any) -> str:
        """The statistics of a site at this model, as ``dmoe statistics`` writes them; Gaussian experts only."""
        names = [*self.input_names, self.target, *([weights] if weights else [])]
        table = data if isinstance(data, Table) else Table(columns_of(data, names))
        request = _request({"weights": weights, "missing": missing, **how})
        return _engine.answer(_engine.library().dmoe_statistics(self.handle, table.handle, request))

    def update(self, statistics: Mapping[str, str] | Sequence[str], *, robust: bool = True) -> Model:
        """The next model from the statistics of the sites at this one, as ``dmoe update`` makes it.

        Parameters
        ----------
        statistics : mapping of site names to texts, or sequence of texts
            What :meth:`statistics` or ``dmoe statistics`` wrote; sites of a sequence are named ``site 1``, ``site 2``, …
        robust : bool
            Leaves out sites that this model does not describe at all, with a warning.

        Returns
        -------
        Model
            What there is to be said of the sites is in its :attr:`warnings`.

        Raises
        ------
        ValueError
            Where there are no statistics, or not of this model.
        """
        if isinstance(statistics, str):
            raise ValueError("update takes the statistics of several sites: a list of texts, or a mapping of site names to texts")
        names, told = by_site(statistics, str, "the text of a statistics file")
        texts = (ctypes.c_char_p * len(told))(*[text.encode() for text in told])
        request = json.dumps({"names": names, "robust": robust}).encode()
        model = Model.loads(_engine.answer(_engine.library().dmoe_update(self.handle, request, texts, len(told))))
        warn(model._warning_texts(latest=True))
        return model


def by_site(given: Mapping[Any, Any] | Iterable[Any], kind: type, needed: str) -> tuple[list[str], list[Any]]:
    """Names of sites and what is there of each; those of a sequence are ``site 1``, ``site 2``, …

    Raises
    ------
    ValueError
        Where something else is there of a site than what is needed.
    """
    if not isinstance(given, Mapping):
        given = {f"site {index + 1}": value for index, value in enumerate(given)}
    for name, value in given.items():
        if not isinstance(value, kind):
            raise ValueError(f"{name}: {needed} is needed, not {type(value).__name__}")
    return [str(name) for name in given], list(given.values())


def warn(texts: Iterable[str], stacklevel: int = 3) -> None:
    """What is to be reported, as warnings of Python; by default of the line that called the function that calls this."""
    for text in texts:
        warnings.warn(text, FitWarning, stacklevel=stacklevel)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


_HOW = {
    "missing": "missing", "unknown_as_reference": "unknownAsReference", "levels": "levels", "seed": "seed",
    "weights": "weights", "min_rows": "minRows",
}


def _request(how: dict[str, Any]) -> bytes:
    how = dict(how)
    request = {"threads": _engine.threads(how.pop("n_jobs", None))}
    for name, value in how.items():
        if name not in _HOW:
            raise TypeError(f"unexpected keyword argument '{name}'")
        request[_HOW[name]] = value
    return json.dumps({key: value for key, value in request.items() if value is not None}).encode()
