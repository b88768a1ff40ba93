#!/usr/bin/env bash
# The tests of dmoe.flower: runs in one process, in simulation, and on a SuperLink with four SuperNodes and TLS, all on 127.0.0.1.
set -euo pipefail
cd "$(dirname "$0")/.."

environment=python/.venv-flower

for program in openssl ssh-keygen; do
    command -v "$program" >/dev/null || { echo "Needed: $program." >&2; exit 1; }
done
[ -x "$environment/bin/python" ] || python3 -m venv "$environment"
wheel=$(ls python/dist/*.whl)
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check "$wheel[flower]" "flwr[simulation]>=1.42,<1.43" hatchling pandas pytest
# The same version built anew is installed anew.
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps "$wheel"
[ -x .build/release/dmoe ] || { echo "The command line is not built: make build." >&2; exit 1; }
# Not the sources beside the tests, which have the same name.
exec env -u DMOE_LIBRARY -u PYTHONPATH PYTHONSAFEPATH=1 "$environment/bin/python" -m pytest -q -p no:cacheprovider python/tests_flower "$@"
