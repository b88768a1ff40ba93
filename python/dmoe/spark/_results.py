"""What comes of the sites: a model, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .._model import Model


class SitesFailed(ValueError):
    """Sites that could not be fitted, with what each says.

    Attributes
    ----------
    reasons : dict of str to str
        By site.
    """

    def __init__(self, reasons: Mapping[str, str]) -> None:
        self.reasons = dict(reasons)
        count = "1 site" if len(reasons) == 1 else f"{len(reasons)} sites"
        listed = "; ".join(f"site '{name}': {reason}" for name, reason in reasons.items())
        super().__init__(f"{count} could not be fitted: {listed} (on_failure='skip' goes on without them)")

    def __reduce__(self) -> Any:
        return (SitesFailed, (self.reasons,))


@dataclass(frozen=True)
class SiteFit:
    """How the fit of one site went.

    Attributes
    ----------
    rows : int
        That the engine was given.
    reading, fitting : float
        Seconds of the task: until the last batch of the site was there, and in the engine.
    process : str
        Host and process of the worker.
    """

    rows: int
    reading: float
    fitting: float
    process: str


@dataclass(frozen=True)
class Learned:
    """What came of it.

    Attributes
    ----------
    model : Model
        The global model.
    local_models : dict of str to Model
        By site.
    sites : dict of str to SiteFit
        How each fit went.
    left_out : dict of str to str
        Sites that could not be fitted, and why.
    rounds : int
        Extra rounds that the model has in it.
    ending : str or None
        Why there are fewer than asked for.
    seconds : dict of str to float
        Of the driver's clock: ``counting`` rows, ``fitting``, ``aggregating``, ``rounds``.
    """

    model: Model
    local_models: dict[str, Model] = field(repr=False)
    sites: dict[str, SiteFit] = field(repr=False)
    left_out: dict[str, str]
    rounds: int
    ending: str | None
    seconds: dict[str, float]

    @property
    def rows(self) -> int:
        """Of the sites that were fitted."""
        return sum(site.rows for site in self.sites.values())
