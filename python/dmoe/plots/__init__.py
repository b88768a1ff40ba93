"""Pictures of models: one display for each, in scikit-learn's convention. They need matplotlib: ``pip install 'dmoe[report]'``.

A display is made by ``from_model`` (or ``from_models``, of several files; ``from_estimator``, of a fitted estimator), which draws it:
on ``ax``, or on axes of its own. It has ``ax_`` and ``figure_`` then, and the numbers that it shows as attributes; ``plot(ax=…)`` draws
it again. Colours are those of Okabe and Ito, which the colour blind tell apart; lines, marks and hatches differ as well, for print in
grey.
"""

from ._assignment import AssignmentDisplay
from ._classes import CalibrationDisplay, ROCDisplay
from ._coefficients import CoefficientDisplay
from ._counts import RootogramDisplay
from ._divergence import DivergenceDisplay
from ._fits import ExpertCountDisplay, StartsDisplay, TraceDisplay
from ._gates import GateDisplay, GateMapDisplay
from ._numbers import CoverageDisplay, ObservedPredictedDisplay, PITDisplay, QuantileResidualDisplay
from ._partial import PartialEffectDisplay
from ._sites import SiteCoefficientDisplay

__all__ = [
    "AssignmentDisplay", "CalibrationDisplay", "CoefficientDisplay", "CoverageDisplay", "DivergenceDisplay", "ExpertCountDisplay",
    "GateDisplay", "GateMapDisplay", "ObservedPredictedDisplay", "PITDisplay", "PartialEffectDisplay", "QuantileResidualDisplay",
    "ROCDisplay", "RootogramDisplay", "SiteCoefficientDisplay", "StartsDisplay", "TraceDisplay",
]
