"""A coefficient at each site beside that of the global model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._description import Coefficient
from .._model import Model
from .._texts import say
from ._inputs import local_models as by_name
from ._style import Display, FAINT, colour, label_x, natural, plain, shortened


@dataclass
class SiteCoefficientDisplay(Display):
    """One slope of one expert: a row for each site, the shared value below.

    Attributes
    ----------
    sites : list of (str, Coefficient)
        Local values of experts that are assigned to the global one.
    shared : Coefficient
        That of the global model.
    heterogeneity : float or None
        I²: the share of the variance of the local values that is not their own error (Higgins and Thompson 2002).
    """

    sites: list[tuple[str, Coefficient]]
    shared: Coefficient
    heterogeneity: float | None
    target: str
    max_sites: int = 40

    @classmethod
    def from_models(
        cls, model: Model, local_models: Mapping[str, Model] | Sequence[Model], covariate: str, *, expert: int = 1,
        response: str | None = None, level: float = 0.95, max_sites: int = 40, ax: Any = None,
    ) -> SiteCoefficientDisplay:
        """Draw a slope of a global model and of the local models that it was made from.

        Parameters
        ----------
        local_models : mapping of site names to Model
            Names are those of the aggregation.
        covariate : str
            Whose slope; ``"intercept"`` is one too.
        expert : int
            Of the global model, from 1.
        response : str, optional
            Of classes: that whose log odds are shown; by default the second.
        """
        response = response or model.parameters.responses[0]
        key = ("expert", expert, response, covariate)
        shared = _find(model.coefficients(level), *key)
        if shared is None:
            raise ValueError(f"expert {expert} of the model has no coefficient of '{covariate}'")
        sites = []
        for site in (model.record.get("aggregation") or {}).get("sites", []):
            local = by_name(local_models).get(site["name"])
            lines = local.coefficients(level) if local is not None and _same_scale(model, local) else []
            for number, assigned in enumerate(site["experts"], start=1):
                found = _find(lines, "expert", number, response, covariate) if assigned == expert else None
                if found is not None and not is_held(found):
                    sites.append((site["name"], found))
        return cls(sites, shared, i_squared([line for _, line in sites]), model.target, max_sites).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> SiteCoefficientDisplay:
        shown = sorted(self.sites, key=lambda pair: natural(pair[0]))[: self.max_sites]
        self.size = (6.4, 1.3 + 0.24 * (len(shown) + 1))
        ax = self._begin(ax)
        if self.shared.lower is not None:
            ax.axvspan(self.shared.lower, self.shared.upper, color=FAINT, alpha=0.6, lw=0)
        ax.axvline(self.shared.estimate, color=colour(0), lw=1, ls="--", zorder=0)
        for row, (_, line) in enumerate(shown):
            _interval(ax, line, row, "black", "o")
        _interval(ax, self.shared, len(shown), colour(0), "D")
        names = [plain(shortened(name)) for name, _ in shown] + [say("shared")]
        ax.set_yticks(range(len(names)), names)
        ax.set_ylim(len(names) - 0.4, -0.6)
        ax.tick_params(axis="y", length=0)
        shared = self.shared
        target = self.target if shared.response is None else say("log_odds_of", target=self.target, response=shared.response)
        label_x(ax, plain(say("slope_of", covariate=shared.covariate, target=target, expert=shared.expert)))
        if self.heterogeneity is not None:
            ax.set_title(f"I² = {100 * self.heterogeneity:.0f} %", loc="left", fontsize="small")
        return self


def i_squared(lines: Sequence[Coefficient]) -> float | None:
    """None of fewer than two values with standard errors."""
    known = [(line.estimate, 1 / line.standard_error**2) for line in lines if line.standard_error]
    if len(known) < 2:
        return None
    total = sum(weight for _, weight in known)
    mean = sum(value * weight for value, weight in known) / total
    scatter = sum(weight * (value - mean) ** 2 for value, weight in known)
    return max(0.0, 1 - (len(known) - 1) / scatter) if scatter > 0 else 0.0


def is_held(line: Coefficient) -> bool:
    """Whether a slope is 0 because the site has nothing to say of it: a column that is constant there, or withheld."""
    return line.estimate == 0 and line.standard_error is None


def _find(lines: Sequence[Coefficient], part: str, expert: int, response: str | None, covariate: str) -> Coefficient | None:
    for line in lines:
        if (line.part, line.expert, line.response, line.covariate) == (part, expert, response, covariate):
            return line
    return None


def _same_scale(model: Model, local: Model) -> bool:
    """Log odds are against the first class: of a site that has another first one they are other numbers."""
    return (model.classes or [None])[0] == (local.classes or [None])[0]


def _interval(ax: Any, line: Coefficient, row: int, color: str, mark: str) -> None:
    ax.plot([line.estimate], [row], marker=mark, color=color, markersize=5, linestyle="none")
    if line.lower is not None:
        ax.plot([line.lower, line.upper], [row, row], color=color, lw=1.4)
