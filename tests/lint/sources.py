"""What the lints share: which files there are, their text without comments, and the report.

A lint is a file in this folder, called with the top of the tree and the build folder; it ends with
1 after naming each finding as `path:line: what is wrong, and what to do`.
"""

import os
import re
import sys


class Tree:
    """The sources under TOP."""

    def __init__(self, top):
        self.top = top

    def paths(self, folders=("src", "ui", "include"), suffixes=(".c", ".h")):
        """Relative paths, sorted."""
        found = []
        for folder in folders:
            for base, _, names in os.walk(os.path.join(self.top, folder)):
                found += [os.path.relpath(os.path.join(base, name), self.top)
                          for name in names if name.endswith(suffixes)]
        return sorted(found)

    def exists(self, path):
        return os.path.exists(os.path.join(self.top, path))

    def text(self, path):
        with open(os.path.join(self.top, path), encoding="utf-8") as file:
            return file.read()

    def code(self, path):
        """The text with comments, strings and character constants blanked, lines kept."""
        return blank(self.text(path))


_TOKENS = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def blank(text):
    def keep_lines(match):
        return re.sub(r"[^\n]", " ", match.group())
    return _TOKENS.sub(keep_lines, text)


def room(path):
    """The room a source belongs to: "net", "ui", "api" for the contracts, "main" for src/main.c."""
    parts = path.split("/")
    if parts[0] == "include":
        return "api"
    if parts[0] == "ui":
        return "ui"
    return parts[1] if len(parts) > 2 else "main"


def finish(findings):
    """Prints the findings and exits."""
    for finding in findings:
        print(finding)
    if findings:
        print(f"{len(findings)} findings")
    sys.exit(1 if findings else 0)
