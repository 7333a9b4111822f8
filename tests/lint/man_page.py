"""The man page is proper: groff and mandoc (where it is installed) have nothing to say, and the
reader sees every option."""

import os
import re
import shutil
import subprocess
import sys

from sources import Tree, finish

PAGE = "assets/man/haul.1"


def main():
    tree = Tree(sys.argv[1])
    path = os.path.join(tree.top, PAGE)
    findings = []
    if not shutil.which("groff"):
        print("skipped: groff is not installed")
        sys.exit(77)
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", path], capture_output=True, text=True,
                          env={**os.environ, "GROFF_NO_SGR": "1"}, check=False)
    findings += done.stderr.splitlines()
    shown = re.sub(r".\x08", "", done.stdout)
    for option in re.findall(r'(?:ITEM|SESSION|CLIENT)\("([^"]+)"', tree.text("src/config/options.c")):
        if not re.search(rf"--{option}\b", shown):
            findings.append(f"{PAGE}: --{option} can't be read")
    if any(len(line) > 80 for line in shown.splitlines()):
        findings.append(f"{PAGE}: wider than 80 columns")
    if shutil.which("mandoc"):
        done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", path],
                              capture_output=True, text=True, check=False)
        findings += done.stdout.splitlines()
    finish(findings)


main()
