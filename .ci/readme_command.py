"""Print one of the README's two set-up commands, so that what is tested is what is written there."""

import re
import sys
from pathlib import Path

MARKS = {"run": "outlet run", "test": "pytest"}


def main() -> None:
    """Print the command that holds the mark of the wanted kind."""
    text = Path("README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^pip install -c constraints\.txt .*$", text, flags=re.MULTILINE)
    if len(commands) != len(MARKS):
        sys.exit(f"README.md: found {len(commands)} set-up commands; expected exactly {len(MARKS)}")
    print(next(command for command in commands if MARKS[sys.argv[1]] in command))


if __name__ == "__main__":
    main()
