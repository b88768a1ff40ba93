"""What a run leaves: models, the files of each question, and what became of every site."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from .._model import Model
from .answers import Answer


class Record:
    """Of a run; where it is written is the platform's."""

    def __init__(self, **begin: Any) -> None:
        self.entries: dict[str, Any] = {**begin, "questions": {}}

    def save(self, name: str, model: Model) -> None:
        """A model of the coordinator."""
        self.write(name, model.text)

    def save_text(self, label: str, site: str, text: str) -> None:
        """The file of a site, in a folder of the question."""
        self.write(f"{label}/{file_name(site)}.json", text)

    def note(self, **values: Any) -> None:
        """Something of the run."""
        self.entries |= values
        self.written()

    def note_answers(self, label: str, answers: Sequence[Answer]) -> None:
        """What became of a question."""
        self.entries["questions"][label] = [answer.entry for answer in answers]
        self.written()

    def write(self, name: str, text: str) -> None:
        """A file, by its path in the results."""
        raise NotImplementedError

    def written(self) -> None:
        """Called where the entries have changed."""

    def place(self, name: str) -> str:
        """How a log calls a file."""
        return name


def file_name(site: str) -> str:
    """A name of a site as that of a file in one folder."""
    name = quote(site, safe=" ")
    return f"%2E{name[1:]}" if name.startswith(".") else name
