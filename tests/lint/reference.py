"""The man page and the completions are those that the tables of options, commands and keys make.

    for kind in man bash zsh fish; do .build/tests/tests/reference $kind >FILE; done
    python3 tests/lint/reference.py . .build/tests --write     # the same for all of them
"""

import os
import subprocess
import sys

from sources import Tree, finish

FILES = {"man": "assets/man/haul.1", "bash": "assets/completions/haul.bash",
         "zsh": "assets/completions/_haul", "fish": "assets/completions/haul.fish"}


def made(build, kind):
    return subprocess.run([os.path.join(build, "tests", "reference"), kind], capture_output=True,
                          text=True, check=True).stdout


def main():
    tree = Tree(sys.argv[1])
    findings = []
    for kind, path in FILES.items():
        text = made(sys.argv[2], kind)
        if "--write" in sys.argv:
            with open(os.path.join(tree.top, path), "w", encoding="utf-8") as file:
                file.write(text)
        elif not tree.exists(path) or tree.text(path) != text:
            findings.append(f"{path}: not what the tables say; run "
                            f"python3 tests/lint/reference.py . BUILD-FOLDER --write")
    finish(findings)


main()
