"""Estimators with the habits of scikit-learn, which must be installed."""

from ._distributed import DistributedMixtureOfExpertsClassifier, DistributedMixtureOfExpertsRegressor
from ._pooled import MixtureOfExpertsClassifier, MixtureOfExpertsRegressor

__all__ = [
    "DistributedMixtureOfExpertsClassifier",
    "DistributedMixtureOfExpertsRegressor",
    "MixtureOfExpertsClassifier",
    "MixtureOfExpertsRegressor",
]
