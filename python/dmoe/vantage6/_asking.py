"""Questions to organisations: a task for each, so that an answer is surely of the one that was asked."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from vantage6.algorithm.client import AlgorithmClient
from vantage6.algorithm.tools.util import info, warn
from vantage6.common.task_status import TaskStatus, has_task_finished

from .._federation.answers import Answer, Node, say_slow

_POLL, _SLOWEST_POLL = 0.5, 5.0

_ENDINGS = {
    TaskStatus.NOT_ALLOWED: "the node does not allow this algorithm",
    TaskStatus.NO_DOCKER_IMAGE: "the node cannot have the image of the algorithm",
    TaskStatus.START_FAILED: "the node could not start the algorithm",
    TaskStatus.CRASHED: "the algorithm crashed at the site; the log of its run says more",
    TaskStatus.KILLED: "ended by a user",
}


class TaskLog:
    """That of the run of the central function."""

    def info(self, message: str, /, *values: Any) -> None:
        info(message % values)

    def warning(self, message: str, /, *values: Any) -> None:
        warn(message % values)


class Question:
    """One task for each organisation, until all are done or the time is up."""

    def __init__(self, client: AlgorithmClient, method: str, arguments: Mapping[str, Any], log: TaskLog, seconds: float) -> None:
        self._client = client
        self._input = {"method": method, "kwargs": {**arguments, "seconds": seconds}}
        self._log = log
        self._seconds = seconds

    def ask(self, label: str, nodes: Sequence[Node]) -> list[Answer]:
        """One answer for each organisation, in their order."""
        start = time.monotonic()
        answers: dict[int, Answer] = {}
        waiting: dict[int, tuple[Node, int]] = {}
        for node in nodes:
            task = self._task(label, node)
            if isinstance(task, int):
                waiting[node.number] = node, task
            else:
                self._keep(answers, Answer(node, "failed", 0, f"the task could not be made ({task})"))
        is_late, pause = False, _POLL
        while waiting:
            for number, (node, task) in list(waiting.items()):
                answer = self._answer(node, task, start)
                if answer is not None:
                    del waiting[number]
                    self._keep(answers, answer)
            left = self._seconds - (time.monotonic() - start)
            if not waiting or left <= 0:
                break
            if not is_late and left < self._seconds / 2:
                is_late = True
                say_slow(self._log, self._seconds - left, [node for node, _ in waiting.values()])
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, _SLOWEST_POLL)
        for node, _ in waiting.values():
            self._keep(answers, Answer.silent(node, time.monotonic() - start, self._seconds))
        return [answers[node.number] for node in nodes]

    def _keep(self, answers: dict[int, Answer], answer: Answer) -> None:
        answers[answer.node.number] = answer
        answer.say(self._log)

    def _task(self, label: str, node: Node) -> int | str:
        """Its number, or why there is none."""
        try:
            task = self._client.task.create(input_=self._input, organizations=[node.number], name=f"dmoe {label}")
            return int(task["id"])
        except Exception as problem:  # noqa: BLE001 - of the server, or of the way to it
            return type(problem).__name__

    def _answer(self, node: Node, task: int, start: float) -> Answer | None:
        """None while it is waited for; a server that cannot be reached is asked again."""
        try:
            statuses = [run["status"] for run in self._client.run.from_task(task)]
            if not statuses or not all(has_task_finished(status) for status in statuses):
                return None
            results = self._client.result.from_task(task) if statuses == [TaskStatus.COMPLETED] else []
        except Exception as problem:  # noqa: BLE001 - as above
            self._log.warning("%s: the server could not be asked (%s)", node.name, type(problem).__name__)
            return None
        seconds = time.monotonic() - start
        if statuses != [TaskStatus.COMPLETED]:
            status = str(getattr(statuses[0], "value", statuses[0]))
            return Answer(node, "failed", seconds, _ENDINGS.get(statuses[0], f"the run ended as '{status}'"))
        fields = results[0] if len(results) == 1 else None
        if not isinstance(fields, dict) or not isinstance(fields.get("file"), str) and not isinstance(fields.get("reason"), str):
            return Answer(node, "failed", seconds, "the answer is none of this algorithm")
        return Answer.of(node, seconds, fields, fields.get("file"))
