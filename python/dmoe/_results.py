"""What a model file says of its coefficients, as arrays, tables and text."""

from __future__ import annotations

from dataclasses import asdict
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ._description import Coefficient, Parameters, coefficient_table, latex_table, summary_text


class Results:
    """What :class:`dmoe.Model` has to show of its parameters."""

    if TYPE_CHECKING:
        record: dict[str, Any]

    @cached_property
    def parameters(self) -> Parameters:
        """The fields of the file as arrays.

        Raises
        ------
        ValueError
            Of all local models together, which have no parameters in common.
        """
        if "members" in self.record:
            raise ValueError("these are all local models together, which have no parameters in common: look at one of them, or aggregate them")
        return Parameters(self.record)

    @property
    def intercept_(self) -> np.ndarray:
        """Of the experts; of shape (experts,), of classes (experts, classes - 1)."""
        return self._one_predictor(self.parameters.coefficients[:, :, 0])

    @property
    def coef_(self) -> np.ndarray:
        """Slopes of the experts; of shape (experts, covariates of the experts), of classes (experts, classes - 1, covariates)."""
        return self._one_predictor(self.parameters.coefficients[:, :, 1:])

    @property
    def gate_intercept_(self) -> np.ndarray:
        """Of the gate; of shape (experts,), 0 for the last."""
        return self.parameters.gate[:, 0].copy()

    @property
    def gate_coef_(self) -> np.ndarray:
        """Slopes of the gate; of shape (experts, covariates of the gate), 0 for the last expert."""
        return self.parameters.gate[:, 1:].copy()

    @property
    def dispersion_(self) -> np.ndarray:
        """Of the experts; of shape (experts,): variances of Gaussian ones, 1 where the family has none."""
        return self.parameters.dispersions.copy()

    def _one_predictor(self, values: np.ndarray) -> np.ndarray:
        return values.copy() if self.parameters.family == "multinomial" else values[:, 0].copy()

    def coefficients(self, level: float = 0.95) -> list[Coefficient]:
        """All coefficients with standard errors and intervals, those of the experts first.

        Parameters
        ----------
        level : float
            Of the intervals.
        """
        return coefficient_table(self.parameters, level)

    def to_frame(self, level: float = 0.95) -> Any:
        """The coefficients as a data frame of pandas: a row each.

        Its columns are part (``"expert"`` or ``"gate"``), expert (from 1), response (the class), covariate, estimate, standard_error,
        lower, upper, effect (what one standard deviation of the covariate does), degrees (of Student's t, where the estimate is not taken as
        normal), z and p_value.

        Raises
        ------
        ImportError
            Where there is no pandas.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise ImportError(f"to_frame needs pandas: pip install pandas ({error})") from error
        return pd.DataFrame([{**asdict(line), "z": line.z, "p_value": line.p_value} for line in self.coefficients(level)])

    def summary(self, level: float = 0.95) -> str:
        """The coefficients as text, as statsmodels prints them.

        Examples
        --------
        >>> import numpy as np
        >>> import dmoe
        >>> x = np.random.default_rng(0).uniform(-1, 1, size=2000)
        >>> y = np.abs(x) + 0.1 * np.random.default_rng(1).normal(size=2000)
        >>> text = dmoe.fit_local({"x": x, "y": y}, target="y", experts=2).summary()
        >>> text.splitlines()[2].split()
        ['Dep.', 'Variable:', 'y', 'No.', 'Observations:', '2,000']
        """
        return summary_text(self.parameters.record, level)

    def to_latex(self, level: float = 0.95, digits: int = 3) -> str:
        """The coefficients as a LaTeX table (booktabs), a column for each expert, intervals below the estimates."""
        return latex_table(self.parameters.record, level, digits)
