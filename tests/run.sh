#!/usr/bin/env bash
# Runs every test of haul: ./tests/run.sh
#
# On a bare Debian 12 it first installs what is missing (as root, or through sudo), then builds with
# AddressSanitizer and UndefinedBehaviorSanitizer and runs all of ctest. The last line counts:
# "N passed, N failed" and, when tests could not run here, ", N skipped". Status 0: none failed.
# Arguments go to ctest, as in `./tests/run.sh -R flow/`.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/.build/tests
packages="libcmocka-dev libvterm-dev tmux nginx-light vsftpd openssh-server python3 valgrind \
clang-format clang-tidy clang procps openssl util-linux passwd groff-base systemd"

# Installs the named packages, and sees to it that no server starts a service only because it came
# for the tests: Debian asks policy-rc.d first.
install_quietly() {
    local policy=/usr/sbin/policy-rc.d status=0
    if [[ -e $policy ]] || ! packages_can_install; then
        packages_install "$@"
        return
    fi
    trap 'packages_as_root rm -f '"$policy" EXIT
    printf '#!/bin/sh\nexit 101\n' | packages_as_root install -m 755 /dev/stdin "$policy"
    packages_install "$@" || status=$?
    packages_as_root rm -f "$policy"
    trap - EXIT
    return "$status"
}

# Counts the outcomes in ctest's report and prints the last line.
count_results() {
    local report=$1
    python3 - "$report" <<'PYTHON'
import sys
import xml.etree.ElementTree as tree

suite = tree.parse(sys.argv[1]).getroot()
total, failed, skipped = (int(suite.get(name, 0)) for name in ("tests", "failures", "skipped"))
skipped += int(suite.get("disabled", 0))
for case in suite.iter("testcase"):
    output = case.findtext("system-out") or ""
    for line in output.splitlines():
        if line.startswith("skipped: "):
            print(f"{case.get('name')}: {line}")
line = f"{total - failed - skipped} passed, {failed} failed"
print(line + (f", {skipped} skipped" if skipped else ""))
PYTHON
}

# shellcheck source=assets/packages.sh
. "$root/assets/packages.sh"
# shellcheck disable=SC2086 # lists of names
if [[ -n $(packages_missing $HAUL_BUILD_PACKAGES $packages) ]]; then
    install_quietly $HAUL_BUILD_PACKAGES $packages
fi

mkdir -p "$build"
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Asan -DHAUL_TESTS=ON -DHAUL_WERROR=ON \
    >"$build/cmake.log" || {
    cat "$build/cmake.log"
    exit 1
}
if ! cmake --build "$build"; then
    echo "The build failed."
    echo "0 passed, 1 failed"
    exit 1
fi

report=$build/report.xml
rm -f "$report"
status=0
# Three at once on each core: tests wait a lot, and more of them would only make each slower.
ctest --test-dir "$build" --output-on-failure -j "$(($(nproc) * 3))" --output-junit "$report" "$@" ||
    status=$?
count_results "$report"
exit "$status"
