"""Rules of a finished hall as data, and a checker of them without any solver, on real geometry."""
