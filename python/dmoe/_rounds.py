"""Extra rounds of distributed EM: the sites release their statistics at a model, the engine makes the next one of them."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from . import _engine
from ._model import Model
from ._requests import encoded, own_rows
from ._warnings import warn


class Released(Protocol):
    """The answer of a site: the text of its statistics, or why there are none."""

    @property
    def text(self) -> str | None: ...

    @property
    def error(self) -> str | None: ...


def extra_rounds(
    start: Model, rounds: int, ask: Callable[[Model], Mapping[str, Released]], arguments: Mapping[str, Any]
) -> tuple[Model, int, str | None]:
    """The model after the last round that did no harm, how many it has in it, and why there are no more.

    The sites are asked once more than there are rounds, so that no update is kept that did harm; the rules are the engine's.
    """
    models = [start]
    for number in range(rounds + 1):
        outcome = _round(models[-1], ask(models[-1]), is_last=number == rounds, arguments=arguments)
        if outcome["isTakenBack"]:
            models.pop()
        ending = outcome.get("ending")
        if ending is not None:
            warn([f"extra rounds ended: {ending}"])
            return models[-1], len(models) - 1, ending
        if outcome.get("model") is not None:
            models.append(Model.loads(outcome["model"]))
    return models[-1], rounds, None


def _round(
    model: Model, answers: Mapping[str, Released], *, is_last: bool, arguments: Mapping[str, Any]
) -> dict[str, Any]:
    sites = [
        {"name": name} if answer.error is None else {"name": name, "reason": answer.error}
        for name, answer in answers.items()
    ]
    threshold = own_rows(arguments) or {"minRows": arguments.get("min_rows")}
    request = encoded({"sites": sites, "isLast": is_last, **threshold})
    texts = [(answer.text or "").encode() for answer in answers.values() if answer.error is None]
    pointers = (ctypes.c_char_p * len(texts))(*texts)
    function = _engine.library().dmoe_round
    return json.loads(_engine.answer(function(model.handle, request, pointers, len(texts))))
