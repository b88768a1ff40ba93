"""The part of the coordinator: a run of an app on the nodes of a grid."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flwr.app import Context
from flwr.serverapp import Grid, ServerApp

from .._federation.answers import Answer, Node
from .._federation.learning import Learning
from ._asking import Question, log, wait_for_nodes
from ._folder import Folder
from ._settings import Settings


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


class Run(Learning):
    """One run of an app."""

    def __init__(self, grid: Grid, settings: Settings, folder: Folder) -> None:
        super().__init__(settings, folder, log)
        self._grid = grid
        self._settings = settings

    def nodes(self) -> list[Node]:
        return wait_for_nodes(self._grid, self._settings.sites, self._settings.min_nodes, self._settings.wait)

    def question(self, action: str, label: str, options: dict[str, Any], file: str | None, nodes: Sequence[Node]) -> list[Answer]:
        return Question(self._grid, action, options, file, self._settings.deadline).ask(nodes)
