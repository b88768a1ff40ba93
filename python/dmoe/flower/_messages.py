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


def packed(fields: Mapping[str, Any], file: str | None = None) -> RecordDict:
    """Fields as JSON, and a file."""
    data = b"" if file is None else file.encode()
    starts = range(0, len(data), PART_BYTES)
    sent = {"json": json.dumps(dict(fields)), "parts": len(starts), "sha256": hashlib.sha256(data).hexdigest()}
    content = RecordDict({_FIELDS: ConfigRecord(sent)})
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
    try:
        sent = content[_FIELDS]
        fields, count = json.loads(sent["json"]), sent["parts"]
        parts = [content[_PART.format(index)]["bytes"] for index in range(count)] if len(content) == count + 1 else None
    except (KeyError, TypeError, ValueError, AttributeError):
        parts, fields = None, None
    if not isinstance(fields, dict) or parts is None or not all(isinstance(part, bytes) for part in parts):
        raise ValueError("the message is none of this app")
    if sum(map(len, parts)) > MOST_BYTES:
        raise ValueError(f"the file has more than {MOST_BYTES:,} bytes")
    data = b"".join(parts)
    if hashlib.sha256(data).hexdigest() != sent["sha256"]:
        raise ValueError("the file is not the one that was sent")
    return fields, data.decode() if parts else None
