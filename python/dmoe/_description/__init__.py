"""What is in a model file, as arrays and tables: parameters with their covariances, coefficients, draws of the sketch. NumPy alone."""

from ._coefficients import Coefficient, coefficient_table
from ._mixture import expert_means, gate_probabilities, mixture_means
from ._parameters import Parameters
from ._sketch import column_values, draw_covariates, is_flag, reference_level
from ._text import latex_table, summary_text

__all__ = [
    "Coefficient", "Parameters", "coefficient_table", "column_values", "draw_covariates", "expert_means", "gate_probabilities", "is_flag",
    "latex_table", "mixture_means", "reference_level", "summary_text",
]
