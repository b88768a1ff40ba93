"""Classes against their predicted probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .._model import Model
from .._texts import say
from ._inputs import observed_classes, of_estimator
from ._style import Display, GREY, MARKERS, label_x, label_y, legend, line, plain


class _OfClasses(Display):
    size = (4.8, 4.6)

    @classmethod
    def from_estimator(cls, estimator: Any, X: Any, y: Any, **options: Any) -> Any:
        """As ``from_model``, of a fitted estimator."""
        model, columns = of_estimator(estimator, X)
        return cls.from_model(model, columns, y, **options)  # type: ignore[attr-defined]

    def _square(self, ax: Any) -> None:
        ax.plot([0, 1], [0, 1], color=GREY, lw=1, ls="--")
        ax.set_xlim(-0.01, 1.01)
        ax.set_ylim(-0.01, 1.01)
        ax.set_aspect("equal")
        legend(ax)


def _kept(model: Model, X: Any, y: Any, **how: Any) -> tuple[np.ndarray, np.ndarray]:
    """Class numbers and probabilities of the rows that are predicted."""
    classes = observed_classes(model, y)
    probabilities = model.predict_proba(X, **how)
    kept = np.isfinite(probabilities).all(axis=1)
    return classes[kept], probabilities[kept]


def _shown(names: list[str]) -> list[int]:
    """Of two classes the second says all."""
    return [1] if len(names) == 2 else list(range(len(names)))


@dataclass
class ROCDisplay(_OfClasses):
    """Receiver operating characteristic: of each class against the others; of two classes of the second.

    Attributes
    ----------
    curves : dict of str to (ndarray, ndarray)
        Shares of the other rows, and of the class's own, whose probability is above a threshold.
    areas : dict of str to float
    """

    curves: dict[str, tuple[np.ndarray, np.ndarray]]
    areas: dict[str, float]

    @classmethod
    def from_model(cls, model: Model, X: Any, y: Any, *, ax: Any = None, **how: Any) -> ROCDisplay:
        """Draw the curves for the rows of a table; classes that it lacks have none."""
        classes, probabilities = _kept(model, X, y, **how)
        names = model.classes or []
        curves, areas = {}, {}
        for number in _shown(names):
            own = classes == number
            if own.any() and not own.all():
                curves[names[number]] = _roc(own, probabilities[:, number])
                areas[names[number]] = _area(*curves[names[number]])
        return cls(curves, areas).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> ROCDisplay:
        ax = self._begin(ax)
        for index, (name, (others, own)) in enumerate(self.curves.items()):
            ax.plot(others, own, lw=1.8, label=plain(say("area", name=name, area=f"{self.areas[name]:.3f}")), **line(index))
        label_x(ax, say("false_positives"))
        label_y(ax, say("true_positives"))
        self._square(ax)
        return self


@dataclass
class CalibrationDisplay(_OfClasses):
    """Reliability of class probabilities: how often a class occurs among rows of about the same probability.

    Attributes
    ----------
    curves : dict of str to (ndarray, ndarray)
        Mean probability and share of the rows, in tenths of the rows by probability.
    """

    curves: dict[str, tuple[np.ndarray, np.ndarray]]

    @classmethod
    def from_model(cls, model: Model, X: Any, y: Any, *, bins: int = 10, ax: Any = None, **how: Any) -> CalibrationDisplay:
        """Draw the curves for the rows of a table."""
        classes, probabilities = _kept(model, X, y, **how)
        names = model.classes or []
        curves = {}
        for number in _shown(names):
            order = np.argsort(probabilities[:, number], kind="stable")
            parts = [part for part in np.array_split(order, bins) if len(part)]
            curves[names[number]] = (
                np.array([probabilities[part, number].mean() for part in parts]), np.array([(classes[part] == number).mean() for part in parts])
            )
        return cls(curves).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> CalibrationDisplay:
        ax = self._begin(ax)
        for index, (name, (predicted, observed)) in enumerate(self.curves.items()):
            ax.plot(predicted, observed, label=plain(name), marker=MARKERS[index % len(MARKERS)], markersize=4.5, **line(index))
        label_x(ax, say("predicted_probability"))
        label_y(ax, say("share_of_rows"))
        self._square(ax)
        return self


def _roc(own: np.ndarray, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A point for each threshold: rows of one probability are taken together."""
    order = np.argsort(-probabilities, kind="stable")
    ends = np.append(np.diff(probabilities[order]) != 0, True)
    hits, misses = np.cumsum(own[order])[ends], np.cumsum(~own[order])[ends]
    return np.append(0, misses / misses[-1]), np.append(0, hits / hits[-1])


def _area(horizontal: np.ndarray, vertical: np.ndarray) -> float:
    return float((np.diff(horizontal) * (vertical[1:] + vertical[:-1])).sum() / 2)
