"""What a run is asked for: ``[tool.flwr.app.config]`` of its ``pyproject.toml``, and ``flwr run --run-config``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ._client import FIT_OPTIONS, SCORE_OPTIONS, STATISTICS_OPTIONS

_LISTS = ("features", "exclude", "gate_features", "classes")
_AGGREGATE_OPTIONS = ("experts", "method", "gate", "site_weights", "largest_share", "support_size", "inconsistent", "seed")


@dataclass(frozen=True)
class Settings:
    """Of a run.

    Attributes
    ----------
    fit, aggregate : dict
        Arguments of :func:`dmoe.fit_local` and :func:`dmoe.aggregate`, without what is empty.
    study : str or None
        The text of the study file.
    sites : list of str
        Those that take part; all that are there where it is empty.
    min_nodes : int
        Fewer answers make no model.
    wait : float
        Seconds for nodes to come.
    deadline : float
        Seconds for the answers to a question.
    rounds : int
        Of statistics.
    scores : bool
        Whether sites are asked to score the global model.
    results : Path
        The folder of what comes of it.
    """

    fit: dict[str, Any]
    aggregate: dict[str, Any]
    study: str | None
    sites: list[str]
    min_nodes: int = 2
    wait: float = 60
    deadline: float = 3600
    rounds: int = 0
    scores: bool = False
    results: Path = Path("dmoe-results")

    @classmethod
    def of_run(cls, config: Mapping[str, Any], folder: Path) -> Settings:
        """
        Raises
        ------
        ValueError
            Where something is set that is nothing of a run, or cannot be.
        """
        own: dict[str, Any] = {}
        parts: dict[str, dict[str, Any]] = {"fit": {}, "aggregate": {}}
        known = {field.name.replace("_", "-"): field for field in fields(cls) if field.name not in parts}
        for key, value in config.items():
            part, dot, name = key.partition(".")
            if dot and part in parts:
                options = FIT_OPTIONS if part == "fit" else _AGGREGATE_OPTIONS
                if name.replace("-", "_") not in options:
                    raise ValueError(f"the run configuration has '{key}', which is none of {_listed(part, options)}")
                if value != "":
                    parts[part][name.replace("-", "_")] = value
            elif key in known:
                if value != "":
                    own[known[key].name] = value
            elif key != "simulation-sites":
                raise ValueError(f"the run configuration has '{key}', which is none of {', '.join(known)}")
        study = own.pop("study", None)
        settings = cls(
            fit=_fit(parts["fit"]), aggregate=parts["aggregate"], study=None if study is None else _text(folder / study),
            sites=_list(own.pop("sites", "")), results=Path(own.pop("results", cls.results)), **own,
        )
        settings._check()
        return settings

    def _check(self) -> None:
        for name, least in (("min_nodes", 1), ("wait", 0), ("deadline", 1), ("rounds", 0)):
            value = getattr(self, name)
            whole = name in ("min_nodes", "rounds")
            if not isinstance(value, int if whole else (int, float)) or isinstance(value, bool) or value < least:
                raise ValueError(f"'{name.replace('_', '-')}' must be a {'whole ' if whole else ''}number from {least}, not {value!r}")
        if not isinstance(self.scores, bool):
            raise ValueError(f"'scores' must be true or false, not {self.scores!r}")
        if len(self.sites) != len(set(self.sites)):
            raise ValueError("'sites' has a name twice")
        if self.sites and len(self.sites) < self.min_nodes:
            raise ValueError(f"'sites' has {len(self.sites)} names, and 'min-nodes' is {self.min_nodes}")

    @property
    def statistics(self) -> dict[str, Any]:
        """Options of the question for statistics."""
        return {name: value for name, value in self.fit.items() if name in STATISTICS_OPTIONS}

    @property
    def scoring(self) -> dict[str, Any]:
        """Options of the question for scores."""
        return {name: value for name, value in self.fit.items() if name in SCORE_OPTIONS}


def _listed(part: str, options: tuple[str, ...]) -> str:
    return ", ".join(f"{part}.{name.replace('_', '-')}" for name in options)


def _list(value: Any) -> list[str]:
    return [name.strip() for name in str(value).split(",") if name.strip()]


def _fit(options: dict[str, Any]) -> dict[str, Any]:
    options = {name: _list(value) if name in _LISTS else value for name, value in options.items()}
    experts = options.get("experts")
    if isinstance(experts, str):
        found = re.fullmatch(r"(\d+)(?:\.\.(\d+))?", experts)
        if found is None:
            raise ValueError(f"'fit.experts' must be a number, or a range such as 1..8, not {experts!r}")
        options["experts"] = int(found[1]) if found[2] is None else [int(found[1]), int(found[2])]
    return options


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as problem:
        raise ValueError(f"the study file {path.name} cannot be read from the app: {problem.strerror}") from None
