# Sourced by assets/run.sh and tests/run.sh: which Debian packages haul needs, and a function that
# installs the missing ones. It asks dpkg first, so that a second run calls no apt at all.
# Works in any POSIX shell and sets no shell options.
# shellcheck shell=sh

# What building and running haul takes; the scripts that source this file use it.
# shellcheck disable=SC2034
HAUL_BUILD_PACKAGES="gcc cmake ninja-build pkg-config libc6-dev libcurl4-openssl-dev libuv1-dev \
libncurses-dev libsqlite3-dev libjansson-dev libssl-dev uthash-dev libutf8proc-dev \
ca-certificates"

# Prints those of the named packages that are not installed, on one line.
packages_missing() {
    packages_installed=" $(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
        awk '$2 == "installed" { printf "%s ", $1 }') "
    packages_absent=
    for package in "$@"; do
        case "$packages_installed" in
        *" $package "*) ;;
        *) packages_absent="$packages_absent $package" ;;
        esac
    done
    printf '%s\n' "${packages_absent# }"
}

# Runs a command with the rights to install, asking sudo when this is not root.
packages_as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# Is there apt-get, and are there the rights to call it?
packages_can_install() {
    command -v apt-get >/dev/null 2>&1 &&
        { [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null 2>&1; }
}

# Installs the packages named on the command line; quiet unless it fails. $packages_log holds what
# apt-get said.
packages_apt_install() {
    packages_as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q -o DPkg::Lock::Timeout=120 \
        --no-install-recommends "$@" >>"$packages_log" 2>&1 </dev/null
}

# packages_install NAME…: installs the missing ones. The package lists are refreshed only when they
# turn out to be too old. Fails with a sentence on stderr.
packages_install() {
    packages_wanted=$(packages_missing "$@")
    if [ -z "$packages_wanted" ]; then
        return 0
    fi
    if ! packages_can_install; then
        echo "These packages are missing; install them as root, or with sudo and apt-get here:" \
            "$packages_wanted" >&2
        return 1
    fi
    echo "Installing: $packages_wanted" >&2
    packages_log=$(mktemp) || return 1
    packages_status=0
    # The names are words without spaces: splitting is wanted.
    # shellcheck disable=SC2086
    if ! packages_apt_install $packages_wanted; then
        packages_as_root apt-get update -q >>"$packages_log" 2>&1 </dev/null
        packages_apt_install $packages_wanted || packages_status=1
    fi
    if [ "$packages_status" -ne 0 ]; then
        tail -n 15 "$packages_log" >&2
        echo "Some packages could not be installed: $packages_wanted." \
            "Try 'apt-get update' and 'apt-get install' by hand." >&2
    fi
    rm -f "$packages_log"
    return "$packages_status"
}
