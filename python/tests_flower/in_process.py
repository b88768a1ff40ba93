"""Nodes without Flower's processes: what is sent is handed to the app of a site at once, or as a test wants it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dmoe.flower import client_app
from flwr.app import Context, Error, Message, RecordDict
from flwr.proto.node_pb2 import NodeInfo
from flwr.serverapp import Grid
from flwr.supercore.task_identity import TaskIdentity

# As Flower does before it calls an app.
TaskIdentity.task_id, TaskIdentity.run_id, TaskIdentity.node_id = 1, 1, 1

Node = Callable[[Message], Message | None]


def site(configuration: Mapping[str, Any], run: Mapping[str, Any] = {}) -> Node:  # noqa: B006 - it is not changed
    """The app of a site, configured as its node would be."""
    app = client_app()
    context = Context(run_id=1, node_id=2, node_config=dict(configuration), state=RecordDict(), run_config=dict(run))
    return lambda message: app(message, context)


def failing(code: int, reason: str) -> Node:
    return lambda message: Message(Error(code, reason), reply_to=message)


class Nodes(Grid):
    """Of a run."""

    def __init__(self, nodes: Mapping[str, Node], *, are_registered: bool = True) -> None:
        self.nodes = {100 + index: (name, node) for index, (name, node) in enumerate(nodes.items())}
        self.are_registered = are_registered
        self.replies: dict[str, Message] = {}
        self.sent: list[Message] = []
        self._numbers = itertools.count()

    def get_nodes(self) -> Iterable[NodeInfo]:
        return [NodeInfo(node_id=number, name=name if self.are_registered else "") for number, (name, _) in self.nodes.items()]

    def get_node_ids(self) -> Iterable[int]:
        return list(self.nodes)

    def push_messages(self, messages: Iterable[Message]) -> Iterable[str]:
        names = []
        for message in messages:
            names.append(f"message-{next(self._numbers)}")
            message.metadata.__dict__["_message_id"] = names[-1]
            self.sent.append(message)
            reply = self.nodes[message.metadata.dst_node_id][1](message)
            if reply is not None:
                self.replies[names[-1]] = reply
        return names

    def pull_messages(self, message_ids: Iterable[str]) -> Iterable[Message]:
        return [self.replies.pop(name) for name in message_ids if name in self.replies]

    def set_run(self, run: Any) -> None: ...
    @property
    def run(self) -> Any: ...
    def create_message(self, *_: Any, **__: Any) -> Any: ...
    def send_and_receive(self, *_: Any, **__: Any) -> Any: ...
