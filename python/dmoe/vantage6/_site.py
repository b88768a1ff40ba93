"""What the administrator of a node says of the site: environment variables of its algorithms. Nothing of it comes from a task."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .._federation.words import SiteError
from .._requests import USUAL_MIN_ROWS

_PREFIX = "DMOE_"
# Of the engine.
_FOREIGN = ("DMOE_LIBRARY", "DMOE_INSTRUCTION_SET")
_PATHS = ("ledger", "policy", "rounding_secret", "study")


@dataclass(frozen=True)
class Site:
    """``algorithm_env`` of a node, ``DMOE_`` before the name in capitals.

    Attributes
    ----------
    minimum_rows : int
        The least threshold that the site answers at, where it is above 10.
    minimum_organizations : int
        The least number of organisations that a central function at this node makes a model of.
    allowed_columns, disallowed_columns : tuple of str
        Columns that may be in a release, and that may not; separated by commas.
    ledger : str
        ``"none"`` for none. Must be named: what a container writes elsewhere than on a volume is gone when it ends.
    policy, rounding_secret : str
        As for ``dmoe fit``.
    hold_back_new : bool
        As for ``dmoe fit``.
    study : str
        A study file: other studies are refused.
    query : str
        The one that a database is asked; of tasks that bring another one nothing is answered.
    threads : int
        All by default.
    """

    minimum_rows: int = USUAL_MIN_ROWS
    minimum_organizations: int = 1
    allowed_columns: tuple[str, ...] = ()
    disallowed_columns: tuple[str, ...] = ()
    ledger: str = ""
    policy: str = ""
    rounding_secret: str = ""
    hold_back_new: bool = False
    study: str = ""
    query: str = ""
    threads: int = 0

    @classmethod
    def of_environment(cls, environment: Mapping[str, str]) -> Site:
        """
        Raises
        ------
        SiteError
            Where a variable is none of a site, or cannot be.
        """
        known = {_PREFIX + field.name.upper(): field for field in fields(cls)}
        values: dict[str, Any] = {}
        for key, text in environment.items():
            if not key.startswith(_PREFIX) or key in _FOREIGN:
                continue
            # One that is misspelled would guard nothing.
            if key not in known:
                raise SiteError(f"the node has '{key}', which is none of {', '.join(known)}")
            values[known[key].name] = _value(key, text.strip(), known[key].default)
        site = cls(**values)
        if site.policy and (site.allowed_columns or site.disallowed_columns):
            raise SiteError("the node names columns beside a policy: name them in the policy")
        for name in _PATHS:
            path = getattr(site, name)
            if path and (name, path) != ("ledger", "none") and not Path(path).is_absolute():
                raise SiteError(f"'{_PREFIX}{name.upper()}' must be a whole path, on a volume of the node")
        return replace(site, minimum_rows=max(site.minimum_rows, USUAL_MIN_ROWS))

    def check_rows(self, environment: Mapping[str, str]) -> None:
        """Rows are those of the node: who makes a task cannot choose them, or call a column by the name of another.

        Raises
        ------
        SiteError
            Where no ledger is named, or the task brings a query or preprocessing.
        """
        if not self.ledger:
            raise SiteError("the node names no ledger: DMOE_LEDGER, a file on a volume of the node, or 'none'")
        for label in environment.get("USER_REQUESTED_DATABASE_LABELS", "").upper().split(","):
            if environment.get(f"{label}_PREPROCESSING", "") not in ("", "null", "[]"):
                raise SiteError("the task asks for preprocessing, which would choose the rows: leave it out")
            query = environment.get(f"{label}_QUERY", "").strip()
            if query and query != self.query:
                raise SiteError("the query of the task is not the one that the node names in DMOE_QUERY")

    @property
    def min_rows(self) -> int:
        """The least threshold."""
        return self.minimum_rows

    @property
    def guards(self) -> dict[str, Any]:
        """Arguments of a fit and of statistics."""
        return {
            "ledger": None if self.ledger == "none" else self.ledger, "hold_back_new": self.hold_back_new or None,
            "policy": self.policy or None, "rounding_secret": self.rounding_secret or None,
        }

    @property
    def paths(self) -> list[str]:
        """That messages cite, and nobody else needs to know."""
        return [path for path in (self.ledger, self.policy, self.rounding_secret, self.study) if path]

    @contextmanager
    def guarding(self, columns: Sequence[str]) -> Iterator[Site]:
        """This site, its columns in a policy, by which the engine refuses the others."""
        if not self.allowed_columns and not self.disallowed_columns:
            yield self
            return
        allowed = [name for name in self.allowed_columns or columns if name not in self.disallowed_columns]
        with TemporaryDirectory() as folder:
            path = Path(folder, "columns-of-the-node")
            path.touch(0o600)
            path.write_text(json.dumps({"format": "dmoe-policy", "formatVersion": 1, "columns": allowed}), encoding="utf-8")
            yield replace(self, policy=str(path))


def _value(key: str, text: str, default: Any) -> Any:
    if not text:
        raise SiteError(f"'{key}' of the node is empty: give it a value, or leave it out")
    if isinstance(default, bool):
        if text.lower() not in ("true", "false"):
            raise SiteError(f"'{key}' of the node must be true or false")
        return text.lower() == "true"
    if isinstance(default, int):
        if not text.isascii() or not text.isdigit():
            raise SiteError(f"'{key}' of the node must be a whole number")
        return int(text)
    if isinstance(default, tuple):
        return tuple(name.strip() for name in text.split(",") if name.strip())
    return text
