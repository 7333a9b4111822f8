"""Each header compiles alone, with the include paths of its own room: who includes it needs nothing
before it. A header that starts with another room's type without including it fails here."""

import concurrent.futures
import json
import os
import shlex
import subprocess
import sys

from sources import Tree, finish, room


def include_flags(build):
    """The -I, -isystem, -D and -std flags of each room, from the build's own commands."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        commands = json.load(file)
    flags = {}
    for entry in commands:
        path = os.path.relpath(entry["file"], sys.argv[1])
        if path.startswith(("src/", "ui/")):
            words = shlex.split(entry["command"])
            kept = []
            for i, word in enumerate(words):
                if word.startswith(("-I", "-D", "-std")):
                    kept.append(word)
                elif word == "-isystem":
                    kept += words[i:i + 2]
            flags.setdefault(room(path), (words[0], kept))
    flags["api"] = flags["base"]
    return flags


def check(top, path, compiler, flags):
    """What the compiler says about PATH alone, or None."""
    done = subprocess.run(
        [compiler, *flags, "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-x", "c", "-include",
         os.path.join(top, path), os.devnull], capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"{path}: does not compile alone\n{done.stderr}"


def main():
    tree = Tree(sys.argv[1])
    flags = include_flags(sys.argv[2])
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda path: check(tree.top, path, *flags[room(path)]),
                           [path for path in tree.paths(suffixes=(".h",)) if room(path) in flags])
        finish([finding for finding in results if finding])


main()
