"""How far the sites are from each other: a heat map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._aggregation import compare_sites
from .._model import Model
from .._texts import say
from ._style import Display, SEQUENTIAL, label_x, label_y, plain, shortened

# With more sites, numbers in the cells would not be read.
_MOST_NUMBERS = 12


@dataclass
class DivergenceDisplay(Display):
    """Divergences of sites (rows) from the local models of others (columns), nats per row.

    Attributes
    ----------
    sites, references : list of str
    divergences : ndarray of shape (sites, references)
    inconsistent : list of str
        Sites that an aggregation names.
    """

    sites: list[str]
    references: list[str]
    divergences: np.ndarray
    inconsistent: list[str]

    @classmethod
    def from_models(cls, local_models: Mapping[str, Model] | Sequence[Model], *, ax: Any = None) -> DivergenceDisplay:
        """Compare local models and draw what :func:`dmoe.compare_sites` says."""
        return cls.from_comparison(compare_sites(local_models), ax=ax)

    @classmethod
    def from_comparison(cls, comparison: Mapping[str, Any], *, ax: Any = None) -> DivergenceDisplay:
        """Draw the answer of :func:`dmoe.compare_sites`, or of ``dmoe inspect --json``."""
        sites = comparison["sites"]
        return cls(
            [site["name"] for site in sites], list(comparison["references"]), np.array([site["divergences"] for site in sites]),
            [site["name"] for site in sites if site["isInconsistent"]],
        ).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> DivergenceDisplay:
        from matplotlib.colors import LogNorm
        from matplotlib.ticker import LogLocator

        self.size = (max(4.8, 3.0 + 0.34 * len(self.references)), max(3.6, 2.6 + 0.3 * len(self.sites)))
        ax = self._begin(ax)
        shown = self.divergences.copy()
        positive = shown[shown > 0]
        if positive.size == 0:
            positive = np.array([1e-3, 1.0])
        # Divergences differ by orders of magnitude: what is honest would be one colour beside a site with a wrong unit.
        # Differences below a factor of ten are no news: they do not get the whole range of colours.
        norm = LogNorm(min(max(positive.min(), 1e-3 * positive.max()), 0.1 * positive.max()), positive.max() * (1 + 1e-9))
        shown[shown <= 0] = np.nan
        image = ax.imshow(shown, cmap=SEQUENTIAL, norm=norm, aspect="auto")
        ax.set_xticks(range(len(self.references)), [plain(shortened(name, 16)) for name in self.references], rotation=90)
        marks = [f"{shortened(name, 18)} *" if name in self.inconsistent else shortened(name, 18) for name in self.sites]
        ax.set_yticks(range(len(self.sites)), [plain(mark) for mark in marks])
        if len(self.references) <= _MOST_NUMBERS:
            self._numbers(ax, norm)
        bar = self.figure_.colorbar(image, ax=ax, shrink=0.9)
        bar.minorticks_off()
        bar.ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        bar.ax.yaxis.set_major_formatter("{x:.2g}")
        bar.set_label(say("divergence"))
        label_x(ax, " ".join([say("from_local_model"), *([say("inconsistent_mark")] if self.inconsistent else [])]))
        label_y(ax, say("site"))
        return self

    def _numbers(self, ax: Any, norm: Any) -> None:
        for (row, column), value in np.ndenumerate(self.divergences):
            if value > 0:
                ax.text(
                    column, row, f"{value:.2g}", ha="center", va="center", fontsize=7, color="white" if norm(value) > 0.5 else "black"
                )
