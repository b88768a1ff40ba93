"""One model from data in many places, without moving the rows: mixtures of experts by optimal transport.

The engine is that of the command line ``dmoe``, and so are the model files.
"""

from ._engine import version as engine_version
from ._fitting import FitWarning, Progress, aggregate, fit_local
from ._model import Model
from ._tables import Table

__all__ = ["FitWarning", "Model", "Progress", "Table", "aggregate", "engine_version", "fit_local"]

__version__ = "0.1.0"
