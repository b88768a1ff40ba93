"""What a mixture says of a row, from its parameters alone: for curves over covariates and their bands.

Predictions of tables are the engine's; these are of the columns of the design, and of parameters that were drawn.
"""

from __future__ import annotations

import numpy as np

# As the engine: means stop growing there.
_LARGEST_EXPONENT = 200.0


def gate_probabilities(scores: np.ndarray) -> np.ndarray:
    """Softmax over the last axis."""
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def expert_means(family: str, predictors: np.ndarray) -> np.ndarray:
    """Means of the response; of classes probabilities of all classes, which take the place of the linear predictors.

    Parameters
    ----------
    predictors : ndarray of shape (…, linear predictors)

    Returns
    -------
    ndarray of shape (…, values): 1 for numbers, the number of classes for classes
    """
    if family == "gaussian":
        return predictors
    if family == "multinomial":
        return gate_probabilities(np.concatenate([np.zeros((*predictors.shape[:-1], 1)), predictors], axis=-1))
    return np.exp(np.minimum(predictors, _LARGEST_EXPONENT))


def mixture_means(family: str, gates: np.ndarray, predictors: np.ndarray) -> np.ndarray:
    """Σ π_k μ_k.

    Parameters
    ----------
    gates : ndarray of shape (…, experts)
        Scores, before the softmax.
    predictors : ndarray of shape (…, experts, linear predictors)

    Returns
    -------
    ndarray of shape (…, values)
    """
    return np.einsum("...k,...kv->...v", gate_probabilities(gates), expert_means(family, predictors))
