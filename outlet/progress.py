"""Tell on stderr what is being done; say nothing when quiet, and draw no bar where nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from outlet.terminal import tell


@dataclass(frozen=True)
class Progress:
    """Write progress to stderr, or nothing where ``quiet``."""

    quiet: bool = False

    def say(self, text: str) -> None:
        """Write one line."""
        if not self.quiet:
            tell(text)

    @contextmanager
    def bar(self, text: str, total: int) -> Iterator[Callable[[int], None]]:
        """Show a bar of ``total`` steps while the body runs; the body calls what it is given with steps done."""
        if self.quiet or not sys.stderr.isatty():
            yield lambda steps: None
            return
        from rich.console import Console
        from rich.progress import Progress as RichProgress

        with RichProgress(console=Console(stderr=True), transient=True) as bars:
            task = bars.add_task(text, total=total)
            yield lambda steps: bars.advance(task, steps)


SILENT = Progress(quiet=True)
_watched: ContextVar[Progress] = ContextVar("watched", default=SILENT)


def watched() -> Progress:
    """Return where the progress of the command that runs goes: silent outside of one, as in a library call."""
    return _watched.get()


@contextmanager
def watching(progress: Progress) -> Iterator[None]:
    """Make ``progress`` what `watched` returns while the body runs."""
    token = _watched.set(progress)
    try:
        yield
    finally:
        _watched.reset(token)
