"""Who may include whom: the rooms of DESIGN.md section 3, and the libraries of one room.

CMake's include paths enforce most of it by not compiling; this says it in one place, and adds what
include paths can't say."""

import re
import sys

from sources import Tree, finish, room

# room: the other rooms whose headers it may include
ROOMS = {
    "api": set(),
    "base": set(),
    "net": {"base"},
    "disk": {"base"},
    "store": {"base"},
    "config": {"base"},
    "input": {"base"},
    "engine": {"base", "net", "disk", "store", "config"},
    "control": {"base", "config"},
    "cli": {"base", "config", "input"},
    "ui": {"base", "config", "input"},
    "main": {"base", "cli", "ui"},
}

# file: the one room beyond its room's that it may include
FILES = {"src/cli/bridge.c": {"control"}, "src/cli/daemon.c": {"control"}}

# the contracts that not every room may see
CONTRACTS = {
    "haul/engine.h": {"engine", "control", "src/cli/get.c", "src/cli/progress.h",
                      "src/cli/progress_line.h", "src/cli/daemon.c", "src/cli/version.c",
                      "src/cli/doctor.c", "src/cli/hooks.h"},
    "haul/client.h": {"control", "cli", "ui"},
}

# header (pattern): the rooms that may include it
LIBRARIES = {
    r"curl/.*": {"net"},
    r"sqlite3\.h": {"store"},
    r"(n?curses|ncursesw?/.*|term)\.h": {"ui"},
    r"jansson\.h": {"control", "cli"},
    r"utf8proc\.h": {"base"},
    r"openssl/.*": {"net", "disk"},
    r"uv\.h": {"base", "net", "disk", "store", "engine", "control", "cli", "ui"},
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def check_own(tree, path, target):
    """What is wrong with `#include "TARGET"` in PATH, or None."""
    mine = room(path)
    if "../" in target or target.startswith("./") or "/" not in target:
        return f'"{target}": write room/file.h'
    owner = target.split("/")[0]
    if owner == "haul":
        if not (tree.exists("include/" + target) or tree.exists(f"include/{target}.in")):
            return f'"{target}": no such contract'
        allowed = CONTRACTS.get(target)
        if allowed is not None and mine not in allowed and path not in allowed and mine != "api":
            return f'"{target}" is not for {mine}'
        return None
    if not tree.exists(f"ui/{target[3:]}" if owner == "ui" else f"src/{target}"):
        return f'"{target}": no such file'
    if owner != mine and owner not in ROOMS[mine] | FILES.get(path, set()):
        return f'"{target}": {mine} may not include {owner}'
    return None


def check_library(path, target):
    for pattern, rooms in LIBRARIES.items():
        if re.fullmatch(pattern, target) and room(path) not in rooms:
            return f"<{target}> belongs to {', '.join(sorted(rooms))}"
    if target.split("/")[0] in ROOMS:
        return f'<{target}>: our own headers are included with ""'
    return None


def main():
    tree = Tree(sys.argv[1])
    findings = []
    for path in tree.paths(suffixes=(".c", ".h", ".h.in")):
        if room(path) not in ROOMS:
            findings.append(f"{path}: not in a room that DESIGN.md names")
            continue
        text = tree.text(path)
        for match in INCLUDE.finditer(text):
            quote, target = match.groups()
            wrong = (check_own(tree, path, target) if quote == '"'
                     else check_library(path, target))
            if wrong:
                line = text.count("\n", 0, match.start()) + 1
                findings.append(f"{path}:{line}: {wrong}")
    finish(findings)


main()
