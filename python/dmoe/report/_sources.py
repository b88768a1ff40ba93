"""The files of a report: models and a table, with their digests."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .._model import Model

# What a CSV file has where a value is missing, as the command line reads it.
_MISSING = {"", "NA", "NaN", "nan"}


@dataclass(frozen=True)
class GivenFile:
    """A file as it was given.

    Attributes
    ----------
    name : str
        Without folders, which are of the machine.
    size : int
    digest : str
        SHA-256, hexadecimal.
    content : Model or dict of str to ndarray
    """

    name: str
    size: int
    digest: str
    content: Any

    @property
    def label(self) -> str:
        """How an aggregation calls the site of this file."""
        return self.name.removesuffix(".json")

    @classmethod
    def of_model(cls, path: str) -> GivenFile:
        data = Path(path).read_bytes()
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ValueError(f"{path}: it is no model file, for it is no text in UTF-8") from error
        return cls(Path(path).name, len(data), hashlib.sha256(data).hexdigest(), Model(text, path))

    @classmethod
    def of_text(cls, name: str, model: Model) -> GivenFile:
        """A model that is in memory: as the file that it would be."""
        data = model.text.encode()
        return cls(name, len(data), hashlib.sha256(data).hexdigest(), model)

    @classmethod
    def of_table(cls, path: str, model: Model) -> GivenFile:
        """A CSV file, of which the columns of the model are read.

        Raises
        ------
        ValueError
            Where a column is missing, or a field should be a number and is none; with the line.
        """
        data = Path(path).read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        try:
            plain = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
        except (OSError, EOFError, zlib.error) as error:
            raise ValueError(f"{path}: damaged gzip data; compress or copy the file again") from error
        return cls(Path(path).name, len(data), digest, _columns(path, plain, model))


def _columns(path: str, data: bytes, model: Model) -> dict[str, np.ndarray]:
    try:
        # As the engine reads: nothing but a comma or the end of the line follows a closing quote.
        reader = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: it is no CSV file in UTF-8") from error
    try:
        return _read(path, reader, model)
    except csv.Error as error:
        raise ValueError(f"{path}, line {reader.line_num}: {error}; correct the row") from error


def _read(path: str, reader: Any, model: Model) -> dict[str, np.ndarray]:
    header = [name.strip() for name in next(reader, [])]
    seen: set[str] = set()
    # Columns without a name are none that a model can ask for.
    for name in filter(None, header):
        if name in seen:
            raise ValueError(f"{path}: column '{name}' is duplicated; rename one of the two")
        seen.add(name)
    wanted = [*model.input_names, model.target]
    for name in wanted:
        if name not in header:
            raise ValueError(f"{path}, line 1: there is no column '{name}', which the model needs; it has {', '.join(header) or 'none'}")
    places = [header.index(name) for name in wanted]
    values: list[list[Any]] = [[] for _ in wanted]
    names = [name in model.roles for name in wanted]
    for fields in reader:
        if not fields:
            continue
        if len(fields) != len(header):
            raise ValueError(f"{path}, line {reader.line_num}: {len(fields)} fields where the header has {len(header)}")
        for column, (place, is_name) in enumerate(zip(places, names)):
            values[column].append(_value(fields[place], is_name, wanted[column], path, reader.line_num))
    if not values[0]:
        raise ValueError(f"{path}: it has no rows")
    return {name: np.array(column, dtype=object if is_name else float) for name, column, is_name in zip(wanted, values, names)}


def _value(field: str, is_name: bool, column: str, path: str, line: int) -> Any:
    if field.strip() in _MISSING:
        return None if is_name else np.nan
    if is_name:
        return field
    try:
        # Python takes 1_000 and digits of any script for numbers, the engine does not.
        if "_" in field or not field.isascii():
            raise ValueError(field)
        return float(field)
    except ValueError as error:
        raise ValueError(f"{path}, line {line}: column '{column}' should hold numbers but has {field!r}; correct the field") from error
