"""What the operator of a node says of the site: where its rows are, and what guards them. Nothing of it comes from the coordinator."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from .._federation.words import SiteError
from .._requests import USUAL_MIN_ROWS

# Of simulations, by Flower.
_PARTITION, _PARTITIONS = "partition-id", "num-partitions"


@dataclass(frozen=True)
class Site:
    """Node configuration, with dashes for underscores.

    Attributes
    ----------
    name : str
        Of the site; where nodes are registered, the name that they are registered by counts.
    table : str
        CSV, plain or gzip, or Parquet.
    database, query : str
        In place of a table: an address as SQLAlchemy takes it, and what is asked there.
    delimiter : str
        Of a CSV file.
    test_table, test_query : str
        Rows to score the global model on; without, the site gives no scores.
    ledger : str
        By default ``dmoe.ledger`` in the folder of the table; ``"none"`` for none.
    policy, rounding_secret : str
        As for ``dmoe fit``.
    hold_back_new : bool
        As for ``dmoe fit``.
    min_rows : int
        The least threshold that the site answers at.
    study : str
        A study file: other studies are refused.
    threads : int
        All by default.
    """

    name: str = ""
    table: str = ""
    database: str = ""
    query: str = ""
    delimiter: str = ","
    test_table: str = ""
    test_query: str = ""
    ledger: str = ""
    policy: str = ""
    rounding_secret: str = ""
    hold_back_new: bool = False
    min_rows: int = USUAL_MIN_ROWS
    study: str = ""
    threads: int = 0

    @classmethod
    def of_context(cls, node: Mapping[str, Any], run: Mapping[str, Any]) -> Site:
        """Of a node, or of a simulated one, whose sites are a file that the run names.

        Raises
        ------
        SiteError
            Where it is no configuration of a site.
        """
        own = {key: value for key, value in node.items() if key not in (_PARTITION, _PARTITIONS)}
        if not own and _PARTITION in node and run.get("simulation-sites"):
            path = Path(str(run["simulation-sites"]))
            return cls._of(_simulated(path, int(node[_PARTITION])), path.parent)
        return cls._of(own, Path())

    @classmethod
    def _of(cls, values: Mapping[str, Any], folder: Path) -> Site:
        known = {field.name.replace("_", "-"): field for field in fields(cls)}
        for key, value in values.items():
            # One that is misspelled would guard nothing.
            if key not in known:
                raise SiteError(f"the node configuration has '{key}', which is none of {', '.join(known)}")
            if type(value) is not type(known[key].default):
                raise SiteError(f"'{key}' of the node configuration must be {_kind(known[key].default)}")
        site = cls(**{known[key].name: _placed(key, value, folder) for key, value in values.items()})
        if bool(site.table) == bool(site.query) or bool(site.query) != bool(site.database):
            raise SiteError("the node configuration must name the rows of the site: table, or database and query")
        if site.query and not site.ledger:
            raise SiteError('rows of a database lie in no folder: name a ledger in the node configuration, or ledger = "none"')
        return site

    @property
    def guards(self) -> dict[str, Any]:
        """Arguments of a fit and of statistics."""
        ledger = None if self.ledger == "none" else self.ledger or str(Path(self.table).resolve().parent / "dmoe.ledger")
        return {
            "ledger": ledger, "hold_back_new": self.hold_back_new or None, "policy": self.policy or None,
            "rounding_secret": self.rounding_secret or None,
        }

    @property
    def paths(self) -> list[str]:
        """That messages cite, and nobody else needs to know."""
        named = [self.table, self.test_table, self.ledger, self.policy, self.rounding_secret, self.study, self.guards["ledger"]]
        return [path for path in named if path]


def _simulated(path: Path, number: int) -> dict[str, Any]:
    try:
        sites = tomllib.loads(path.read_text(encoding="utf-8")).get("site", [])
    except (OSError, ValueError):
        raise SiteError(f"simulation-sites: {path.name} is no TOML file with a [[site]] for each site") from None
    if number >= len(sites):
        raise SiteError(f"simulation-sites: {path.name} has {len(sites)} sites, and there are more nodes")
    return sites[number]


_PATHS = ("table", "test-table", "ledger", "policy", "rounding-secret", "study")


def _placed(key: str, value: Any, folder: Path) -> Any:
    """Paths begin where the file is that has them."""
    return str(folder / Path(value).expanduser()) if key in _PATHS and value and (key, value) != ("ledger", "none") else value


def _kind(default: Any) -> str:
    return {str: "a text", bool: "true or false", int: "a whole number"}[type(default)]
