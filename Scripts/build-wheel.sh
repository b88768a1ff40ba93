#!/usr/bin/env bash
# Builds the wheel of the Python package, with the engine in it as one shared library.
set -euo pipefail
cd "$(dirname "$0")/.."

engine=.build-c/engine
package=python/dmoe

platform() {
    local version
    version=$(objdump -T "$1" | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -1)
    version=${version#GLIBC_}
    echo "manylinux_${version//./_}_$(uname -m)"
}

Scripts/build-engine.sh
cp "$engine/libdmoe.so" "$package/libdmoe.so"
rm -rf "$package/licences" python/build python/dist
cp -r "$engine/licences" "$package/licences"
DMOE_PLATFORM=$(platform "$package/libdmoe.so") \
    python3 -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir python/dist ./python
ls -l python/dist/*.whl
