"""What a coordinator asks for, on any platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .sites import SCORE_OPTIONS, STATISTICS_OPTIONS

AGGREGATE_OPTIONS = ("experts", "method", "gate", "site_weights", "largest_share", "support_size", "inconsistent", "aggregate_errors", "seed")


@dataclass(frozen=True)
class Plan:
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
    deadline : float
        Seconds for the answers to a question.
    rounds : int
        Of statistics.
    scores : bool
        Whether sites are asked to score the global model.
    """

    fit: dict[str, Any]
    aggregate: dict[str, Any]
    study: str | None
    sites: list[str]
    min_nodes: int = 2
    deadline: float = 3600
    rounds: int = 0
    scores: bool = False

    def check(self, least: dict[str, int], spelled: dict[str, str]) -> None:
        """
        Parameters
        ----------
        least : dict
            Of each number, the smallest.
        spelled : dict
            What the platform calls an attribute, where it is called otherwise.

        Raises
        ------
        ValueError
            Where a number is none, or a site is named twice.
        """
        for name, bound in least.items():
            value = getattr(self, name)
            whole = name in ("min_nodes", "rounds")
            if not isinstance(value, int if whole else (int, float)) or isinstance(value, bool) or not value >= bound:
                raise ValueError(f"'{spelled.get(name, name)}' must be a {'whole ' if whole else ''}number from {bound}, not {value!r}")
        if len(self.sites) != len(set(self.sites)):
            raise ValueError(f"'{spelled.get('sites', 'sites')}' has a name twice")
        if self.sites and len(self.sites) < self.min_nodes:
            shown = spelled.get("sites", "sites"), spelled.get("min_nodes", "min_nodes")
            raise ValueError(f"'{shown[0]}' has {len(self.sites)} names, and '{shown[1]}' is {self.min_nodes}")

    @property
    def statistics(self) -> dict[str, Any]:
        """Options of the question for statistics."""
        return {name: value for name, value in self.fit.items() if name in STATISTICS_OPTIONS}

    @property
    def scoring(self) -> dict[str, Any]:
        """Options of the question for scores."""
        return {name: value for name, value in self.fit.items() if name in SCORE_OPTIONS}
