"""A model as the command line writes it: to load, to save, to predict with."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from . import _engine
from ._predictions import Predictor
from ._results import Results
from ._site_work import SiteWork
from ._tables import Role, name_role, roles_of_study


class Model(Predictor, Results, SiteWork):
    """A local or global model, or all local models together.

    It is its file: the text that ``dmoe fit``, ``dmoe aggregate`` and ``dmoe learn`` write; the two are bit-identical.

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
        # Of how the rows were read, where it was fitted here.
        self.notices: list[str] = []
        # Of a draft that was fitted here: fits its rows again, with the rules of a release.
        self.releasing: Callable[..., Model] | None = None
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
        """Write the model file, whole or not at all; a file that was there keeps its permissions.

        Raises
        ------
        OSError
            Where it cannot be written.
        """
        data = self.text.encode()
        _engine.answer(_engine.library().dmoe_file_write(data, len(data), os.fsencode(path)))

    def release(
        self, path: str | os.PathLike[str], *, ledger: str | os.PathLike[str] | None = None, hold_back_new: bool = False
    ) -> Model:
        """Fit the rows of this draft again with the rules of a release, and write the file that may be sent.

        Parameters
        ----------
        path : path
            The file.
        ledger : path, optional
            What the site has released: an answer that differs from an earlier one by 1 to 9 rows is refused, else it is entered. Without,
            the file says that none was kept.
        hold_back_new : bool, optional
            Let new rows wait for the next release while they are fewer than the threshold, rather than refuse.

        Returns
        -------
        Model
            The release, which differs from the draft where a rule withholds something.

        Raises
        ------
        ValueError
            Where this is no draft of :func:`dmoe.fit_local` in this session, or a rule or the ledger refuses.
        """
        if self.releasing is None:
            raise ValueError("only a draft that fit_local made in this session can be released: its rows are needed")
        model = self.releasing(ledger=None if ledger is None else os.fspath(ledger), hold_back_new=hold_back_new or None)
        model.save(path)
        return model

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
    def status(self) -> str | None:
        """For whom the model is: ``"release"`` for others, ``"draft"`` or ``"oneOwner"`` for the owner of the rows; None of a reference."""
        return None if self._first["kind"] == "reference" else self._first.get("disclosure", {}).get("status", "release")

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

    @cached_property
    def roles(self) -> dict[str, Role]:
        """Of the columns of a table whose values are names."""
        roles = roles_of_study(self._first.get("study") or {})
        if self.classes is not None:
            roles[self.target] = name_role(self.classes)
        return roles

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

    def said(self, style: int) -> list[str]:
        """What there is to be said of a fit that was made here."""
        return [*self.notices, *self._warning_texts(style=style)]

    def _warning_texts(self, latest: bool = False, style: int = _engine.FUNCTIONS) -> list[str]:
        """Of all that led to the model, or of the last extra round alone."""
        answer = _engine.answer(_engine.library().dmoe_model_warnings(self.handle, int(latest), style))
        return [warning["text"] for warning in json.loads(answer)]

    @property
    def reading(self) -> list[str]:
        """What became of rows with missing values before the fit."""
        record = self.record.get("reading") or {}
        dropped = record.get("rowsLeftOut", 0)
        texts = [f"{_counted(dropped, 'row')} left out for missing values"] if dropped else []
        for entry in record.get("filled", []):
            if entry["missing"]:
                value = entry.get("value")
                what = "taken as a level of their own" if value is None else f"filled in with {value:.4g}"
                texts.append(f"{_counted(entry['missing'], 'missing value')} of '{entry['covariate']}' {what}")
        return texts


def _counted(number: int | str, noun: str) -> str:
    """In a release small numbers are texts: `<10`."""
    if isinstance(number, str):
        return f"fewer than {number.lstrip('<')} {noun}s"
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
