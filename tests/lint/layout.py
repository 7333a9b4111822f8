"""Where things are: the top level is fixed, each .c of a room opens with a comment that says its job,
and includes the header beside it first."""

import os
import re
import sys

from sources import Tree, finish, room

TOP = {"CMakeLists.txt", "src", "ui", "include", "tests", "assets", "README.md", "LICENSE"}

LONGEST = 1000  # lines; STYLE.md asks at 700 whether two files share a job


def check_source(tree, path):
    text = tree.text(path)
    if not text.startswith("/*"):
        yield f"{path}:1: begin with a comment that says the file's job"
    if "\t" in text or "\r" in text or re.search(r"[ \t]$", text, re.MULTILINE):
        yield f"{path}: tabs, CR or blanks at a line's end"
    lines = text.count("\n")
    if lines > LONGEST:
        yield f"{path}: {lines} lines: does it do two things?"
    own = re.search(r'#include "([^"]+)"', text)
    header = path[:-2] + ".h"
    if tree.exists(header):
        expected = header.removeprefix("src/")
        if own and own.group(1) != expected:
            yield f'{path}: include "{expected}" first'


def check_header(tree, path):
    text = tree.text(path)
    guard = re.sub(r"\W", "_", path.removeprefix("src/").removeprefix("include/")).upper()
    if f"#ifndef {guard}\n#define {guard}\n" not in text:
        yield f"{path}: the include guard is {guard}"


def main():
    tree = Tree(sys.argv[1])
    findings = [f"{name}: not part of the top level" for name in sorted(os.listdir(tree.top))
                if not name.startswith(".") and name not in TOP]
    for path in tree.paths():
        if room(path) != "api" and path.endswith(".c"):
            findings += check_source(tree, path)
        if path.endswith(".h"):
            findings += check_header(tree, path)
    finish(findings)


main()
