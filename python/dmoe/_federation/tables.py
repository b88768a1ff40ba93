"""Tables of a site, as the engine reads them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .words import SiteError

_GZIP = b"\x1f\x8b"


def begins(path: Path, mark: bytes) -> bool:
    """Whether a file has this mark."""
    with path.open("rb") as file:
        return file.read(len(mark)) == mark


def csv_rows(path: Path, delimiter: str) -> Any:
    """Fields as they stand: the engine reads their numbers, as it does in a file."""
    import pyarrow as pa
    from pyarrow import csv

    parsing = csv.ParseOptions(delimiter="\t" if delimiter == "tab" else delimiter, newlines_in_values=True)
    compression = "gzip" if begins(path, _GZIP) else None
    with pa.input_stream(str(path), compression=compression) as stream:
        names = csv.open_csv(stream, parse_options=parsing).schema.names
    types = dict.fromkeys(names, pa.large_string())
    conversion = csv.ConvertOptions(column_types=types, strings_can_be_null=False)
    with pa.input_stream(str(path), compression=compression) as stream:
        return csv.read_csv(stream, parse_options=parsing, convert_options=conversion)


@contextmanager
def quiet(what: str) -> Iterator[None]:
    """Says that a library failed, and not what it says."""
    try:
        yield
    except SiteError:
        raise
    except Exception as problem:
        # From None: what a library says would otherwise be in the log of the node.
        raise SiteError(f"{what} ({type(problem).__name__}); dmoe fit, or the database, says there what is wrong") from None
