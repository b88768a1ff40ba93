"""What runs at the coordinator, as ``pyproject.toml`` says."""

from pathlib import Path

import dmoe.flower

app = dmoe.flower.server_app(Path(__file__).parents[1])
