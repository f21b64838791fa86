"""Put something in a file's place that is no ordinary file: nothing, a folder, a link, a pipe, a device."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

Place = Callable[[Path], None]


def nothing(file: Path) -> None:
    """Remove the file."""
    file.unlink()


def folder(file: Path) -> None:
    """Put a folder in its place."""
    file.unlink()
    file.mkdir()
    (file / "x.txt").write_text("x", encoding="utf-8")


def link_out(file: Path) -> None:
    """Put a link in its place that leads out of the project."""
    outside = file.parents[len(file.parents) - 1] / "etc" / "hostname"
    file.unlink()
    file.symlink_to(outside)


def link_to_itself(file: Path) -> None:
    """Put a link in its place that leads to itself."""
    file.unlink()
    file.symlink_to(file.name)


def broken_link(file: Path) -> None:
    """Put a link in its place that leads nowhere."""
    file.unlink()
    file.symlink_to("nowhere")


def pipe(file: Path) -> None:
    """Put a named pipe in its place, from which nothing ever comes."""
    file.unlink()
    os.mkfifo(file)


def device(file: Path) -> None:
    """Put a link to an endless device in its place."""
    file.unlink()
    file.symlink_to("/dev/zero")


def forbidden(file: Path) -> None:
    """Take away the right to read it (which does not bind the superuser)."""
    file.chmod(0)


def sparse(file: Path) -> None:
    """Make the file 64 MB long, nearly all of it a hole."""
    with file.open("r+b") as stream:
        stream.truncate(64 << 20)


def no_parent(file: Path) -> None:
    """Put a file in the place of its folder."""
    parent = file.parent
    if (parent / "outlet.toml").exists():
        file.unlink()
        return
    shutil.rmtree(parent)
    parent.write_text("x", encoding="utf-8")


PLACES: tuple[Place, ...] = (
    *(nothing, folder, link_out, link_to_itself, broken_link, pipe, device, forbidden, sparse, no_parent),
)
