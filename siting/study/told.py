"""Gather what scoring tells the planner by what it is about, what matters most in the meeting first."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Told:
    """Notes by subject, in the order they are told."""

    sure: tuple[str, ...] = ()
    learnt: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()
    written: tuple[str, ...] = ()

    @property
    def sections(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Headings with their notes; subjects of which there is nothing to tell are left out."""
        every = (
            ("How sure", self.sure),
            ("What outlets say", self.learnt),
            ("Left out or not known", self.missing),
            ("How it was measured", self.method),
            ("Market and rivals", self.rivals),
            ("Lists", self.written),
        )
        return tuple((heading, notes) for heading, notes in every if notes)

    @property
    def notes(self) -> tuple[str, ...]:
        """Every note once, in order."""
        return tuple(note for _, notes in self.sections for note in notes)

    @property
    def headings(self) -> tuple[tuple[str, int], ...]:
        """Each heading with how many of `notes` stand under it."""
        return tuple((heading, len(notes)) for heading, notes in self.sections)
