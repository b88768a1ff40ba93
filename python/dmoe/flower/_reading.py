"""The rows of a site, as the engine takes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .._federation.words import SiteError
from ._site import Site

_GZIP = b"\x1f\x8b"
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
    with _quiet(f"the table {path.name} cannot be read"):
        if path.is_dir() or _begins(path, _PARQUET):
            from pyarrow import parquet

            return parquet.read_table(path)
        return _csv(path, site.delimiter)


def _begins(path: Path, mark: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(mark)) == mark


def _csv(path: Path, delimiter: str) -> Any:
    """Fields as they stand: the engine reads their numbers, as it does in a file."""
    import pyarrow as pa
    from pyarrow import csv

    parsing = csv.ParseOptions(delimiter="\t" if delimiter == "tab" else delimiter, newlines_in_values=True)
    compression = "gzip" if _begins(path, _GZIP) else None
    with pa.input_stream(str(path), compression=compression) as stream:
        names = csv.open_csv(stream, parse_options=parsing).schema.names
    types = dict.fromkeys(names, pa.large_string())
    conversion = csv.ConvertOptions(column_types=types, strings_can_be_null=False)
    with pa.input_stream(str(path), compression=compression) as stream:
        return csv.read_csv(stream, parse_options=parsing, convert_options=conversion)


def _answer(database: str, query: str) -> dict[str, list[Any]]:
    with _quiet("the query of the site cannot be answered"):
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


@contextmanager
def _quiet(what: str) -> Iterator[None]:
    try:
        yield
    except SiteError:
        raise
    except Exception as problem:
        # From None: what a library says would otherwise be in the log of the node.
        raise SiteError(f"{what} ({type(problem).__name__}); dmoe fit, or the database, says there what is wrong") from None
