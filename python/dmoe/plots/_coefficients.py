"""Coefficients with their intervals: a forest plot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .._description import Coefficient
from .._model import Model
from .._texts import say
from ._style import Display, FAINT, label_x, legend, marker, plain, shortened


@dataclass
class CoefficientDisplay(Display):
    """Slopes of the experts, or of the gate, with intervals.

    Attributes
    ----------
    coefficients : list of Coefficient
        What is shown.
    covariates : list of str
        The rows, from above.
    left_out : int
        Covariates that are not shown, which do less.
    """

    coefficients: list[Coefficient]
    covariates: list[str]
    left_out: int
    target: str
    reference: int
    standardised: bool

    @classmethod
    def from_model(
        cls, model: Model, *, part: str = "expert", response: str | None = None, expert: int | None = None, standardised: bool = True,
        max_covariates: int = 12, level: float = 0.95, ax: Any = None,
    ) -> CoefficientDisplay:
        """Draw the coefficients of a model.

        Parameters
        ----------
        part : {"expert", "gate"}
            Whose slopes.
        response : str, optional
            The class whose log odds are shown; by default the second.
        expert : int, optional
            One expert alone, from 1.
        standardised : bool
            Whether slopes are of one standard deviation of the covariate; otherwise of one unit.
        max_covariates : int
            Those that do most are shown.
        level : float
            Of the intervals.
        ax : matplotlib axes, optional
            By default new ones.
        """
        if part not in ("expert", "gate"):
            raise ValueError(f'part must be "expert" or "gate", not {part!r}')
        parameters = model.parameters
        wanted = None if part == "gate" else response or parameters.responses[0]
        lines = [
            line for line in model.coefficients(level)
            if line.part == part and line.is_slope and line.response == wanted and expert in (None, line.expert)
        ]
        sizes: dict[str, float] = {}
        for line in lines:
            sizes[line.covariate] = max(sizes.get(line.covariate, 0.0), abs(line.effect or 0.0))
        names = sorted(sizes, key=lambda name: -sizes[name])
        display = cls(
            [line for line in lines if line.covariate in names[:max_covariates]], names[:max_covariates],
            max(len(names) - max_covariates, 0), model.target if wanted is None else say("target_class", target=model.target, response=wanted), parameters.experts,
            standardised,
        )
        return display.plot(ax=ax)

    @property
    def experts(self) -> list[int]:
        return sorted({line.expert for line in self.coefficients})

    @property
    def is_gate(self) -> bool:
        return any(line.part == "gate" for line in self.coefficients)

    def plot(self, *, ax: Any = None) -> CoefficientDisplay:
        self.size = (6.4, 1.2 + max(0.3, 0.13 * len(self.experts)) * max(len(self.covariates), 1))
        ax = self._begin(ax)
        ax.axvline(0, color=FAINT, lw=1, zorder=0)
        step = 0.72 / max(len(self.experts), 1)
        for order, expert in enumerate(self.experts):
            own = [line for line in self.coefficients if line.expert == expert]
            shift = (order - (len(self.experts) - 1) / 2) * step
            rows = [self.covariates.index(line.covariate) + shift for line in own]
            scales = [self._scale(line) for line in own]
            values = [line.estimate * scale for line, scale in zip(own, scales)]
            ax.plot(values, rows, linestyle="none", markersize=4.5, label=self._label(expert), **marker(expert - 1))
            for line, scale, row in zip(own, scales, rows):
                if line.lower is not None and line.upper is not None:
                    ax.plot([line.lower * scale, line.upper * scale], [row, row], color=marker(expert - 1)["color"], lw=1.4)
        ax.set_yticks(range(len(self.covariates)), [plain(shortened(name)) for name in self.covariates])
        ax.set_ylim(len(self.covariates) - 0.4, -0.6)
        for row in range(1, len(self.covariates)):
            ax.axhline(row - 0.5, color=FAINT, lw=0.5, zorder=0)
        ax.tick_params(axis="y", length=0)
        label_x(ax, self._x_label())
        legend(ax, least=1 if self.is_gate else 2)
        return self

    def _scale(self, line: Coefficient) -> float:
        return line.effect / line.estimate if self.standardised and line.estimate and line.effect is not None else 1.0

    def _label(self, expert: int) -> str:
        return say("expert_against", expert=expert, other=self.reference) if self.is_gate else say("expert", expert=expert)

    def _x_label(self) -> str:
        of = say("log_odds_of_expert") if self.is_gate else self.target
        return plain(say("effect_of_deviation" if self.standardised else "effect_of_unit", of=of))
