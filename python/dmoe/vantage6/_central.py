"""The part of the coordinator: a function at one of the nodes, which asks all of them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from vantage6.algorithm.client import AlgorithmClient
from vantage6.algorithm.tools.decorators import algorithm_client

from .._federation.answers import LONGEST_NAME, Answer, Node
from .._federation.learning import Learning, TooFewSites
from .._federation.plan import AGGREGATE_OPTIONS, Plan
from .._federation.record import Record
from .._federation.sites import FIT_OPTIONS
from .._federation.words import visible
from ._asking import Question, TaskLog
from ._site import Site

# Vantage6's algorithms ask for three: of two each computes the other from the global model.
_USUAL_ORGANIZATIONS = 3


@algorithm_client
def central(
    client: AlgorithmClient, *, fit: Mapping[str, Any] | None = None, study: str | None = None,
    aggregate: Mapping[str, Any] | None = None, organizations: Sequence[int | str] | None = None,
    min_organizations: int = _USUAL_ORGANIZATIONS, rounds: int = 0, deadline: float = 3600,
) -> dict[str, Any]:
    """One model from the nodes of a collaboration.

    Parameters
    ----------
    client : AlgorithmClient
        From the node.
    fit, aggregate : dict, optional
        Options of :func:`dmoe.fit_local`, but for those that guard the rows, and of :func:`dmoe.aggregate`.
    study : str, optional
        The text of a study file, in place of the options on columns.
    organizations : list, optional
        Numbers or names of those that take part; all of the collaboration by default.
    min_organizations : int
        Fewer answers make no model; 3 by default, and no fewer than this node asks for.
    rounds : int
        Extra rounds of statistics.
    deadline : float
        Seconds for the answers to each question.

    Returns
    -------
    dict
        ``files``, texts by path: ``global.json``, ``global-0.json`` (the one shot), ``local/NAME.json`` and so on; ``questions``, what
        became of each organisation; ``failure``, where there is no global model, why.
    """
    files = _Files()
    try:
        there = [Node(entry["id"], visible(str(entry["name"]), LONGEST_NAME), True) for entry in client.organization.list()]
        plan = Plan(
            fit=_known("fit", fit, FIT_OPTIONS), aggregate=_known("aggregate", aggregate, AGGREGATE_OPTIONS), study=study,
            sites=_names(organizations, there), min_nodes=min_organizations, rounds=rounds, deadline=deadline,
        )
        plan.check({"min_nodes": 1, "deadline": 1, "rounds": 0}, {"min_nodes": "min_organizations", "sites": "organizations"})
        least = max(min_organizations, Site.of_environment(os.environ).minimum_organizations)
        _Run(client, there, replace(plan, min_nodes=least), files).learn()
    except (ValueError, TooFewSites) as problem:
        files.note(failure=str(problem))
    except Exception as problem:  # noqa: BLE001 - of the server; there are no rows here
        files.note(failure=visible(f"{type(problem).__name__}: {problem}"))
    return {**files.entries, "files": files.files}


class _Files(Record):
    """In memory: all of it is the result of the task."""

    def __init__(self) -> None:
        super().__init__(format="dmoe-vantage6-run", formatVersion=1)
        self.files: dict[str, str] = {}

    def write(self, name: str, text: str) -> None:
        self.files[name] = text


class _Run(Learning):
    """One run of the central function."""

    least_sites = "min_organizations"

    def __init__(self, client: AlgorithmClient, there: list[Node], plan: Plan, files: _Files) -> None:
        self._tasks = TaskLog()
        super().__init__(plan, files, self._tasks)
        self._client = client
        self._there = there

    def nodes(self) -> list[Node]:
        asked = [node for node in self._there if not self._plan.sites or node.name in self._plan.sites]
        return sorted(asked, key=lambda node: (node.name, node.number))

    def question(self, action: str, label: str, options: dict[str, Any], file: str | None, nodes: Sequence[Node]) -> list[Answer]:
        sent = {} if file is None else {"study" if action == "fit" else "model": file}
        question = Question(self._client, f"partial_{action}", {**options, **sent}, self._tasks, self._plan.deadline)
        return question.ask(label, nodes)


def _known(part: str, options: Mapping[str, Any] | None, known: tuple[str, ...]) -> dict[str, Any]:
    for name in options or {}:
        if name not in known:
            raise ValueError(f"'{part}' has '{name}', which is none of {', '.join(known)}")
    return {name: value for name, value in (options or {}).items() if value is not None}


def _names(organizations: Sequence[int | str] | None, there: Sequence[Node]) -> list[str]:
    names = {node.number: node.name for node in there}
    return [each if isinstance(each, str) else names.get(each, f"organization {each}") for each in organizations or []]
