"""Columns of texts as the engine reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .spelling import BOOLEANS, spelled


class Text:
    """A column of texts: their UTF-8 one after the other, and where each begins. An empty one is missing."""

    def __init__(self, offsets: np.ndarray, data: Any) -> None:
        self.offsets = offsets
        self.data = data

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @classmethod
    def of(cls, values: Iterable[Any], booleans: tuple[str, str] = BOOLEANS) -> Text:
        """Of objects, spelled as pandas writes them to CSV; None, NaN, NaT and NA are missing."""
        encoded = [spelled(value, booleans).encode() for value in values]
        offsets = np.zeros(len(encoded) + 1, dtype=np.int64)
        np.cumsum([len(value) for value in encoded], out=offsets[1:])
        return cls(offsets, np.frombuffer(b"".join(encoded) or b"\0", dtype=np.uint8))

    @classmethod
    def of_codes(cls, codes: np.ndarray, labels: Sequence[str]) -> Text:
        """Of the labels that the codes count."""
        encoded = [label.encode() for label in labels]
        offsets = np.zeros(len(codes) + 1, dtype=np.int64)
        np.cumsum(np.array([len(label) for label in encoded], dtype=np.int64)[codes], out=offsets[1:])
        data = b"".join([encoded[code] for code in codes.tolist()])
        return cls(offsets, np.frombuffer(data or b"\0", dtype=np.uint8))

    def taken(self, rows: slice | np.ndarray) -> Text:
        """Some rows: of a slice where they lie, else copied."""
        if isinstance(rows, slice):
            return Text(self.offsets[rows.start : rows.stop + 1], self.data)
        pieces = [self.data[self.offsets[row] : self.offsets[row + 1]] for row in rows]
        offsets = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(piece) for piece in pieces], out=offsets[1:])
        return Text(offsets, np.concatenate([*pieces, np.zeros(1, np.uint8)]))
