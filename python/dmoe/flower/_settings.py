"""What a run is asked for: ``[tool.flwr.app.config]`` of its ``pyproject.toml``, and ``flwr run --run-config``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from .._federation.plan import AGGREGATE_OPTIONS, Plan
from .._federation.sites import FIT_OPTIONS

_LISTS = ("features", "exclude", "gate_features", "classes")


@dataclass(frozen=True)
class Settings(Plan):
    """Of a run.

    Attributes
    ----------
    wait : float
        Seconds for nodes to come.
    results : Path
        The folder of what comes of it.
    """

    wait: float = 60
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
                options = FIT_OPTIONS if part == "fit" else AGGREGATE_OPTIONS
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
        self.check({"min_nodes": 1, "wait": 0, "deadline": 1, "rounds": 0}, {"min_nodes": "min-nodes"})
        if not isinstance(self.scores, bool):
            raise ValueError(f"'scores' must be true or false, not {self.scores!r}")


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
