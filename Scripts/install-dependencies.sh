#!/usr/bin/env bash
# Installs the C library that the package links on Linux, zlib. On Apple platforms it comes with the system.
set -euo pipefail

say_what_to_do() {
    echo "Needed: Swift 6.3 or later (swift.org/install), and the development files of zlib:" >&2
    echo "  Debian, Ubuntu   apt-get install zlib1g-dev" >&2
    echo "  Fedora           dnf install zlib-devel" >&2
    echo "  Arch             pacman -S zlib" >&2
    exit 1
}

if ! command -v swift >/dev/null; then
    echo "Swift is not installed." >&2
    say_what_to_do
fi
[ "$(uname -s)" = Darwin ] && exit 0

has_header() { printf '#include <%s>\n' "$1" | clang -E - >/dev/null 2>&1 || printf '#include <%s>\n' "$1" | cc -E - >/dev/null 2>&1; }

has_header zlib.h && exit 0

command -v apt-get >/dev/null || say_what_to_do
as_root=""
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || say_what_to_do
    as_root="sudo"
fi
echo "Installing zlib1g-dev ..." >&2
$as_root apt-get update -qq
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq zlib1g-dev >/dev/null
