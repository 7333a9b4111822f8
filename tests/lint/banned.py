"""Functions that haul does not call, each with its reason, and the few places that may all the same
(STYLE.md, rule 17)."""

import re
import sys

from sources import Tree, finish, room

UNBOUNDED = "writes without a bound"
UNCHECKED = "can't tell a bad number from 0"
SHELL = "runs a shell"
USER_FILES = "files are the business of the disk room"
SCREEN = "text for the user goes through the cli room"

# function: (reason, rooms or files that may call it)
BANNED = {
    "strcpy": (UNBOUNDED, set()),
    "strcat": (UNBOUNDED, set()),
    "stpcpy": (UNBOUNDED, set()),
    "sprintf": (UNBOUNDED, set()),
    "vsprintf": (UNBOUNDED, set()),
    "gets": (UNBOUNDED, set()),
    "strncpy": ("may leave out the NUL", set()),
    "strncat": ("its bound is not the buffer's", set()),
    "strtok": ("keeps state between callers", set()),
    "atoi": (UNCHECKED, set()),
    "atol": (UNCHECKED, set()),
    "atoll": (UNCHECKED, set()),
    "atof": (UNCHECKED, set()),
    "scanf": (UNCHECKED, set()),
    "sscanf": (UNCHECKED, set()),
    "fscanf": (UNCHECKED, set()),
    "system": (SHELL, set()),
    "popen": (SHELL, set()),
    "mktemp": ("another process can take the name first", set()),
    "tmpnam": ("another process can take the name first", set()),
    "alloca": ("the stack has no error", set()),
    "localtime": ("returns shared memory", set()),
    "gmtime": ("returns shared memory", set()),
    "ctime": ("returns shared memory", set()),
    "asctime": ("returns shared memory", set()),
    "malloc": ("use the xmalloc family", {"src/base/mem.c"}),
    "calloc": ("use the xmalloc family", {"src/base/mem.c"}),
    "realloc": ("use the xmalloc family", {"src/base/mem.c"}),
    "strdup": ("use xstrdup", set()),
    "strndup": ("use xstrndup", set()),
    "rand": ("use clock_chance", set()),
    "random": ("use clock_chance", set()),
    "printf": (SCREEN, {"cli"}),
    "vprintf": (SCREEN, {"cli"}),
    "puts": (SCREEN, {"cli"}),
    "putchar": (SCREEN, {"cli"}),
    "open": (USER_FILES, {"disk", "src/base/fd.c", "src/base/log.c", "src/control/endpoint.c",
                          "src/store/db.c", "src/store/known_folders.c", "src/net/netrc.c"}),
    "openat": (USER_FILES, {"disk"}),
    "creat": (USER_FILES, {"disk"}),
    "fopen": (USER_FILES, {"disk", "config", "src/cli/collect.c", "src/cli/outlet.c",
                           "src/cli/doctor_system.c", "ui/history.c", "ui/term.c", "ui/theme.c",
                           "ui/script.c"}),
    "unlink": (USER_FILES, {"disk", "src/control/endpoint.c"}),
    "unlinkat": (USER_FILES, {"disk"}),
    "remove": (USER_FILES, {"disk"}),
    "rename": (USER_FILES, {"disk"}),
    "renameat": (USER_FILES, {"disk"}),
    "renameat2": (USER_FILES, {"disk", "src/store/db.c"}),
}

CALL = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")


def calls(tree, path):
    """Name and line of each call of a banned function."""
    code = tree.code(path)
    for match in CALL.finditer(code):
        yield match.group(1), code.count("\n", 0, match.start()) + 1


def main():
    tree = Tree(sys.argv[1])
    findings = []
    unused = {(name, path) for name, (_, allowed) in BANNED.items()
              for path in allowed if path.endswith(".c")}
    for path in tree.paths():
        for name, line in calls(tree, path):
            reason, allowed = BANNED[name]
            unused.discard((name, path))
            if room(path) not in allowed and path not in allowed:
                findings.append(f"{path}:{line}: {name}(): {reason}")
    findings += [f"{path}: calls no {name}(), and needs no leave to" for name, path in unused]
    for path in tree.paths(("tests",)):  # they may touch files and print, and still not overrun
        findings += [f"{path}:{line}: {name}(): {UNBOUNDED}" for name, line in calls(tree, path)
                     if BANNED[name][0] == UNBOUNDED]
    finish(findings)


main()
