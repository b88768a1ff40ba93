#!/usr/bin/env bash
# The tests of the Python package on the wheel in python/dist, in an environment of their own.
set -euo pipefail
cd "$(dirname "$0")/../python"
[ -x .venv/bin/python ] || python3 -m venv .venv
wheel=$(ls dist/*.whl)
.venv/bin/python -m pip install --quiet --disable-pip-version-check "$wheel[test]"
# The same version built anew is installed anew.
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall "$wheel"
# Not the sources beside the tests, which have the same name.
env -u PYTHONPATH -u DMOE_LIBRARY PYTHONSAFEPATH=1 .venv/bin/python -m pytest -q "$@"
