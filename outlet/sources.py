"""Tell when a compiled kernel on disk is out of date: numba looks at the file that holds it, not at those it imports.

A kernel takes in the kernels it calls and the shapes of the tuples it is given, so that one compiled before a change in
another file would give the answers of before, or crash. The stamp of a file is a digest of it and of all it imports
from these packages, and what those import.
"""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILER = "outlet/compiled.py"
"""Says how kernels are compiled; what it imports goes into none of them."""
_IMPORT = re.compile(r"^from ((?:outlet|siting|layout)[\w.]*) import (?:\(([^)]*)\)|(.*))", re.MULTILINE)


@cache
def stamp_of(file: Path) -> str:
    """Return the stamp of a file of Python; files are read once a process."""
    waiting, seen, digest = [file], {file}, sha256()
    while waiting:
        content, imported = _read(waiting.pop())
        digest.update(content)
        new = [other for other in imported if other not in seen]
        seen.update(new)
        waiting.extend(new)
    return digest.hexdigest()


@cache
def _read(file: Path) -> tuple[bytes, tuple[Path, ...]]:
    """Return the digest of a file and the files it imports from, in the order of its lines."""
    text = file.read_bytes()
    found: dict[Path, None] = {}
    if file == ROOT / COMPILER:
        return sha256(text).digest(), ()
    for package, several, single in _IMPORT.findall(text.decode("utf-8")):
        folder = ROOT.joinpath(*package.split("."))
        names = re.findall(r"\w+", several or single)
        for place in (folder.with_suffix(".py"), folder / "__init__.py", *(folder / f"{name}.py" for name in names)):
            if place.is_file():
                found[place] = None
    return sha256(text).digest(), tuple(found)
