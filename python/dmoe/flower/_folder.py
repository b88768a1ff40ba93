"""What a run leaves on the coordinator's disk."""

from __future__ import annotations

import json
from pathlib import Path

from .._federation.record import Record
from .._model import Model


class Folder(Record):
    """Models, the files of each question in a folder of its own, and ``run.json``, which says what became of every node."""

    def __init__(self, path: Path) -> None:
        super().__init__(format="dmoe-flower-run", formatVersion=1)
        self.path = path.resolve()
        self.path.mkdir(parents=True, exist_ok=True)

    def save(self, name: str, model: Model) -> None:
        model.save(self.path / name)

    def write(self, name: str, text: str) -> None:
        """Whole or not at all."""
        path = self.path / name
        path.parent.mkdir(exist_ok=True)
        temporary = path.with_name(f"{path.name}.part")
        temporary.write_bytes(text.encode())
        temporary.replace(path)

    def written(self) -> None:
        self.write("run.json", json.dumps(self.entries, indent=1, ensure_ascii=False) + "\n")

    def place(self, name: str) -> str:
        return str(self.path / name)
