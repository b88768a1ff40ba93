"""Questions to all nodes, and what became of each: an answer, a refusal, a failure, or nothing in time."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flwr.app import Message
from flwr.serverapp import Grid

from .._model import Model
from ._messages import packed, unpacked
from ._words import visible

log = logging.getLogger("flwr")

_POLL, _SLOWEST_POLL = 0.25, 1.0
_LONGEST_NAME = 80

# Of Flower's error messages; what they say beside may cite rows, and is left out.
_ERRORS = {
    1: "the app cannot be loaded at the site: is dmoe[flower] installed there?",
    2: "the app failed at the site; the log of its node says more",
    3: "the question came too late, or was lost",
    4: "the answer came too late, or was lost",
    5: "the node is gone: no sign of life",
    8: "the app crashed at the site, or was ended there",
}


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

    def fail(self, reason: str) -> None:
        """Makes nothing of an answer that cannot be used."""
        self.status, self.error, self.text = "failed", visible(reason), None


def nodes_of(grid: Grid, sites: Sequence[str]) -> list[Node]:
    """Those that are there and take part, by name."""
    nodes = [
        Node(info.node_id, visible(info.name, _LONGEST_NAME) or f"node {info.node_id}", bool(info.name)) for info in grid.get_nodes()
    ]
    asked = [node for node in nodes if not sites or not node.is_registered or node.name in sites]
    return sorted(asked, key=lambda node: (node.name, node.number))


def wait_for_nodes(grid: Grid, sites: Sequence[str], least: int, seconds: float) -> list[Node]:
    """The nodes that there are, when all are that are named, or as many as are needed, or when the time is up."""
    end = time.monotonic() + seconds
    nodes, shown = nodes_of(grid, sites), -1
    while len(nodes) < max(least, len(sites)) and time.monotonic() < end:
        if len(nodes) != shown:
            log.info("waiting for nodes: %s of %s are there", len(nodes), max(least, len(sites)))
            shown = len(nodes)
        time.sleep(min(1.0, max(0.0, end - time.monotonic())))
        nodes = nodes_of(grid, sites)
    return nodes


class Question:
    """One message to each node, until all have answered or the time is up."""

    def __init__(self, grid: Grid, action: str, options: Mapping[str, Any], file: str | None, seconds: float) -> None:
        self._grid = grid
        self._action = action
        self._seconds = seconds
        self._content = packed({"options": dict(options), "seconds": seconds}, file)

    def ask(self, nodes: Sequence[Node]) -> list[Answer]:
        """One answer for each node, in their order."""
        start = time.monotonic()
        messages = [
            Message(self._content, node.number, f"query.{self._action}", ttl=self._seconds, group_id=self._action) for node in nodes
        ]
        sent = list(self._grid.push_messages(messages))
        waiting = {identifier: node for identifier, node in zip(sent, nodes, strict=False) if identifier}
        answers = {
            node.number: Answer(node, "failed", 0, "the message could not be sent") for node in nodes if node not in waiting.values()
        }
        is_late, pause = False, _POLL
        while waiting and time.monotonic() - start < self._seconds:
            replies = list(self._grid.pull_messages(list(waiting)))
            for reply in replies:
                node = waiting.pop(reply.metadata.reply_to_message_id, None)
                if node is not None:
                    answers[node.number] = _answer(node, reply, time.monotonic() - start)
                    _say(answers[node.number])
            left = self._seconds - (time.monotonic() - start)
            if waiting and not is_late and left < self._seconds / 2:
                is_late = True
                log.warning("slow: no answer yet after %.0f s from %s", self._seconds - left, ", ".join(node.name for node in waiting.values()))
            pause = _POLL if replies else min(pause * 1.5, _SLOWEST_POLL)
            if waiting:
                time.sleep(max(0.0, min(pause, left)))
        for node in waiting.values():
            answers[node.number] = Answer(node, "silent", time.monotonic() - start, f"no answer within {self._seconds:.0f} s")
            _say(answers[node.number])
        return [answers[node.number] for node in nodes]


def _answer(node: Node, reply: Message, seconds: float) -> Answer:
    if reply.has_error():
        code = reply.error.code
        return Answer(node, "silent" if code in (3, 4, 5) else "failed", seconds, _ERRORS.get(code, f"error {code} of Flower"))
    try:
        fields, text = unpacked(reply.content)
    except ValueError as problem:
        return Answer(node, "failed", seconds, visible(str(problem)))
    own = fields.get("name")
    if not node.is_registered and isinstance(own, str) and own:
        node.name = visible(own, _LONGEST_NAME)
    reason = fields.get("reason")
    if reason is not None:
        return Answer(node, "refused", seconds, visible(str(reason)), None, fields)
    return Answer(node, "answered", seconds, None, text, fields)


def _say(answer: Answer) -> None:
    if answer.error is None:
        log.info("%s: answered after %.1f s", answer.node.name, answer.seconds)
    else:
        log.warning("%s: %s after %.1f s: %s", answer.node.name, answer.status, answer.seconds, answer.error)
