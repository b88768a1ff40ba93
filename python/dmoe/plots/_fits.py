"""How a fit or an aggregation went: the number of experts, the iterations, the starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .._model import Model
from .._texts import say, say_code
from ._style import Display, MARKERS, colour, label_x, label_y, legend, line

_CRITERIA = ("bic", "aic", "icl")


@dataclass
class ExpertCountDisplay(Display):
    """What each number of experts that was tried reaches.

    Attributes
    ----------
    experts : list of int
    criteria : dict of str to list of float
        Of a local fit ``bic``, ``aic``, ``icl`` per row, or the log-likelihood of held-out rows; of an aggregation the score and the
        penalised score.
    chosen : int
    better : {"lower", "higher"}
    """

    experts: list[int]
    criteria: dict[str, list[float]]
    chosen: int
    better: str

    @classmethod
    def from_model(cls, model: Model, *, ax: Any = None) -> ExpertCountDisplay:
        """Draw what chose the number of experts of a model.

        Raises
        ------
        ValueError
            Where it was given.
        """
        local = (model.record.get("fit") or {}).get("expertCounts")
        counts = (model.record.get("aggregation") or {}).get("expertCounts")
        if local:
            return cls._of_fit(local, model.record["weight"]).plot(ax=ax)
        if counts:
            criteria = {say("score"): [point["score"] for point in counts], say("penalised"): [point["penalised"] for point in counts]}
            return cls([point["experts"] for point in counts], criteria, model.n_experts, "higher").plot(ax=ax)
        raise ValueError("the number of experts was given, not chosen: see experts=(1, 8) of fit_local and experts='auto' of aggregate")

    @classmethod
    def _of_fit(cls, local: dict[str, Any], weight: float) -> ExpertCountDisplay:
        points = local["points"]
        experts = [point["experts"] for point in points]
        if local["criterion"] == "holdout":
            return cls(experts, {say("held_out"): [point["heldOutLogLikelihood"] for point in points]}, local["chosen"], "higher")
        return cls(
            experts, {name.upper(): [point[name] / weight for point in points] for name in _CRITERIA}, local["chosen"], "lower"
        )

    def plot(self, *, ax: Any = None) -> ExpertCountDisplay:
        ax = self._begin(ax)
        for index, (name, values) in enumerate(self.criteria.items()):
            ax.plot(self.experts, values, label=name, marker=MARKERS[index], **line(index))
        ax.axvline(self.chosen, color="black", lw=0.8, ls=":")
        ax.annotate(say("chosen"), (self.chosen, 1), xycoords=("data", "axes fraction"), xytext=(3, -9), textcoords="offset points", fontsize="small")
        ax.set_xticks(self.experts)
        label_x(ax, say("experts"))
        label_y(ax, say(f"criterion_{self.better}"))
        legend(ax)
        return self


@dataclass
class TraceDisplay(Display):
    """The objective before each iteration: the log-likelihood of a fit, the divergence of an aggregation.

    Attributes
    ----------
    values : ndarray
    name : str
    """

    values: np.ndarray
    name: str

    @classmethod
    def from_model(cls, model: Model, *, ax: Any = None) -> TraceDisplay:
        """Draw the iterations that led to a model."""
        fit, aggregation = model.record.get("fit") or {}, model.record.get("aggregation") or {}
        if fit:
            return cls(np.array(fit["trace"]), say("trace_of_fit")).plot(ax=ax)
        if aggregation.get("objectives"):
            return cls(np.array(aggregation["objectives"]), say("trace_of_aggregation")).plot(ax=ax)
        raise ValueError("the file has no iterations: it is no fit and no aggregation by transport")

    def plot(self, *, ax: Any = None) -> TraceDisplay:
        ax = self._begin(ax)
        ax.plot(range(len(self.values)), self.values, marker="o", markersize=3.5, color=colour(0))
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.ticklabel_format(axis="y", useOffset=False)
        label_x(ax, say("iteration"))
        label_y(ax, self.name)
        return self


@dataclass
class StartsDisplay(Display):
    """What the starts of a fit reached, the best first: whether several ended at one optimum.

    Attributes
    ----------
    strategies : list of str
    screened, refined : ndarray
        Log-likelihoods per row in standard units after screening, and of those that went on, at their end in the units of the file;
        NaN of the others.
    """

    strategies: list[str]
    screened: np.ndarray
    refined: np.ndarray

    @classmethod
    def from_model(cls, model: Model, *, ax: Any = None) -> StartsDisplay:
        """Draw the starts of a local fit."""
        starts = (model.record.get("fit") or {}).get("starts")
        if not starts:
            raise ValueError("only the file of a local fit has its starts")
        best = max((start["logLikelihood"] for start in starts if "logLikelihood" in start), default=np.nan)
        refined = [(start.get("logLikelihood", np.nan) - best) / model.record["weight"] for start in starts]
        return cls(
            [start["strategy"] for start in starts], np.array([start["screenedLogLikelihoodPerRow"] for start in starts]), np.array(refined)
        ).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> StartsDisplay:
        ax = self._begin(ax)
        rows = np.arange(1, len(self.screened) + 1)
        kinds = list(dict.fromkeys(self.strategies))
        for index, kind in enumerate(kinds):
            own = [position for position, strategy in enumerate(self.strategies) if strategy == kind]
            ax.plot(
                rows[own], self.screened[own], linestyle="none", marker=MARKERS[index % len(MARKERS)], color=colour(index), label=say_code("starts", kind)
            )
        went_on = np.isfinite(self.refined)
        ax.plot(rows[went_on], self.screened[went_on], "o", markersize=11, fillstyle="none", color="black", label=say("refined"))
        ax.xaxis.get_major_locator().set_params(integer=True)
        label_x(ax, say("start_by_rank"))
        label_y(ax, say("after_screening"))
        legend(ax)
        return self
