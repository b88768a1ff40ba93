"""Where each expert applies: its probability along one covariate, and over two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._description import Parameters, column_values, draw_covariates, gate_probabilities
from .._model import Model
from .._texts import say
from ._inputs import covariate_position
from ._style import Display, HATCHES, colour, label_x, label_y, legend, line, marker, plain, rug, span

# Draws of the sketch that the other covariates are averaged over.
_DRAWS = 400


@dataclass
class GateDisplay(Display):
    """Probabilities of the experts along a covariate, the others as they are together in the data.

    Attributes
    ----------
    values : ndarray of shape (points,)
        Of the covariate.
    probabilities : ndarray of shape (points, experts)
        Averages over draws of the covariate sketch in the file.
    draws : ndarray
        The covariate in the sketch; its deciles are on the axis.
    """

    covariate: str
    values: np.ndarray
    probabilities: np.ndarray
    draws: np.ndarray
    is_discrete: bool

    @classmethod
    def from_model(cls, model: Model, covariate: str, *, points: int = 61, seed: int = 1, ax: Any = None) -> GateDisplay:
        """Draw the gate of a model along a covariate of its design."""
        parameters = model.parameters
        column = covariate_position(model, covariate)
        draws = draw_covariates(parameters, _DRAWS, seed)
        values, is_discrete = grid(parameters, column, draws[:, column], points)
        probabilities = np.stack([_probabilities(parameters, draws, {column: value}).mean(axis=0) for value in values])
        return cls(covariate, values, probabilities, draws[:, column], is_discrete).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> GateDisplay:
        ax = self._begin(ax)
        for expert in range(self.probabilities.shape[1]):
            style = {**line(expert), **(marker(expert) if self.is_discrete else {})}
            ax.plot(self.values, self.probabilities[:, expert], lw=1.8, label=say("expert", expert=expert + 1), **style)
        ax.set_ylim(-0.02, 1.02)
        if self.is_discrete:
            ax.set_xticks(self.values)
        else:
            rug(ax, self.draws)
        label_x(ax, plain(self.covariate))
        label_y(ax, say("probability_of_expert"))
        legend(ax)
        return self


@dataclass
class GateMapDisplay(Display):
    """The most probable expert over two covariates; lighter where it is less sure.

    Attributes
    ----------
    covariates : pair of str
    horizontal, vertical : ndarray
        Their values.
    probabilities : ndarray of shape (vertical, horizontal, experts)
        Averages over draws of the covariate sketch in the file.
    """

    covariates: tuple[str, str]
    horizontal: np.ndarray
    vertical: np.ndarray
    probabilities: np.ndarray

    @classmethod
    def from_model(cls, model: Model, covariates: Sequence[str], *, points: int = 41, seed: int = 1, ax: Any = None) -> GateMapDisplay:
        """Draw the gate of a model over two covariates of its design."""
        if isinstance(covariates, str) or len(covariates) != 2:
            raise ValueError(f"two covariates are needed, not {covariates!r}")
        parameters = model.parameters
        first, second = (covariate_position(model, name) for name in covariates)
        draws = draw_covariates(parameters, _DRAWS, seed)
        horizontal = np.linspace(*span(draws[:, first]), points)
        vertical = np.linspace(*span(draws[:, second]), points)
        probabilities = np.array([
            [_probabilities(parameters, draws[:100], {first: left, second: up}).mean(axis=0) for left in horizontal] for up in vertical
        ])
        return cls((covariates[0], covariates[1]), horizontal, vertical, probabilities).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> GateMapDisplay:
        from matplotlib.colors import to_rgb
        from matplotlib.patches import Patch

        ax = self._begin(ax)
        best = self.probabilities.argmax(axis=-1)
        sure = self.probabilities.max(axis=-1)
        colours = np.array([to_rgb(colour(expert)) for expert in range(self.probabilities.shape[-1])])[best]
        strength = (0.2 + 0.6 * sure)[..., None]
        image = 1 - strength * (1 - colours)
        edges = (self.horizontal[0], self.horizontal[-1], self.vertical[0], self.vertical[-1])
        ax.imshow(image, extent=edges, origin="lower", aspect="auto", interpolation="nearest")
        shown = [expert for expert in range(self.probabilities.shape[-1]) if (best == expert).any()]
        for expert in shown:
            self._outline(ax, expert, best)
        patches = [
            Patch(facecolor=(*to_rgb(colour(expert)), 0.7), edgecolor="white", hatch=HATCHES[expert % len(HATCHES)], label=say("expert", expert=expert + 1))
            for expert in shown
        ]
        ax.legend(handles=patches, loc="lower left", bbox_to_anchor=(0, 1), ncols=4, frameon=False, fontsize="small", borderaxespad=0.2)
        label_x(ax, plain(self.covariates[0]))
        label_y(ax, plain(self.covariates[1]))
        return self

    def _outline(self, ax: Any, expert: int, best: np.ndarray) -> None:
        """The hatch and the border of the region of an expert."""
        region = (best == expert).astype(float)
        if region.min() < region.max():
            ax.contour(self.horizontal, self.vertical, region, levels=[0.5], colors="black", linewidths=0.8)
        hatch = HATCHES[expert % len(HATCHES)]
        if hatch:
            filled = ax.contourf(self.horizontal, self.vertical, region, levels=[0.5, 1.5], colors="none", hatches=[hatch])
            filled.set_edgecolor((1, 1, 1, 0.55))
            filled.set_linewidth(0)


def grid(parameters: Parameters, column: int, draws: np.ndarray, points: int) -> tuple[np.ndarray, bool]:
    """Values to look at a covariate: all of them where they are few."""
    values = column_values(parameters, column)
    if values is not None:
        return values, True
    return np.linspace(*span(draws), points), False


def _probabilities(parameters: Parameters, draws: np.ndarray, fixed: dict[int, float]) -> np.ndarray:
    moved = draws.copy()
    for column, value in fixed.items():
        moved[:, column] = value
    return gate_probabilities(parameters.gate[:, 0] + moved[:, parameters.gate_columns] @ parameters.gate[:, 1:].T)
