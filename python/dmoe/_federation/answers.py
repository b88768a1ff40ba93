"""What became of a question at each site: an answer, a refusal, a failure, or nothing in time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, Protocol

from .._model import Model
from .words import visible

LONGEST_NAME = 80


class Log(Protocol):
    """Of a platform."""

    def info(self, message: str, /, *values: Any) -> None: ...

    def warning(self, message: str, /, *values: Any) -> None: ...


@dataclass
class Node:
    """A node, and what it is called: as it is registered, else as it says itself, else by its number."""

    number: int
    name: str
    is_registered: bool


@dataclass
class Answer:
    """What a site said to a question.

    Attributes
    ----------
    status : str
        ``"answered"``, ``"refused"`` by the site or its engine, ``"failed"`` beneath that, ``"silent"`` until the deadline.
    error : str or None
        Why there is nothing.
    """

    node: Node
    status: str
    seconds: float
    error: str | None = None
    text: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    model: Model | None = None

    @classmethod
    def of(cls, node: Node, seconds: float, fields: dict[str, Any], text: str | None) -> Answer:
        """What a site sent."""
        reason = fields.get("reason")
        if reason is not None:
            return cls(node, "refused", seconds, visible(str(reason)), None, fields)
        return cls(node, "answered", seconds, None, text, fields)

    @classmethod
    def silent(cls, node: Node, seconds: float, deadline: float) -> Answer:
        """Nothing in time."""
        return cls(node, "silent", seconds, f"no answer within {deadline:.0f} s")

    def fail(self, reason: str) -> None:
        """Makes nothing of an answer that cannot be used."""
        self.status, self.error, self.text = "failed", visible(reason), None

    def read_model(self) -> None:
        """Of its text."""
        if self.error is None:
            try:
                self.model = Model(self.text or "", self.node.name)
            except ValueError as problem:
                self.fail(str(problem))

    def say(self, log: Log) -> None:
        """In the log of the coordinator."""
        if self.error is None:
            log.info("%s: answered after %.1f s", self.node.name, self.seconds)
        else:
            log.warning("%s: %s after %.1f s: %s", self.node.name, self.status, self.seconds, self.error)

    @property
    def entry(self) -> dict[str, Any]:
        """In the record of a run."""
        entry = {"site": self.node.name, "node": str(self.node.number), "status": self.status, "seconds": round(self.seconds, 3)}
        if self.error is not None:
            entry["reason"] = self.error
        if self.text is not None:
            data = self.text.encode()
            entry |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        kept = ("rows", "experts", "reading", "working", "scores")
        return {**entry, **{name: self.fields[name] for name in kept if name in self.fields}}


def say_slow(log: Log, seconds: float, waiting: list[Node]) -> None:
    """Half of the time is over."""
    log.warning("slow: no answer yet after %.0f s from %s", seconds, ", ".join(node.name for node in waiting))
