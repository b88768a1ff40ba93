"""One model from sites that are nodes of Flower: each answers with what ``dmoe fit`` would write, the server aggregates.

An app is two lines, ``app = dmoe.flower.client_app()`` and ``app = dmoe.flower.server_app(folder)``; ``examples/flower`` is one that only
wants its ``pyproject.toml`` filled in. Flower 1.42 or later.
"""

try:
    from ._client import client_app
    from ._server import server_app
except ImportError as error:
    raise ImportError(f"dmoe.flower needs Flower 1.42 or later: pip install 'dmoe[flower]' ({error})") from error

__all__ = ["client_app", "server_app"]
