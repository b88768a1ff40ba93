"""What travels: a record of a few fields, and files in parts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from flwr.app import ConfigRecord, RecordDict

# Flower sends each record as an object of its own, in one piece in memory and in one request. Arrays it cuts at 5 MiB; so are files here.
PART_BYTES = 5 * 2**20
# Of what others send; model files have some 100 KB at 20 covariates and 5 experts.
MOST_BYTES = 2**30

_FIELDS = "fields"
_PART = "part-{:06}"

_FOREIGN = "the message is none of this app"


def packed(fields: Mapping[str, Any], file: str | None = None) -> RecordDict:
    """Fields as JSON, and a file."""
    data = b"" if file is None else file.encode()
    starts = range(0, len(data), PART_BYTES)
    sent: dict[str, int | str] = {"json": json.dumps(dict(fields)), "parts": len(starts), "sha256": hashlib.sha256(data).hexdigest()}
    content = RecordDict({_FIELDS: ConfigRecord({**sent})})
    for index, start in enumerate(starts):
        content[_PART.format(index)] = ConfigRecord({"bytes": data[start : start + PART_BYTES]})
    return content


def unpacked(content: RecordDict) -> tuple[dict[str, Any], str | None]:
    """The fields, and the file if there is one.

    Raises
    ------
    ValueError
        Where it is nothing that :func:`packed` makes.
    """
    sent = content.get(_FIELDS)
    named = (sent.get("json"), sent.get("parts"), sent.get("sha256")) if isinstance(sent, ConfigRecord) else (None, None, None)
    text, count, digest = named
    if not isinstance(text, str) or not isinstance(count, int) or len(content) != count + 1:
        raise ValueError(_FOREIGN)
    parts: list[bytes] = []
    for index in range(count):
        record = content.get(_PART.format(index))
        part = record.get("bytes") if isinstance(record, ConfigRecord) else None
        if not isinstance(part, bytes):
            raise ValueError(_FOREIGN)
        parts.append(part)
    if sum(map(len, parts)) > MOST_BYTES:
        raise ValueError(f"the file has more than {MOST_BYTES:,} bytes")
    data = b"".join(parts)
    if hashlib.sha256(data).hexdigest() != digest:
        raise ValueError("the file is not the one that was sent")
    try:
        fields, file = json.loads(text), data.decode() if parts else None
    except ValueError:
        raise ValueError(_FOREIGN) from None
    if not isinstance(fields, dict):
        raise ValueError(_FOREIGN)
    return fields, file
