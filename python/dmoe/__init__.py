"""One model from data in many places, without moving the rows: mixtures of experts by optimal transport.

The engine is that of the command line ``dmoe``, and so are the model files. The estimators need scikit-learn and are
imported when they are first asked for; the rest needs NumPy alone.
"""

from typing import TYPE_CHECKING, Any

from ._engine import version as engine_version
from ._aggregation import aggregate, compare_sites
from ._fitting import Progress, fit_local
from ._model import Model
from ._tables import Table
from ._warnings import FitWarning

if TYPE_CHECKING:
    from .estimators import (
        DistributedMixtureOfExpertsClassifier,
        DistributedMixtureOfExpertsRegressor,
        MixtureOfExpertsClassifier,
        MixtureOfExpertsRegressor,
    )

_ESTIMATORS = (
    "DistributedMixtureOfExpertsClassifier",
    "DistributedMixtureOfExpertsRegressor",
    "MixtureOfExpertsClassifier",
    "MixtureOfExpertsRegressor",
)

__all__ = [
    "DistributedMixtureOfExpertsClassifier",
    "DistributedMixtureOfExpertsRegressor",
    "FitWarning",
    "MixtureOfExpertsClassifier",
    "MixtureOfExpertsRegressor",
    "Model",
    "Progress",
    "Table",
    "aggregate",
    "compare_sites",
    "engine_version",
    "fit_local",
]

__version__ = "0.2.0.dev0"


def __getattr__(name: str) -> Any:
    if name not in _ESTIMATORS:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    try:
        from . import estimators
    except ImportError as error:
        raise ImportError(f"{name} needs scikit-learn: pip install 'dmoe[sklearn]' ({error})") from error

    return getattr(estimators, name)


def __dir__() -> list[str]:
    return sorted(__all__)
