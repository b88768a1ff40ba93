"""Which global expert each local one became: an alluvial diagram."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .._model import Model
from .._texts import say
from ._style import Display, HATCHES, colour, natural, plain, shortened


@dataclass
class AssignmentDisplay(Display):
    """Sites on the left, experts of the global model on the right; a ribbon is as thick as the share of its rows, if the local models
    are given, or of its site divided by its experts.

    Attributes
    ----------
    sites : list of str
    experts : int
    flows : ndarray of shape (sites, experts)
        Shares of the rows; they sum to 1.
    """

    sites: list[str]
    experts: int
    flows: np.ndarray

    @classmethod
    def from_model(cls, model: Model, local_models: Any = None, *, ax: Any = None) -> AssignmentDisplay:
        """Draw the assignment of a global model.

        Parameters
        ----------
        local_models : mapping of site names to Model, optional
            With them ribbons are as thick as local experts have rows.
        """
        sites = (model.record.get("aggregation") or {}).get("sites")
        if not sites:
            raise ValueError("only a global model has sites: dmoe.aggregate makes one")
        if is_withheld(sites):
            raise ValueError("the assignment is withheld: too few sites stand behind an expert")
        flows = np.zeros((len(sites), model.n_experts))
        for row, site in enumerate(sites):
            local = (local_models or {}).get(site["name"])
            shares = local.parameters.shares if local is not None else np.full(len(site["experts"]), 1 / len(site["experts"]))
            for expert, share in zip(site["experts"], shares):
                flows[row, expert - 1] += site["rows"] * share
        order = sorted(range(len(sites)), key=lambda row: natural(sites[row]["name"]))
        return cls([sites[row]["name"] for row in order], model.n_experts, flows[order] / max(flows.sum(), 1)).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> AssignmentDisplay:
        self.size = (6.4, max(3.2, 0.28 * len(self.sites) + 0.8))
        ax = self._begin(ax)
        gap = 0.25 / max(len(self.sites), self.experts)
        left, left_end = _stacked(self.flows.sum(axis=1), gap)
        right, right_end = _stacked(self.flows.sum(axis=0), gap)
        left += max(right_end - left_end, 0) / 2
        right += max(left_end - right_end, 0) / 2
        left_at, right_at = left.copy(), right.copy()
        for site in range(len(self.sites)):
            for expert in range(self.experts):
                share = self.flows[site, expert]
                if share > 0:
                    self._ribbon(ax, left_at[site], right_at[expert], share, expert)
                    left_at[site] += share
                    right_at[expert] += share
        for site, name in enumerate(self.sites):
            share = self.flows[site].sum()
            ax.bar(-0.015, share, 0.03, left[site], color="black")
            ax.text(-0.05, left[site] + share / 2, plain(shortened(name)), ha="right", va="center", fontsize="small")
        for expert in range(self.experts):
            share = self.flows[:, expert].sum()
            ax.bar(1.015, share, 0.03, right[expert], color=colour(expert))
            ax.text(1.05, right[expert] + share / 2, say("expert_share", expert=expert + 1, share=f"{100 * share:.0f}"), ha="left", va="center", fontsize="small")
        ax.set_xlim(-0.45, 1.45)
        ax.set_ylim(max(left_end, right_end) + gap, -gap)
        ax.set_axis_off()
        return self

    def _ribbon(self, ax: Any, left: float, right: float, share: float, expert: int) -> None:
        x = np.linspace(0, 1, 41)
        bend = x * x * (3 - 2 * x)
        top = left + (right - left) * bend
        ax.fill_between(
            x, top, top + share, facecolor=colour(expert), alpha=0.45, hatch=HATCHES[expert % len(HATCHES)], edgecolor="white", lw=0.4
        )


def _stacked(sizes: np.ndarray, gap: float) -> tuple[np.ndarray, float]:
    """Where each begins, and where the last ends."""
    starts = np.concatenate([[0.0], np.cumsum(sizes + gap)])
    return starts[:-1], float(starts[-1] - gap)


def is_withheld(sites: list[dict[str, Any]]) -> bool:
    """Whether a global model names no expert of any site: a 0 stands for each."""
    return any(0 in site["experts"] for site in sites)
