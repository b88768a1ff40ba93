"""The part of the coordinator: it asks, aggregates what came, and writes down what did not."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import Any

from .._aggregation import aggregate
from .._model import Model
from .._rounds import extra_rounds
from .._warnings import FitWarning
from .answers import Answer, Log, Node
from .plan import Plan
from .record import Record


class TooFewSites(RuntimeError):
    """Fewer sites answered than a model needs."""


class Learning:
    """One run. A platform finds the nodes and carries questions to them."""

    # What the platform calls the least number of sites.
    least_sites = "min-nodes"

    def __init__(self, plan: Plan, record: Record, log: Log) -> None:
        self._plan = plan
        self._record = record
        self._log = log
        self._members: list[Node] = []

    def nodes(self) -> list[Node]:
        """Those that are there and take part, by name."""
        raise NotImplementedError

    def question(self, action: str, label: str, options: dict[str, Any], file: str | None, nodes: Sequence[Node]) -> list[Answer]:
        """One answer for each node."""
        raise NotImplementedError

    def learn(self) -> Model:
        """The global model, which is written with all that led to it; what did not is in the record even where there is none."""
        try:
            nodes = self.nodes()
            if all(node.is_registered for node in nodes):
                self._name_absent(node.name for node in nodes)
            self._need(len(nodes), "are there")
            model = self._one_shot(nodes)
            if self._plan.rounds:
                model = self._rounds(model)
            self._record.save("global.json", model)
            self._log.info("%r of %s rows, written to %s", model, f"{model.rows:,}", self._record.place("global.json"))
            if self._plan.scores:
                self._score(model)
        except Exception as problem:
            self._record.note(failure=str(problem))
            raise
        return model

    def _need(self, count: int, what: str) -> None:
        least = self._plan.min_nodes
        if count < least:
            raise TooFewSites(f"{count} {'site' if count == 1 else 'sites'} {what}, and {self.least_sites} is {least}")

    def _ask(self, action: str, label: str, options: dict[str, Any], file: str | None, nodes: Sequence[Node]) -> list[Answer]:
        """The answers by name; their files and what became of the others are in the record."""
        self._log.info("%s: asking %s", label, ", ".join(node.name for node in nodes))
        answers = self.question(action, label, options, file, nodes)
        answers.sort(key=lambda answer: answer.node.name)
        self._check_names(answers)
        if action == "fit":
            for answer in answers:
                answer.read_model()
        for answer in answers:
            if answer.text is not None:
                self._record.save_text(label, answer.node.name, answer.text)
        self._record.note_answers(label, answers)
        return answers

    def _check_names(self, answers: Sequence[Answer]) -> None:
        """Names are known when sites have answered, unless nodes are registered by them."""
        taken: set[str] = set()
        for answer in sorted(answers, key=lambda answer: not answer.node.is_registered):
            if answer.error is not None:
                continue
            name = answer.node.name
            if name in taken:
                answer.fail(f"another site is called {name} too")
            elif self._plan.sites and name not in self._plan.sites:
                answer.fail(f"{name} is none of the sites that take part")
            taken.add(name)

    def _one_shot(self, nodes: list[Node]) -> Model:
        answers = self._ask("fit", "local", self._plan.fit, self._plan.study, nodes)
        self._missing(answers)
        models = {answer.node.name: answer.model for answer in answers if answer.model is not None}
        self._need(len(models), "answered with a model")
        self._members = [answer.node for answer in answers if answer.model is not None]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FitWarning)  # below, of the model
            model = aggregate(models, **self._plan.aggregate)
        for text in model.warnings:
            self._log.warning("%s", text)
        self._record.save("global-0.json", model)
        return model

    def _missing(self, answers: Sequence[Answer]) -> None:
        if not all(answer.node.is_registered for answer in answers):
            self._name_absent(answer.node.name for answer in answers)
        left_out = [f"{answer.node.name} ({answer.status})" for answer in answers if answer.error is not None]
        if left_out:
            self._log.warning("the model is made without %s", ", ".join(left_out))

    def _name_absent(self, there: Iterable[str]) -> None:
        absent = sorted(set(self._plan.sites) - set(there))
        if absent:
            self._log.warning("not there: %s", ", ".join(absent))
            self._record.note(absent=absent)

    def _rounds(self, start: Model) -> Model:
        asked: list[Model] = []

        def ask(at: Model) -> dict[str, Answer]:
            if asked:
                self._record.save(f"global-{len(asked)}.json", at)
            asked.append(at)
            label = f"round-{len(asked)}"
            answers = self._ask("statistics", label, self._plan.statistics, at.text, self._members)
            self._need(sum(answer.error is None for answer in answers), f"answered in {label}")
            return {answer.node.name: answer for answer in answers}

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FitWarning)
            try:
                model, done, ending = extra_rounds(start, self._plan.rounds, ask, self._plan.statistics)
            except (TooFewSites, ValueError) as problem:
                model, done, ending = asked[-1], len(asked) - 1, str(problem)
        if ending is not None:
            self._log.warning("extra rounds ended: %s", ending)
        for text in model.warnings:
            if text not in start.warnings:
                self._log.warning("%s", text)
        self._record.note(rounds={"done": done, "asked": self._plan.rounds, "ending": ending})
        return model

    def _score(self, model: Model) -> None:
        answers = self._ask("scores", "scores", self._plan.scoring, model.text, self._members)
        for answer in answers:
            scores = answer.fields.get("scores")
            if answer.error is None and isinstance(scores, dict):
                named = ", ".join(f"{name} {value:g}" for name, value in scores.items() if isinstance(value, (int, float)))
                self._log.info("%s: %s", answer.node.name, named)
