"""What sites do with a global model, and what comes of it: models of their own, and extra rounds."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import _engine
from ._requests import by_site, encoded, row_request
from ._tables import FREE, Table, names_of, table_of
from ._warnings import warn

if TYPE_CHECKING:
    from ._model import Model


class SiteWork:
    """Of :class:`dmoe.Model`."""

    # A site of its own

    def adapt(self, X: Any, y: Any, *, sample_weight: Any = None, **how: Any) -> Model:
        """This model adapted to the rows of one site, as ``dmoe adapt`` does: the experts are shared, the gate is fitted anew.

        The result is private to the site: it predicts and is evaluated, and is refused where models are aggregated or updated.

        Parameters
        ----------
        X : data frame, mapping of names to columns, or array
            Covariates of the rows of the site.
        y : array-like
            Their responses.
        sample_weight : array-like, optional
            Row weights; by default those of the model's study.
        **how
            ``adapted``, ``"gate"``, or ``"intercepts"`` for the gate with the intercepts and dispersions of the experts, by default the
            gate, of one expert its intercept; ``prior_precision``, of the prior around the shared parameters in standard units, by default
            the one with the largest evidence of the rows; ``missing``, ``unknown_levels`` and ``n_jobs`` as in :meth:`evaluate`.

        Returns
        -------
        Model
            What there is to be said of it is in its :attr:`warnings`; ``record["adaptation"]`` says how it differs.

        Raises
        ------
        ValueError
            Where the model was adapted already, or the rows do not fit it.

        Examples
        --------
        >>> import numpy as np
        >>> import dmoe
        >>> random = np.random.default_rng(0)
        >>> x, above = random.uniform(-1, 1, size=1000), random.uniform(size=1000) < 0.5
        >>> y = np.where(above, 2 + x, -2 - x) + 0.1 * random.normal(size=1000)
        >>> shared = dmoe.fit_local({"x": x, "y": y}, target="y", experts=2)
        >>> mine = shared.adapt({"x": x[above]}, y[above])
        >>> mine.record["kind"], bool(mine.evaluate({"x": x[above]}, y[above])["rmse"] < 0.5)
        ('adapted', True)
        """
        model = self._adapted(X, y, sample_weight=sample_weight, **how)
        warn(model.said(_engine.FUNCTIONS))
        return model

    def _adapted(self, X: Any, y: Any, *, sample_weight: Any = None, style: int = _engine.FUNCTIONS, **how: Any) -> Model:
        """Without a word of what there is to be said."""
        table, weights = self._scored_table(X, y, sample_weight)
        request = row_request({"weights": weights, **how})
        notices: list[str] = []

        def call() -> str:
            return _engine.answer(_engine.library().dmoe_adapt(self.handle, table.handle, request), style, notices)

        model = type(self).loads(_engine.interruptible(call))
        model.notices = notices
        return model

    # Extra rounds

    def statistics(self, data: Any, *, weights: str | None = None, missing: str | None = None, **how: Any) -> str:
        """The statistics of a site at this model, as ``dmoe statistics`` writes them.

        Parameters
        ----------
        data : data frame, mapping of names to columns, or Table
            The rows.
        weights : str, optional
            Column of row weights; by default that of the model's study.
        missing : {"error", "drop"}, optional
            What is done about rows with a missing value.
        **how
            ``min_rows``, the threshold rule, 10 by default, ``subject``, ``ledger``, ``hold_back_new``, ``policy`` and ``rounding_secret``, as
            in :func:`dmoe.fit_local`; ``n_jobs``; ``site``, what messages call the data.
        """
        table = self._asked_table(data, weights, how.pop("site", "data"), how)
        request = row_request({"weights": weights, "missing": missing, **how})
        notices: list[str] = []
        text = _engine.answer(
            _engine.library().dmoe_statistics(self.handle, table.handle, request), notices=notices
        )
        warn(notices)
        return text

    def _asked_table(self, data: Any, weights: str | None, source: str, how: Mapping[str, Any]) -> Table:
        """The columns of the model; all of them where a ledger knows rows by what they say."""
        if isinstance(data, Table):
            return data
        names, roles = [*self.input_names, self.target, *([weights] if weights else [])], dict(self.roles)
        others = [how["subject"]] if how.get("subject") is not None else []
        if how.get("ledger") is not None:
            others += names_of(data) or []
        free = [name for name in dict.fromkeys(others) if name not in names]
        return table_of(data, [*names, *free], source, {**roles, **{name: FREE for name in free}})

    def update(
        self, statistics: Mapping[str, str] | Sequence[str], *, inconsistent: str | None = None,
        largest_share: float | None = None,
    ) -> Model:
        """The next model from the statistics of the sites at this one, as ``dmoe update`` makes it.

        Parameters
        ----------
        statistics : mapping of site names to texts, or sequence of texts
            What :meth:`statistics` or ``dmoe statistics`` wrote; sites of a sequence are named ``site 1``, ``site 2``, …
        inconsistent : {"ask", "keep", "exclude"}, optional
            What becomes of sites that this model does not describe at all: a warning names them, and they are kept, by default, or left
            out.
        largest_share : float, optional
            Largest share of a site in the weight of all sites; by default that of the aggregation that made this model.

        Returns
        -------
        Model
            What there is to be said of the sites is in its :attr:`warnings`.

        Raises
        ------
        ValueError
            Where there are no statistics, or not of this model.
        """
        if isinstance(statistics, str):
            raise ValueError("update takes the statistics of several sites: a list of texts, or a mapping of site names to texts")
        names, texts = by_site(statistics, str, "the text of a statistics file")
        pointers = (ctypes.c_char_p * len(texts))(*[text.encode() for text in texts])
        request = encoded({"names": names, "inconsistent": inconsistent, "largestShare": largest_share})
        answer = _engine.library().dmoe_update(self.handle, request, pointers, len(texts))
        model = type(self).loads(_engine.answer(answer))
        warn(model._warning_texts(latest=True))
        return model
