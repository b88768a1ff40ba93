"""Parquet and CSV in batches of Arrow."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

_ENDINGS = (".gz", ".parquet", ".pq", ".csv", ".txt", ".tsv")


def named(paths: Mapping[str, Any] | Sequence[Any]) -> dict[str, str]:
    """Paths by site: names as given, or those of the files without their endings; whole paths where these are the same."""
    if isinstance(paths, Mapping):
        return {str(name): os.fspath(path) for name, path in paths.items()}
    texts = [os.fspath(path) for path in paths]
    if len(set(texts)) < len(texts):
        raise ValueError("a path is given twice: its rows would count twice")
    labels = [_label(text) for text in texts]
    return dict(zip(labels if len(set(labels)) == len(labels) else texts, texts, strict=True))


def _label(path: str) -> str:
    name = path.rstrip("/").rsplit("/", 1)[-1]
    for ending in _ENDINGS:
        if name.lower().endswith(ending):
            name = name[: -len(ending)]
    return name or path


def batches_of(path: str, columns: Sequence[str], texts: Collection[str]) -> Iterator[pa.RecordBatch]:
    """The columns of a file, in its order of rows.

    Parameters
    ----------
    path : str
        ``….parquet``, a folder of such files, or CSV with a header; local or of a file system that Arrow knows by its scheme.
    texts : collection of str
        Columns that are not numbers.

    Raises
    ------
    ValueError
        Where the file cannot be read so, naming it.
    """
    from pyarrow import fs

    system, where = fs.FileSystem.from_uri(path) if "://" in path else (fs.LocalFileSystem(), path)
    kind = system.get_file_info(where).type
    if kind == fs.FileType.NotFound:
        raise FileNotFoundError(f"{path}: there is no such file for this executor")
    is_parquet = kind == fs.FileType.Directory or where.lower().endswith((".parquet", ".pq"))
    reader = _parquet_batches if is_parquet else _csv_batches
    try:
        yield from reader(system, where, columns, texts)
    except (pa.ArrowInvalid, pa.ArrowKeyError) as problem:
        raise ValueError(f"{path}: {problem}") from problem


def _parquet_batches(
    system: Any, path: str, columns: Sequence[str], texts: Collection[str]
) -> Iterator[pa.RecordBatch]:
    from pyarrow import dataset

    data = dataset.dataset(path, filesystem=system, format="parquet")
    missing = [name for name in columns if name not in data.schema.names]
    if missing:
        raise pa.ArrowKeyError(f"no column '{missing[0]}'; the columns are {', '.join(data.schema.names)}")
    # Classes and levels are compared as they are spelled.
    wanted = {
        name: _as_text(data.schema.field(name)) if name in texts else dataset.field(name) for name in columns
    }
    yield from data.to_batches(columns=wanted)


def _as_text(field: pa.Field) -> Any:
    """True and False are spelled as Python and pandas do, where Arrow writes true and false."""
    from pyarrow import compute, dataset

    text = dataset.field(field.name).cast(pa.string())
    return compute.utf8_capitalize(text) if pa.types.is_boolean(field.type) else text


def _csv_batches(
    system: Any, path: str, columns: Sequence[str], texts: Collection[str]
) -> Iterator[pa.RecordBatch]:
    from pyarrow import csv

    types = {name: pa.string() if name in texts else pa.float64() for name in columns}
    conversion = csv.ConvertOptions(column_types=types, include_columns=list(columns), strings_can_be_null=False)
    with system.open_input_stream(path) as stream:  # decompresses by the ending
        yield from csv.open_csv(stream, convert_options=conversion)
