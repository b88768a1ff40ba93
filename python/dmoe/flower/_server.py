"""The part of the coordinator: it asks, aggregates what came, and writes down what did not."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from flwr.app import Context
from flwr.serverapp import Grid, ServerApp

from .._aggregation import aggregate
from .._model import Model
from .._rounds import extra_rounds
from .._warnings import FitWarning
from ._asking import Answer, Node, Question, log, wait_for_nodes
from ._folder import Folder
from ._settings import Settings


class TooFewSites(RuntimeError):
    """Fewer sites answered than a model needs."""


def server_app(folder: str | Path = ".") -> ServerApp:
    """The ServerApp of a coordinator.

    Parameters
    ----------
    folder : path
        Of the app, where its study file is.
    """
    app = ServerApp()

    @app.main()
    def main(grid: Grid, context: Context) -> None:
        settings = Settings.of_run(context.run_config, Path(folder))
        Run(grid, settings, Folder(settings.results / str(context.run_id))).learn()

    return app


class Run:
    """One run of an app."""

    def __init__(self, grid: Grid, settings: Settings, folder: Folder) -> None:
        self._grid = grid
        self._settings = settings
        self._folder = folder
        self._members: list[Node] = []

    def learn(self) -> Model:
        """The global model, which is written with all that led to it; what did not is in ``run.json`` even where there is none."""
        settings = self._settings
        try:
            nodes = wait_for_nodes(self._grid, settings.sites, settings.min_nodes, settings.wait)
            if all(node.is_registered for node in nodes):
                self._name_absent(node.name for node in nodes)
            self._need(len(nodes), "are there")
            model = self._one_shot(nodes)
            if settings.rounds:
                model = self._rounds(model)
            self._folder.save("global.json", model)
            log.info("%r of %s rows, written to %s", model, f"{model.rows:,}", self._folder.path / "global.json")
            if settings.scores:
                self._score(model)
        except Exception as problem:
            self._folder.note(failure=str(problem))
            raise
        return model

    def _need(self, count: int, what: str) -> None:
        least = self._settings.min_nodes
        if count < least:
            raise TooFewSites(f"{count} {'site' if count == 1 else 'sites'} {what}, and min-nodes is {least}")

    def _ask(self, action: str, label: str, options: dict[str, Any], file: str | None, nodes: Sequence[Node]) -> list[Answer]:
        """The answers by name; their files and what became of the others are on the disk."""
        log.info("%s: asking %s", label, ", ".join(node.name for node in nodes))
        answers = Question(self._grid, action, options, file, self._settings.deadline).ask(nodes)
        answers.sort(key=lambda answer: answer.node.name)
        self._check_names(answers)
        if action == "fit":
            for answer in answers:
                _read_model(answer)
        for answer in answers:
            if answer.text is not None:
                self._folder.save_text(label, answer.node.name, answer.text)
        self._folder.note_answers(label, answers)
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
            elif self._settings.sites and name not in self._settings.sites:
                answer.fail(f"{name} is none of the sites that take part")
            taken.add(name)

    def _one_shot(self, nodes: list[Node]) -> Model:
        answers = self._ask("fit", "local", self._settings.fit, self._settings.study, nodes)
        self._missing(answers)
        models = {answer.node.name: answer.model for answer in answers if answer.model is not None}
        self._need(len(models), "answered with a model")
        self._members = [answer.node for answer in answers if answer.model is not None]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FitWarning)  # below, of the model
            model = aggregate(models, **self._settings.aggregate)
        for text in model.warnings:
            log.warning("%s", text)
        self._folder.save("global-0.json", model)
        return model

    def _missing(self, answers: Sequence[Answer]) -> None:
        if not all(answer.node.is_registered for answer in answers):
            self._name_absent(answer.node.name for answer in answers)
        left_out = [f"{answer.node.name} ({answer.status})" for answer in answers if answer.error is not None]
        if left_out:
            log.warning("the model is made without %s", ", ".join(left_out))

    def _name_absent(self, there: Iterable[str]) -> None:
        absent = sorted(set(self._settings.sites) - set(there))
        if absent:
            log.warning("not there: %s", ", ".join(absent))
            self._folder.note(absent=absent)

    def _rounds(self, start: Model) -> Model:
        asked: list[Model] = []

        def ask(at: Model) -> dict[str, Answer]:
            if asked:
                self._folder.save(f"global-{len(asked)}.json", at)
            asked.append(at)
            label = f"round-{len(asked)}"
            answers = self._ask("statistics", label, self._settings.statistics, at.text, self._members)
            self._need(sum(answer.error is None for answer in answers), f"answered in {label}")
            return {answer.node.name: answer for answer in answers}

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FitWarning)
            try:
                model, done, ending = extra_rounds(start, self._settings.rounds, ask, self._settings.statistics)
            except (TooFewSites, ValueError) as problem:
                model, done, ending = asked[-1], len(asked) - 1, str(problem)
        if ending is not None:
            log.warning("extra rounds ended: %s", ending)
        for text in model.warnings:
            if text not in start.warnings:
                log.warning("%s", text)
        self._folder.note(rounds={"done": done, "asked": self._settings.rounds, "ending": ending})
        return model

    def _score(self, model: Model) -> None:
        answers = self._ask("scores", "scores", self._settings.scoring, model.text, self._members)
        for answer in answers:
            scores = answer.fields.get("scores")
            if answer.error is None and isinstance(scores, dict):
                named = ", ".join(f"{name} {value:g}" for name, value in scores.items() if isinstance(value, (int, float)))
                log.info("%s: %s", answer.node.name, named)


def _read_model(answer: Answer) -> None:
    if answer.error is None:
        try:
            answer.model = Model(answer.text or "", answer.node.name)
        except ValueError as problem:
            answer.fail(str(problem))
