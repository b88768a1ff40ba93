"""Questions to all nodes, and what became of each: an answer, a refusal, a failure, or nothing in time."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

from flwr.app import Message
from flwr.serverapp import Grid

from .._federation.answers import LONGEST_NAME, Answer, Node, say_slow
from .._federation.words import visible
from ._messages import packed, unpacked

log = logging.getLogger("flwr")

_POLL, _SLOWEST_POLL = 0.25, 1.0

# Of Flower's error messages; what they say beside may cite rows, and is left out.
_ERRORS = {
    1: "the app cannot be loaded at the site: is dmoe[flower] installed there?",
    2: "the app failed at the site; the log of its node says more",
    3: "the question came too late, or was lost",
    4: "the answer came too late, or was lost",
    5: "the node is gone: no sign of life",
    8: "the app crashed at the site, or was ended there",
}


def nodes_of(grid: Grid, sites: Sequence[str]) -> list[Node]:
    """Those that are there and take part, by name."""
    nodes = [
        Node(info.node_id, visible(info.name, LONGEST_NAME) or f"node {info.node_id}", bool(info.name)) for info in grid.get_nodes()
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
                    answers[node.number].say(log)
            left = self._seconds - (time.monotonic() - start)
            if waiting and not is_late and left < self._seconds / 2:
                is_late = True
                say_slow(log, self._seconds - left, list(waiting.values()))
            pause = _POLL if replies else min(pause * 1.5, _SLOWEST_POLL)
            if waiting:
                time.sleep(max(0.0, min(pause, left)))
        for node in waiting.values():
            answers[node.number] = Answer.silent(node, time.monotonic() - start, self._seconds)
            answers[node.number].say(log)
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
        node.name = visible(own, LONGEST_NAME)
    return Answer.of(node, seconds, fields, text)
