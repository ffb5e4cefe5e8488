"""`python -m rewinddb` is the program `rewind`, which takes the place of Python."""

import os
import sys
from importlib import metadata
from typing import NoReturn, Optional


def program() -> Optional[str]:
    """Where the program is that was installed with this module."""
    for file in metadata.files("rewinddb") or []:
        if file.name == "rewind" and os.access(found := str(file.locate()), os.X_OK) and os.path.isfile(found):
            return os.path.realpath(found)
    return None


def main() -> NoReturn:
    found = program()
    if found is None:
        why = "the program was not installed with this module; the wheel of a release has it"
        print(f"rewinddb: {why}", file=sys.stderr)
        sys.exit(69)
    os.execv(found, [found, *sys.argv[1:]])


if __name__ == "__main__":
    main()
