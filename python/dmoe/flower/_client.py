"""The part of a node: it answers with files, or in one line why not."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from flwr.app import Context, Message
from flwr.clientapp import ClientApp

from .._federation.sites import Asked, answered, fit, scores, statistics
from ._messages import packed, unpacked
from ._reading import rows_of, scored_rows_of
from ._site import Site


def client_app() -> ClientApp:
    """The ClientApp of a site."""
    app = ClientApp()
    for action, work, read in (("fit", fit, rows_of), ("statistics", statistics, rows_of), ("scores", scores, scored_rows_of)):
        app.query(action)(_answering(work, read))
    return app


_Work = Callable[[Site, Asked, Callable[[], Any]], tuple[dict[str, Any], str | None]]


def _answering(work: _Work, read: Callable[[Site], Any]) -> Callable[[Message, Context], Message]:
    def answer(message: Message, context: Context) -> Message:
        asked, site = Asked(time.monotonic()), Site()

        def worked() -> tuple[dict[str, Any], str | None]:
            nonlocal site
            site = Site.of_context(context.node_config, context.run_config)
            fields, asked.file = unpacked(message.content)
            asked.options, asked.seconds = fields["options"], fields["seconds"]
            return work(site, asked, lambda: read(site))

        fields, file = answered(worked, asked, lambda: site.paths)
        fields |= {"name": site.name, "working": round(time.monotonic() - asked.start, 3)}
        return Message(packed(fields, file), reply_to=message)

    return answer
