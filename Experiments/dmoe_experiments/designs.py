"""Synthetic data by `dmoe simulate`."""

from __future__ import annotations

from dataclasses import dataclass

from .program import Program

EXPERTS = 5
FOLDER = "bench"


@dataclass(frozen=True)
class Design:
    """`rows` in all `sites` together; `capacity` is the number of groups that a site sees."""

    rows: int
    test_rows: int
    sites: int = 16
    profile: str = "balanced"
    capacity: int = EXPERTS
    shift: bool = False
    seed: int = 1

    @property
    def key(self) -> str:
        capacity = f"-k{self.capacity}" if self.capacity < EXPERTS else ""
        shift = "-shift" if self.shift else ""
        return f"{self.profile}{capacity}{shift}-n{self.rows}-m{self.sites}-t{self.test_rows}-r{self.seed:03d}"

    @property
    def fields(self) -> dict[str, object]:
        return {"profile": self.profile, "rows": self.rows, "sites": self.sites, "replicate": self.seed}

    def simulate(self, program: Program) -> None:
        """Writes the shards, the test set and the truth to `FOLDER`."""
        options: list[object] = ["--profile", self.profile, "--rows", self.rows, "--shards", self.sites]
        options += ["--test-rows", self.test_rows]
        if self.capacity < EXPERTS:
            options += ["--capacity", self.capacity]
        if self.shift:
            options += ["--shift"]
        program.run("simulate", *options, "--seed", self.seed, "-o", FOLDER, "--quiet")
