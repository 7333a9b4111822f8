#!/bin/sh
# Builds haul if needed and starts it: ./assets/run.sh [haul's options and URLs]
#
# On a bare Debian 12 it first installs what is missing (as root, or through sudo). A second run
# installs nothing and builds only what changed.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=$root/.build/release

# shellcheck source=assets/packages.sh
. "$root/assets/packages.sh"

# Runs a command silently; on failure shows the end of what it said.
quietly() {
    if ! "$@" >"$build/run.log" 2>&1; then
        tail -n 40 "$build/run.log" >&2
        echo "haul could not be built; the whole output is in $build/run.log" >&2
        return 1
    fi
}

# shellcheck disable=SC2086 # a list of names
packages_install $HAUL_BUILD_PACKAGES
mkdir -p "$build"
if [ ! -f "$build/build.ninja" ]; then
    echo "Building haul, this happens once…" >&2
    quietly cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release
fi
quietly cmake --build "$build" --target haul
exec "$build/haul" "$@"
