"""The Python package and its engine have one version."""

import dmoe


def test_the_engine_has_the_version_of_the_package() -> None:
    assert dmoe.engine_version().replace("-dev", ".dev0") == f"dmoe {dmoe.__version__}"
