#!/usr/bin/env bash
# Builds the engine of the Python and the R package: one shared library, .build-c/engine/libdmoe.so, that needs neither Swift nor zlib
# where it is installed, and the licences of what is in it. Linux with glibc; its version on this machine is the least that it asks for.
set -euo pipefail
cd "$(dirname "$0")/.."

scratch=.build-c
engine=$scratch/engine
[ "$(uname -s)" = Linux ] || { echo "The engine is built on Linux." >&2; exit 1; }

archive() {
    local path
    for path in "/usr/lib/$(gcc -print-multiarch)/$1" "$(gcc -print-file-name="$1")"; do
        if [ -f "$path" ]; then readlink -f "$path"; return; fi
    done
    echo "$1 is not installed." >&2
    exit 1
}

# The module map asks for -lz: in this directory the linker finds the archive first.
link() {
    local work=$scratch/linking
    rm -rf "$work"
    mkdir -p "$work/archives" "$engine"
    ln -s "$(archive libz.a)" "$work/archives/libz.a"
    echo '{ global: dmoe_*; local: *; };' >"$work/exports.map"
    # One object: swiftc reads what to link from objects, not from archives, and the archive has objects of equal names.
    ld -r -o "$work/engine.o" --whole-archive "$scratch/release/libdmoe-c.a"
    swiftc -emit-library -static-stdlib -o "$work/libdmoe.so" "$work/engine.o" -L "$work/archives" \
        -Xlinker --version-script="$work/exports.map" -Xlinker --gc-sections -Xlinker -s -Xlinker -z -Xlinker defs \
        -Xlinker -Bsymbolic
    mv "$work/libdmoe.so" "$engine/libdmoe.so"
}

refuse_other_libraries() {
    local others
    others=$(objdump -p "$1" | awk '$1 == "NEEDED" { print $2 }' |
        grep -Ev '^(libc|libm|libdl|libpthread|librt|libstdc\+\+|libgcc_s|ld-linux-[a-z0-9-]+)\.so\.[0-9]+$' || true)
    [ -z "$others" ] || { echo "The engine needs libraries from outside the package:" $others >&2; exit 1; }
    others=$(objdump -T "$1" | awk '$4 == ".text" { print $NF }' | grep -v '^dmoe_' || true)
    [ -z "$others" ] || { echo "The engine shows symbols that are nobody's business:" $others >&2; exit 1; }
}

licences() {
    local target=$engine/licences
    rm -rf "$target"
    mkdir -p "$target"
    cp LICENSE "$target/dmoe.txt"
    cp "$(dirname "$(readlink -f "$(command -v swift)")")/../share/swift/LICENSE.txt" "$target/swift.txt"
    cp /usr/share/doc/zlib1g-dev/copyright "$target/zlib.txt"
}

Scripts/install-dependencies.sh
# An archive keeps objects of files that are gone.
rm -f "$scratch/release/libdmoe-c.a"
swift build -c release --product dmoe-c --static-swift-stdlib --scratch-path "$scratch"
# Several packages want the engine in turn: one archive is linked once.
sum=$(sha256sum <"$scratch/release/libdmoe-c.a")
if [ ! -f "$engine/libdmoe.so" ] || [ "$sum" != "$(cat "$engine/archive.sum" 2>/dev/null)" ]; then
    link
    echo "$sum" >"$engine/archive.sum"
fi
refuse_other_libraries "$engine/libdmoe.so"
licences
