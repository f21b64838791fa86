"""Measure the work on people, one table after another; each is a module of `staffing`: ``--only NAME`` measures one.

shifts and curtois are published instances, read from ``../shared/benchmarks/staffing``; simulator is measured against
exact values and beside Ciw and SimPy, which come with ``pip install -e ".[bench]"``; requirement is the crew found by
simulation against Erlang C's; rosters are two of our own, in ``benchmarks/rosters``.
"""

from __future__ import annotations

import argparse
import importlib

TABLES = {
    "simulator": "simulator",
    "requirement": "requirement",
    "shifts": "shift_design",
    "curtois": "curtois",
    "rosters": "rosters",
    "offices": "offices",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=list(TABLES))
    options = parser.parse_args()
    for name, module in TABLES.items():
        if options.only in (None, name):
            importlib.import_module(f"staffing.{module}").run()


if __name__ == "__main__":
    main()
