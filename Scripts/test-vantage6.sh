#!/usr/bin/env bash
# The tests of dmoe.vantage6, on the mock network of vantage6's algorithm tools, and the command of the image without a container.
set -euo pipefail
cd "$(dirname "$0")/.."

environment=python/.venv-vantage6

[ -x "$environment/bin/python" ] || python3 -m venv "$environment"
wheel=$(ls python/dist/*.whl)
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check "$wheel[vantage6]" "vantage6-algorithm-tools>=4.15,<4.16" pytest
# The same version built anew is installed anew.
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps "$wheel"
[ -x .build/release/dmoe ] || { echo "The command line is not built: make build." >&2; exit 1; }
if command -v hadolint >/dev/null; then hadolint examples/vantage6/Dockerfile; fi
# Not the sources beside the tests, which have the same name.
exec env -u DMOE_LIBRARY -u PYTHONPATH PYTHONSAFEPATH=1 "$environment/bin/python" -m pytest -q -p no:cacheprovider python/tests_vantage6 "$@"
