#!/usr/bin/env bash
# Measures haul beside other tools: ./tests/bench/run.sh [case…]
#
# On a bare Debian 12 it first installs the other tools (as root, or through sudo), then builds haul
# (Release) and two small helpers, serves made-up files with nginx on loopback, lets the tools take
# turns, checks every file byte for byte, and prints medians and what became of the goals.
#   BENCH_RUNS=N       runs of each tool (5)
#   BENCH_MEMORY=DIR   a tmpfs with 3 GiB to spare (/dev/shm)
#   BENCH_DISK=DIR     a folder on a disk, for the cases that want one ($TMPDIR or /tmp)
#   BENCH_HAUL=FILE    another haul instead of building this one
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$here/../.." && pwd)
build=$root/.build/release
helpers=$root/.build/bench
packages="gcc libc6-dev libssl-dev sqlite3 python3 python3-aiohttp nginx-light openssl aria2 wget2 curl axel"

# Shows what a failed command said.
quietly() {
    "$@" >"$helpers/log" 2>&1 || {
        tail -n 40 "$helpers/log" >&2
        exit 1
    }
}

# Installs the named packages without letting a server start a service only because it is measured
# against: Debian asks policy-rc.d first.
install_without_services() {
    local policy=/usr/sbin/policy-rc.d
    if [[ -n $(packages_missing "$@") && ! -e $policy ]]; then
        trap 'packages_as_root rm -f /usr/sbin/policy-rc.d' EXIT
        printf '#!/bin/sh\nexit 101\n' | packages_as_root install -m 755 /dev/stdin "$policy"
    fi
    packages_install "$@"
}

# shellcheck source=assets/packages.sh
. "$root/assets/packages.sh"
if command -v nginx >/dev/null; then
    packages=${packages/nginx-light/} # any nginx will do
fi
if [[ -z ${BENCH_HAUL:-} ]]; then
    packages="$packages $HAUL_BUILD_PACKAGES"
fi
# shellcheck disable=SC2086 # lists of names
(install_without_services $packages)

mkdir -p "$helpers"
if [[ -z ${BENCH_HAUL:-} ]]; then
    quietly cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release
    quietly cmake --build "$build" --target haul
fi
quietly cc -O2 -D_GNU_SOURCE "$here/meter.c" -o "$helpers/meter"
quietly cc -O2 -D_GNU_SOURCE "$here/loop.c" -o "$helpers/loop" -lssl -lcrypto

exec /usr/bin/python3 -B "$here/bench.py" --haul "${BENCH_HAUL:-$build/haul}" \
    --meter "$helpers/meter" --loop "$helpers/loop" --memory "${BENCH_MEMORY:-/dev/shm}" \
    --disk "${BENCH_DISK:-${TMPDIR:-/tmp}}" --runs "${BENCH_RUNS:-5}" -- "$@"
