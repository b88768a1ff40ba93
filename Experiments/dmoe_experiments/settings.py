"""How large the experiments are, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

#: All estimators of `dmoe compare`, in the order of the tables.
METHODS = (
    "pooled", "mixture", "published", "transport-label", "transport-density", "transport-statistics", "distillation",
    "transport", "greedy", "aligned", "average", "medoid", "best", "federated",
)  # fmt: skip
PROFILES = ("balanced", "moderate", "severe")


@dataclass(frozen=True)
class Sizes:
    """Rows are those of all sites together; replicates are independent data sets."""

    test_rows: int
    homogeneous_rows: tuple[int, ...]
    homogeneous_replicates: int
    capacity_replicates: int
    site_rows: tuple[int, ...]
    site_replicates: int
    support_rows: int
    support_replicates: int
    shift_replicates: int
    inconsistent_rows: int
    inconsistent_replicates: int
    clean_replicates: int
    beijing_experts: tuple[int, ...]


DEFAULT = Sizes(
    test_rows=5_000,
    homogeneous_rows=(100_000,), homogeneous_replicates=10,
    capacity_replicates=3,
    site_rows=(100_000,), site_replicates=1,
    support_rows=20_000, support_replicates=1,
    shift_replicates=3,
    inconsistent_rows=24_000, inconsistent_replicates=3, clean_replicates=20,
    beijing_experts=(2, 4, 6, 8),
)  # fmt: skip
FULL = Sizes(
    test_rows=20_000,
    homogeneous_rows=(100_000, 300_000, 1_000_000), homogeneous_replicates=100,
    capacity_replicates=20,
    site_rows=(100_000, 300_000, 1_000_000), site_replicates=5,
    support_rows=100_000, support_replicates=20,
    shift_replicates=20,
    inconsistent_rows=120_000, inconsistent_replicates=20, clean_replicates=100,
    beijing_experts=(2, 3, 4, 5, 6, 7, 8),
)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    program: Path
    results: Path
    sizes: Sizes
    #: The longest time of a replicate's programs together.
    seconds: float | None = None
