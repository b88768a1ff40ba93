"""The wheel holds a library of one platform, which no version of Python matters to."""

import os
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel


class EngineDistribution(Distribution):
    def has_ext_modules(self) -> bool:
        return True


class EngineWheel(bdist_wheel):
    def run(self) -> None:
        if not Path(__file__).with_name("dmoe").joinpath("libdmoe.so").exists():
            raise SystemExit("the engine is not built: make wheel")
        super().run()

    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", os.environ.get("DMOE_PLATFORM") or super().get_tag()[2]


setup(distclass=EngineDistribution, cmdclass={"bdist_wheel": EngineWheel})
