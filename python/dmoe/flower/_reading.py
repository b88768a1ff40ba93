"""The rows of a site, as the engine takes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .._federation.tables import begins, csv_rows, quiet
from .._federation.words import SiteError
from ._site import Site

_PARQUET = b"PAR1"


def rows_of(site: Site) -> Any:
    """Columns by name.

    Raises
    ------
    SiteError
        Where they cannot be read; what a library says of that may cite rows, and is left out.
    """
    return _rows(site, site.table, site.query)


def scored_rows_of(site: Site) -> Any:
    """Those that the site lets the global model be scored on."""
    if not (site.test_table or site.test_query):
        raise SiteError("the site gives no scores: its node configuration names no test-table or test-query")
    return _rows(site, site.test_table, site.test_query)


def _rows(site: Site, table: str, query: str) -> Any:
    if query:
        return _answer(site.database, query)
    path = Path(table)
    if not path.exists():
        raise SiteError(f"there is no table {path.name} at the site")
    with quiet(f"the table {path.name} cannot be read"):
        if path.is_dir() or begins(path, _PARQUET):
            from pyarrow import parquet

            return parquet.read_table(path)
        return csv_rows(path, site.delimiter)


def _answer(database: str, query: str) -> dict[str, list[Any]]:
    with quiet("the query of the site cannot be answered"):
        import sqlalchemy

        engine = sqlalchemy.create_engine(database, hide_parameters=True)
        try:
            with engine.connect() as connection:
                result = connection.execution_options(stream_results=True).execute(sqlalchemy.text(query))
                names = list(result.keys())
                columns: list[list[Any]] = [[] for _ in names]
                for part in result.partitions(10_000):
                    for column, values in zip(columns, zip(*part, strict=True), strict=True):
                        column.extend(values)
        finally:
            engine.dispose()
    if len(set(names)) < len(names):
        raise SiteError("two columns of the query have the same name")
    return dict(zip(names, columns, strict=True))
