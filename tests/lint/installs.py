"""`cmake --install` puts the program, its man page, the completions and the themes where they are
looked for."""

import os
import subprocess
import sys
import tempfile

from sources import finish

WANTED = ["bin/haul", "share/man/man1/haul.1", "share/bash-completion/completions/haul",
          "lib/systemd/user/haul@.service", "lib/systemd/user/haul@.socket", "share/zsh/site-functions/_haul", "share/fish/vendor_completions.d/haul.fish"]
WANTED += [f"share/haul/themes/{name}.theme"
           for name in ("default", "light", "high-contrast", "color-blind", "mono")]


def main():
    with tempfile.TemporaryDirectory() as prefix:
        done = subprocess.run(["cmake", "--install", sys.argv[2], "--prefix", prefix],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            finish([done.stderr])
        found = {os.path.relpath(os.path.join(folder, name), prefix)
                 for folder, _, names in os.walk(prefix) for name in names}
    finish([f"{path} is not installed" for path in WANTED if path not in found]
           + [f"{path} is installed, but not by intent" for path in sorted(found - set(WANTED))])


main()
