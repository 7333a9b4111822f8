"""The completions complete: bash and fish are asked, zsh reads its file. A shell that is not
installed is left out; bash is needed."""

import os
import shutil
import subprocess
import sys
import tempfile

from sources import finish

BASH = """
compopt() { :; }
source "$1"
COMP_WORDS=("${@:2}")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_haul
printf '%s\\n' "${COMPREPLY[@]}"
"""

# words of a command line, as bash cuts them, and what completes the last one
CASES = [
    (["haul", "pau"], ["pause"]),
    (["haul", "help", "ver"], ["version"]),
    (["haul", "get", "--if"], ["--if-exists"]),
    (["haul", "get", "--if-exists", ""], ["fail", "overwrite", "rename", "skip"]),
    (["haul", "get", "--if-exists", "=", "ski"], ["skip"]),
    (["haul", "get", "--if-exists", "="], ["fail", "overwrite", "rename", "skip"]),
    (["haul", "--cac"], ["--cacert"]),
    (["haul", "list", "--cac"], []),
    (["haul", "set", "--reset", "j"], ["jobs"]),
    (["haul", "move", "t"], ["top"]),
    (["haul", "get", "--header", ""], []),
    (["haul", "add", "-d", "fol"], ["folder"]),
    (["haul", "add", "-i", "f"], ["file.txt", "folder"]),
    (["haul", "http://pause", "pau"], []),
]


def bash(path, words, work):
    done = subprocess.run(["bash", "--norc", "-c", BASH, "bash", path, *words], cwd=work,
                          capture_output=True, text=True, check=False)
    return done.stdout.split(), done.stderr


def fish(path, words, work):
    line = " ".join(words).replace(" = ", "=")
    done = subprocess.run(["fish", "--no-config", "-c", f"source {path}; complete -C '{line}'"],
                          cwd=work, capture_output=True, text=True, check=False,
                          env={**os.environ, "HOME": work + ".home",
                               "XDG_DATA_HOME": work + ".home"})
    found = [one.split("\t")[0].rstrip("/") for one in done.stdout.splitlines()]
    return [one.rpartition("=")[2] for one in found], done.stderr


def check(shell, ask, path, work):
    for words, wanted in CASES:
        if shell == "fish" and words[-1] == "=":
            continue
        got, errors = ask(path, words, work)
        if sorted(got) != wanted or errors:
            yield f"{path}: {' '.join(words)!r} gives {sorted(got)}, not {wanted} {errors}"


def main():
    folder = os.path.join(os.path.abspath(sys.argv[1]), "assets", "completions")
    findings = []
    with tempfile.TemporaryDirectory() as top:
        work = os.path.join(top, "work")
        os.mkdir(work)
        os.mkdir(os.path.join(work, "folder"))
        with open(os.path.join(work, "file.txt"), "w", encoding="ascii"):
            pass
        findings += check("bash", bash, os.path.join(folder, "haul.bash"), work)
        if shutil.which("fish"):
            findings += check("fish", fish, os.path.join(folder, "haul.fish"), work)
    if shutil.which("zsh"):
        done = subprocess.run(["zsh", "-n", os.path.join(folder, "_haul")], capture_output=True,
                              text=True, check=False)
        findings += [done.stderr] if done.returncode != 0 else []
    finish(findings)


main()
