"""All C is as clang-format 14 writes it with our .clang-format; other versions differ in details,
so only that one counts."""

import shutil
import subprocess
import sys

from sources import Tree, finish


def main():
    tool = shutil.which("clang-format-14") or shutil.which("clang-format")
    version = tool and subprocess.run([tool, "--version"], capture_output=True, text=True,
                                      check=True).stdout
    if not version or " version 14." not in version:
        print("skipped: clang-format 14 is not installed")
        sys.exit(77)
    tree = Tree(sys.argv[1])
    paths = tree.paths(folders=("src", "ui", "include", "tests"))
    done = subprocess.run([tool, "--dry-run", "-Werror", *paths], cwd=tree.top,
                          capture_output=True, text=True, check=False)
    if done.returncode == 0:
        finish([])
    wrong = sorted({line.split(":")[0] for line in done.stderr.splitlines()
                    if "-Wclang-format-violations" in line})
    finish([f"{path}: run clang-format -i" for path in wrong] or [done.stderr])


main()
