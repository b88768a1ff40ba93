"""What a run leaves on the coordinator's disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .._model import Model
from ._asking import Answer

_FORMAT = {"format": "dmoe-flower-run", "formatVersion": 1}


class Folder:
    """Models, the files of each question in a folder of its own, and ``run.json``, which says what became of every node."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.path.mkdir(parents=True, exist_ok=True)
        self._record: dict[str, Any] = {**_FORMAT, "questions": {}}

    def save(self, name: str, model: Model) -> None:
        """A model of the coordinator."""
        model.save(self.path / name)

    def save_text(self, label: str, site: str, text: str) -> None:
        """The file of a site."""
        folder = self.path / label
        folder.mkdir(exist_ok=True)
        _write(folder / f"{file_name(site)}.json", text)

    def note(self, **values: Any) -> None:
        """Something of the run."""
        self._record |= values
        self._write()

    def note_answers(self, label: str, answers: Sequence[Answer]) -> None:
        """What became of a question."""
        self._record["questions"][label] = [_entry(answer) for answer in answers]
        self._write()

    def _write(self) -> None:
        _write(self.path / "run.json", json.dumps(self._record, indent=1, ensure_ascii=False) + "\n")


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    temporary = path.with_name(f"{path.name}.part")
    temporary.write_bytes(text.encode())
    temporary.replace(path)


def file_name(site: str) -> str:
    """A name of a site as that of a file in one folder."""
    name = quote(site, safe=" ")
    return f"%2E{name[1:]}" if name.startswith(".") else name


def _entry(answer: Answer) -> dict[str, Any]:
    entry = {"site": answer.node.name, "node": str(answer.node.number), "status": answer.status, "seconds": round(answer.seconds, 3)}
    if answer.error is not None:
        entry["reason"] = answer.error
    if answer.text is not None:
        data = answer.text.encode()
        entry |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    kept = ("rows", "experts", "reading", "working", "scores")
    return {**entry, **{name: answer.fields[name] for name in kept if name in answer.fields}}
